import type { Abstraction } from '../protocol/chip'
import type { ChipContext, End, GripFor, Interface, Site } from './chipSite'
import { portKey, tellSlots } from './chipSite'
import { giveChannel, giveSlot, type Slots, takeChannel, takeSlot } from './chipSlots'
import { nodeFor } from './chipWhere'

/** A slot or a channel of an interface that an end holds, alone or with ends of other ports and owners. @internal */
export type Grip = { readonly node: Interface; readonly need: Need; readonly number: number }

/**
 * What an end needs of its interface: a receive slot that stands for a node, or any channel. `counts`: as which of the ends that the partition limits. `as`: those who are called the same cannot share it, since nothing
 * would tell them apart; none for what is never shared.
 * @internal
 */
export type Need = {
  readonly of: Abstraction
  readonly lane: 'cRx' | 'cTx' | 'dRx' | 'dTx'
  readonly slot?: number
  readonly counts?: 'created' | 'attached'
  readonly as?: string
}

/** What an end needs of an interface, by what for: who is on the same cluster needs no slots of the network to be talked to. @internal */
export const needsOf = (context: ChipContext, end: End, node: Interface): ReadonlyMap<GripFor, Need> => {
  const needs = new Map<GripFor, Need>()
  const as = portKey(end.station.name, end.port)
  const { site } = node
  const far = (name: string): number | undefined => {
    const there = nodeFor(context, site, name)
    return there.site === site ? undefined : there.number
  }
  switch (end.kind) {
    case 'mailboxIn':
      needs.set('end', { of: 'mailbox', lane: 'dRx', slot: node.number, counts: 'created', as })
      break
    case 'mailboxOut': {
      const slot = far(end.remote)
      if (slot !== undefined) needs.set('end', { of: 'mailbox', lane: 'cRx', slot, counts: 'attached', as: `${as} ${end.remote}` })
      break
    }
    case 'portalIn': {
      needs.set('end', { of: 'portal', lane: 'cTx', counts: 'created', as })
      const slot = end.from === undefined ? undefined : far(end.from)
      if (slot !== undefined) needs.set('from', { of: 'portal', lane: 'dRx', slot, as: `${as} ${end.from}` })
      break
    }
    case 'portalOut': {
      const slot = far(end.remote)
      if (slot !== undefined) needs.set('end', { of: 'portal', lane: 'cRx', slot, counts: 'attached', as: `${as} ${end.remote}` })
      if (slot !== undefined && end.put !== undefined) needs.set('put', { of: 'portal', lane: 'dTx' })
      break
    }
    case 'syncIn':
      needs.set('end', {
        of: 'sync',
        lane: 'cRx',
        slot: end.head === end.station.name ? node.number : nodeFor(context, site, end.head).number,
        counts: 'created',
        as: `${as} ${end.head}`
      })
      break
    case 'syncOut':
      if (end.targets.some((name) => far(name) !== undefined)) needs.set('end', { of: 'sync', lane: 'cTx', counts: 'attached', as })
  }
  return needs
}

/** Takes what is needed of an interface; why not, where that is so. @internal */
export const grasp = (node: Interface, need: Need): Grip | string => {
  const { slots } = node
  const { of, lane, counts } = need
  const held = need.as === undefined ? undefined : sharable(slots, need, need.as)
  if (held !== undefined) {
    held.users.add(need.as!)
    return { node, need, number: held.number }
  }
  const limit = counts === undefined ? Infinity : slots.partition[of][counts]
  if (counts !== undefined && slots.ends[of][counts] >= limit)
    return `all ${limit} ${of} ends that ${counts === 'created' ? 'receive' : 'send'} at ${node.name} are in use`
  const taken = lane === 'cTx' || lane === 'dTx' ? takeChannel(slots, of, lane) : takeSlot(slots, of, lane, need.slot!)
  if (typeof taken === 'string') return taken
  const number = taken ?? need.slot!
  if (counts !== undefined) slots.ends[of][counts]++
  if (need.as !== undefined) slots.shared.push({ of, lane, number, users: new Set([need.as]) })
  return { node, need, number }
}

/** Gives it back, if nobody else holds it. @internal */
export const letGo = ({ node: { slots }, need: { of, lane, counts, as }, number }: Grip): void => {
  if (as !== undefined) {
    const at = slots.shared.findIndex((one) => one.of === of && one.lane === lane && one.number === number)
    const { users } = slots.shared[at]
    users.delete(as)
    if (users.size > 0) return
    slots.shared.splice(at, 1)
  }
  if (counts !== undefined) slots.ends[of][counts]--
  if (lane === 'cTx' || lane === 'dTx') giveChannel(slots, of, lane, number)
  else giveSlot(slots, of, lane, number)
}

/** What others hold, of which they can be told apart by their ports or owners. */
const sharable = ({ shared }: Slots, { of, lane, slot }: Need, as: string): Slots['shared'][number] | undefined =>
  shared.find((one) => one.of === of && one.lane === lane && (slot === undefined || one.number === slot) && !one.users.has(as))

/** Takes all that some ends need of an interface, or nothing and says why. A put that finds no channel waits for one. @internal */
export const graspAll = (
  context: ChipContext,
  ends: Iterable<End>,
  nodeOf: (end: End) => Interface
): ReadonlyMap<End, ReadonlyMap<GripFor, Grip>> | string => {
  const taken = new Map<End, Map<GripFor, Grip>>()
  for (const end of ends) {
    const grips = new Map<GripFor, Grip>()
    taken.set(end, grips)
    for (const [what, need] of needsOf(context, end, nodeOf(end))) {
      const grip = grasp(nodeOf(end), need)
      if (typeof grip === 'string' && what === 'put') continue
      if (typeof grip === 'string') {
        for (const some of taken.values()) for (const one of some.values()) letGo(one)
        return grip
      }
      grips.set(what, grip)
    }
  }
  return taken
}

/** Gives back what an end holds, or what it holds for one thing. @internal */
export const release = (context: ChipContext, end: End, ...whats: readonly GripFor[]): void => {
  const given = [...end.grips].filter(([what]) => whats.length === 0 || whats.includes(what))
  for (const [what, grip] of given) {
    end.grips.delete(what)
    letGo(grip)
  }
  if (given.length > 0) tellSlots(context, given[0][1].node, given[0][1].need.of)
}

/** Where ends of some cluster stand anew to what is elsewhere now: they give back what they held and take what they need, or keep it and say why. @internal */
export const regrasp = (context: ChipContext, site: Site, ends: readonly End[]): string | undefined => {
  const before = ends.map((end) => new Map(end.grips))
  for (const end of ends) for (const grip of end.grips.values()) letGo(grip)
  const taken = graspAll(context, ends, ({ station }) => station.node)
  ends.forEach((end, i) => {
    end.grips.clear()
    for (const [what, grip] of typeof taken === 'string' ? before[i] : taken.get(end)!)
      end.grips.set(what, typeof taken === 'string' ? (grasp(grip.node, grip.need) as Grip) : grip)
  })
  if (typeof taken === 'string') return taken
  const told = new Set(
    [...before, ...ends.map(({ grips }) => grips)].flatMap((grips) =>
      [...grips.values()].map(({ node, need }) => `${node.name} ${need.of}`)
    )
  )
  for (const node of site.interfaces)
    for (const of of ['mailbox', 'portal', 'sync'] as const) if (told.has(`${node.name} ${of}`)) tellSlots(context, node, of)
  return undefined
}
