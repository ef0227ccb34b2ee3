import type { ProcessEnd } from '../protocol/process'
import { dispatch, relocate } from './chipBook'
import { abstractions, forgetEnd } from './chipEnds'
import { type Grip, graspAll, letGo } from './chipGrips'
import type { ChipContext, End, GripFor, Owner, Site } from './chipSite'
import { refuse, tellSlots, ticksAt } from './chipSite'
import { othersOf } from './chipWhere'
import { settle } from './chipWork'

/** Slots and channels that are kept for the ends of a process which is to go on somewhere. @internal */
export type Reserved = Map<Owner, { readonly at: Site; readonly grips: ReadonlyMap<End, ReadonlyMap<GripFor, Grip>> }>

/** A process stands: its software begins nothing more; `then` hears when it has done what it was at. @internal */
export const stop = (owner: Owner, then: () => void): void => {
  owner.isStill = true
  owner.whenStill = then
  settle(owner)
}

/** Keeps slots and channels at a cluster for the ends of a process that is elsewhere, or says why there are not enough. @internal */
export const reserve = (context: ChipContext, reserved: Reserved, owner: Owner, at: Site): string | undefined => {
  if (owner.site === at) return undefined
  unreserve(context, reserved, owner)
  informed(context, owner, at)
  const [node] = at.interfaces
  const grips = graspAll(context, owner.ends.values(), () => node)
  if (typeof grips === 'string') return grips
  reserved.set(owner, { at, grips })
  told(context, at, owner)
  return undefined
}

/** Gives them back. @internal */
export const unreserve = (context: ChipContext, reserved: Reserved, owner: Owner): void => {
  const kept = reserved.get(owner)
  if (kept === undefined) return
  reserved.delete(owner)
  for (const grips of kept.grips.values()) for (const grip of grips.values()) letGo(grip)
  told(context, kept.at, owner)
}

/** What a cluster's kernel does not know of those a process talks to, since nobody there has ends to them, comes with its ends. */
const informed = (context: ChipContext, owner: Owner, at: Site): void => {
  const isKnown = (name: string): boolean =>
    [...at.owners].some(({ ends }) => [...ends.values()].some((end) => othersOf(end).includes(name)))
  for (const name of [...[...owner.ends.values()].flatMap(othersOf), ...owner.peers.values()]) {
    const { owner: other } = context.stations.get(name)!
    const known = owner.site.book.get(name)
    if (other.kind === 'process' && known !== undefined && known !== at && at.book.get(name) !== at && !isKnown(name))
      at.book.set(name, known)
  }
}

/** Tells of the slots at a cluster that concern a process's ends. */
const told = (context: ChipContext, { interfaces: [node] }: Site, { ends }: Owner): void => {
  const kinds = new Set([...ends.values()].map(({ kind }) => abstractions[kind]))
  for (const of of kinds) tellSlots(context, node, of)
}

/** A process goes on with its ends at a cluster: where it was, or elsewhere, by slots that were reserved there or are free. Why not, where they are not. @internal */
export const goOn = (context: ChipContext, reserved: Reserved, owner: Owner, at: Site): string | undefined => {
  const reason = owner.site === at ? undefined : moved(context, reserved, owner, at)
  if (reason !== undefined) return reason
  owner.isAway = false
  owner.over = undefined
  owner.isHandedOver = false
  owner.isStill = false
  owner.whenStill = undefined
  relocate(context, at, owner, at)
  for (const then of owner.later.splice(0)) then()
  return undefined
}

const moved = (context: ChipContext, reserved: Reserved, owner: Owner, at: Site): string | undefined => {
  const reason = reserve(context, reserved, owner, at)
  if (reason !== undefined) return reason
  const { grips } = reserved.get(owner)!
  reserved.delete(owner)
  const { site: from } = owner
  for (const end of owner.ends.values()) {
    for (const grip of end.grips.values()) letGo(grip)
    end.grips.clear()
    for (const [what, grip] of grips.get(end)!) end.grips.set(what, grip)
  }
  if (!from.isDown) told(context, from, owner)
  from.owners.delete(owner)
  from.left.add(owner.name)
  at.owners.add(owner)
  owner.site = at
  for (const station of owner.stations) station.node = at.interfaces[0]
  for (const call of owner.calls) call.since += ticksAt(at, context) - ticksAt(from, context)
  const own = from.outbox.filter(({ from: { owner: sender } }) => sender === owner)
  from.outbox.splice(0, from.outbox.length, ...from.outbox.filter((parcel) => !own.includes(parcel)))
  for (const parcel of own) dispatch(context, at, parcel)
  return undefined
}

/** A process is over, and why: its calls are refused, its ends are no more. What it has sent arrives. @internal */
export const end = (context: ChipContext, reserved: Reserved, owner: Owner, reason: string): void => {
  unreserve(context, reserved, owner)
  owner.over = reason
  owner.isAway = true
  owner.isStill = false
  owner.whenStill = undefined
  owner.later.splice(0)
  owner.working = 0
  owner.life++
  for (const call of [...owner.calls]) refuse(context, owner, call, reason)
  for (const [name, one] of [...owner.ends]) {
    if (one.kind === 'portalOut') one.put = undefined
    forgetEnd(context, owner, name, one)
  }
  owner.peers.clear()
  for (const { inboxes, outstanding, asked, syncs } of owner.stations) for (const what of [inboxes, outstanding, asked, syncs]) what.clear()
}

/** What a process's ends take in memory, with what has come for them and waits to leave: 64 bytes for each end and each parcel without content are our guess. @internal */
export const endsBytes = ({ chip }: ChipContext, { name, site, ends, stations, peers }: Owner): number => {
  const each = 64
  const mails = stations.flatMap(({ inboxes }) => [...inboxes.values()]).reduce((sum, inbox) => sum + inbox.length, 0)
  const chunks = [...ends.values()].reduce((sum, end) => {
    if (end.kind === 'portalIn') return sum + end.early.reduce((all, { bytes }) => all + bytes, 0)
    return end.kind === 'portalOut' ? sum + end.ready : sum
  }, 0)
  const waiting = site.outbox.filter(({ from }) => from.name === name).reduce((sum, { wire }) => sum + wire, 0)
  const state = stations.reduce((sum, { asked, syncs }) => sum + asked.size + syncs.size, 0)
  return each * (ends.size + peers.size + state) + chip.messageBytes * mails + chunks + waiting
}

/** What depends on a process: its ends with those at their other sides, and the clusters of all of those, as far as its kernel knows. @internal */
export const dependencies = (
  context: ChipContext,
  owner: Owner
): { readonly ends: readonly ProcessEnd[]; readonly nodes: readonly string[] } => {
  const { site, peers, ends, stations } = owner
  const known = [...peers]
  const ends_ = [...ends].map(([name, end]): ProcessEnd => {
    const kind = abstractions[end.kind]
    const isIn = end.kind === 'mailboxIn' || end.kind === 'portalIn' || end.kind === 'syncIn'
    const others = known.filter(([other]) => isIn && abstractions[other.kind] === kind && other.port === end.port).map(([, peer]) => peer)
    return { end: name, kind, way: isIn ? 'in' : 'out', peers: [...new Set([...othersOf(end), ...others])] }
  })
  const parties = [
    ...ends_.flatMap((end) => end.peers),
    ...peers.values(),
    ...stations.flatMap(({ asked, outstanding }) => [
      ...[...asked.values()].map(({ end }) => end.station.name),
      ...[...outstanding].map(nameOf)
    ])
  ]
  const nodes = new Set<string>()
  for (const party of parties) {
    if (context.lost(stations[0], party) !== undefined) continue
    const { owner: other, node } = context.stations.get(party)!
    nodes.add(other.kind === 'cluster' ? node.site.spec.name : (site.book.get(party) ?? other.site).spec.name)
  }
  return { ends: ends_, nodes: [...nodes] }
}

/** Whose a `portKey` is. */
const nameOf = (key: string): string => key.slice(0, key.lastIndexOf(' '))
