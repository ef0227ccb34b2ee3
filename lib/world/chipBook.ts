import type { Abstraction } from '../protocol/chip'
import { regrasp } from './chipGrips'
import type { ChipContext, Owner, Parcel, Site, Station } from './chipSite'
import { CONTROL_BYTES } from './chipSite'
import { isAt, nodeFor, othersOf } from './chipWhere'

/**
 * Sends something from the cluster of `from` to whoever it is for, wherever that is: on the same cluster without the network. What is for a process goes where this cluster's book says, waits while that is held, and comes
 * back where the process is not (see `bounced`).
 * @internal
 */
export const dispatch = (context: ChipContext, site: Site, parcel: Parcel): void => {
  const { from, to, lane, wire, there } = parcel
  const { name, owner } = to
  const isMoving = owner.kind === 'process'
  if (isMoving && (site.held.has(name) || site.asking.has(name))) {
    site.outbox.push(parcel)
    return
  }
  const node = nodeFor(context, site, name)
  const arrive = (): void => {
    if (node.site.isDown) return
    if (isAt(context, node.site, name)) there(node)
    else bounced(context, site, node.site, parcel)
  }
  if (node.site === site) context.timeline.schedule(arrive, 0)
  else context.network.send(lane, from.owner.kind === 'cluster' ? from.node.at : site.interfaces[0].at, node.at, wire, arrive)
}

/**
 * Something has come to a cluster where its process is not: that kernel tells the sender's (8 bytes of the control network), with the cluster where the process went from there if it knows. The sender's kernel still has
 * what it sent, and sends it again after `askAgainNs`, or as soon as it is told where the process is. To who is over it is not sent again.
 */
const bounced = (context: ChipContext, site: Site, where: Site, parcel: Parcel): void => {
  const { from, to } = parcel
  const { name, owner } = to
  if (owner.over === undefined)
    context.tell(where, { type: 'bounced', by: parcel.by, from: from.name, node: where.interfaces[0].name, process: name })
  answerBack(context, where, site, () => {
    if (owner.over !== undefined) {
      parcel.gone?.(`${name}: ${owner.over}`)
      return
    }
    const next = where.left.has(name) ? where.book.get(name) : undefined
    const isNews = next !== undefined && next !== where && next !== site && site.book.get(name) === where
    if (isNews && !site.held.has(name)) relocate(context, site, owner, next)
    site.outbox.push(parcel)
    if (site.held.has(name) || site.asking.has(name)) return
    site.asking.add(name)
    context.timeline.schedule(() => {
      if (site.isDown || !site.asking.delete(name)) return
      letGoOf(context, site, name)
    }, context.chip.processes.askAgainNs)
  })
}

const answerBack = (context: ChipContext, from: Site, to: Site, then: () => void): void => {
  const arrive = (): void => {
    if (!to.isDown) then()
  }
  if (from === to) context.timeline.schedule(arrive, 0)
  else context.network.send('control', from.interfaces[0].at, to.interfaces[0].at, CONTROL_BYTES, arrive)
}

/** Sends what waits at a cluster for a process, in its order. */
const letGoOf = (context: ChipContext, site: Site, name: string): void => {
  const waiting = site.outbox.filter(({ to }) => to.name === name)
  site.outbox.splice(0, site.outbox.length, ...site.outbox.filter(({ to }) => to.name !== name))
  for (const parcel of waiting) dispatch(context, site, parcel)
}

/** Writes into a cluster's book where a process is: ends there that lead to it move to the slot of its node, unless there is none: why. @internal */
export const relocate = (context: ChipContext, site: Site, { name }: Owner, to: Site): string | undefined => {
  const before = site.book.get(name)
  if (before === to) return undefined
  site.book.set(name, to)
  const ends = [...site.owners].flatMap((owner) => [...owner.ends.values()].filter((end) => othersOf(end).includes(name)))
  const reason = ends.length === 0 ? undefined : regrasp(context, site, ends)
  if (reason !== undefined && before !== undefined) site.book.set(name, before)
  return reason
}

/**
 * Nothing leaves a cluster for a process any more, from now on; `then` hears when nothing is on its way: a probe on each network has come behind what had left, and the kernel there has answered both.
 * @internal
 */
export const hold = (context: ChipContext, site: Site, name: string, then: () => void): void => {
  site.held.add(name)
  site.asking.delete(name)
  const to = nodeFor(context, site, name)
  const [from] = site.interfaces
  if (to.site === site || context.cut(from, to) !== undefined) {
    context.timeline.schedule(then, 0)
    return
  }
  const probe = { from, to, then }
  context.probes.add(probe)
  let left = 2
  for (const lane of ['data', 'control'] as const)
    context.network.send(lane, from.at, to.at, CONTROL_BYTES, () => {
      left--
      if (left > 0 || to.site.isDown) return
      answerBack(context, to.site, site, () => {
        if (context.probes.delete(probe)) then()
      })
    })
}

/** Where a process is now: what waited for it goes there. Why not, where slots for its node have run out: then all waits on. @internal */
export const repoint = (context: ChipContext, site: Site, owner: Owner, to: Site): string | undefined => {
  const reason = relocate(context, site, owner, to)
  if (reason !== undefined) return reason
  site.held.delete(owner.name)
  site.asking.delete(owner.name)
  letGoOf(context, site, owner.name)
  return undefined
}

/** Sends something that the oracle numbers. @internal */
export const carry = (context: ChipContext, { from, to, ...parcel }: Omit<Parcel, 'lane'> & { readonly bytes: number }): void => {
  const { by, bytes } = parcel
  const channel = `${by} ${to.name}`
  const number = from.sent.get(channel) ?? 0
  from.sent.set(channel, number + 1)
  const process = to.owner.kind === 'process' ? { process: to.name } : {}
  dispatch(context, from.owner.site, {
    ...parcel,
    from,
    to,
    lane: by === 'sync' ? 'control' : 'data',
    there: (node) => {
      context.tell(node.site, { type: 'arrived', by, from: from.name, node: node.name, number, bytes, ...process })
      parcel.there(node)
    }
  })
}

/** Sends a word of a kernel to another: an acknowledgement, a permission, or that an end is there. @internal */
export const notify = (
  context: ChipContext,
  by: Abstraction,
  from: Station,
  to: Station,
  there: () => void,
  gone?: (reason: string) => void
): void => dispatch(context, from.owner.site, { from, to, by, lane: 'control', wire: CONTROL_BYTES, there, ...(gone && { gone }) })
