import type { SyncGroup } from '../protocol/chip'
import type { Call, CallOf, ChipContext, End, EndOf, Owner, Station } from './chipSite'
import { finish, refuse, tellSlots, work } from './chipSite'
import { giveChannel, giveSlot, takeChannel, takeSlot } from './chipSlots'
import { completed, freshMask, syncAt } from './chipSync'

/** An end that receives or waits, with its slots and channels. @internal */
export const create = (context: ChipContext, owner: Owner, call: CallOf<'create'>): void => {
  const { kind: of, sync, dma = 0 } = call.order
  open(context, owner, call, dma, 'created', (station) => {
    const { node } = station
    if (of === 'mailbox') return takeSlot(node.slots, of, 'dRx', node.number) ?? { kind: 'mailboxIn', station, isReady: false }
    if (of === 'portal') {
      const channel = takeChannel(node.slots, of, 'cTx')
      if (typeof channel === 'string') return channel
      return { kind: 'portalIn', station, channel, from: undefined, allowed: 0, asked: 0, left: 0, got: [], early: [] }
    }
    const [head, ...others] = sync!.nodes
    const isHead = head === node.name
    if (isHead !== (sync!.mode === 'allToOne')) return `${node.name} signals in this sync, and does not wait`
    const slot = context.nodes.get(head)!.number
    const reason = takeSlot(node.slots, of, 'cRx', slot)
    if (reason !== undefined) return reason
    const expected = isHead ? others : [head]
    const made: EndOf<'syncIn'> = { kind: 'syncIn', station, channel: slot, expected, slot, isReady: false }
    const state = syncAt(station, slot)
    state.mask |= freshMask(expected.map((name) => context.nodes.get(name)!.number))
    completed(context, made, state)
    return made
  })
}

/** An end that sends or signals, with its slots and channels. @internal */
export const attach = (context: ChipContext, owner: Owner, call: CallOf<'attach'>): void => {
  const { kind: of, remote, sync, dma = 0 } = call.order
  open(context, owner, call, dma, 'attached', (station) => {
    const { node } = station
    if (of === 'sync') {
      const [head, ...others] = sync!.nodes
      const isHead = head === node.name
      if (isHead !== (sync!.mode === 'oneToAll')) return `${node.name} waits in this sync, and does not signal`
      const channel = takeChannel(node.slots, of, 'cTx')
      if (typeof channel === 'string') return channel
      return { kind: 'syncOut', station, channel, targets: isHead ? others : [head], slot: context.nodes.get(head)!.number }
    }
    const there = remote === undefined ? undefined : context.nodes.get(remote)
    if (there === undefined || there.site === owner.site) return `there is no other cluster with a node called ${remote}`
    const reason = context.lost(station, there.name) ?? takeSlot(node.slots, of, 'cRx', there.number)
    if (reason !== undefined) return reason
    return of === 'mailbox'
      ? { kind: 'mailboxOut', station, remote: there.name, sending: 0 }
      : { kind: 'portalOut', station, remote: there.name, channel: -1, left: 0, ready: 0, isSending: false }
  })
}

const open = (
  context: ChipContext,
  owner: Owner,
  call: CallOf<'create'> | CallOf<'attach'>,
  dma: number,
  how: 'created' | 'attached',
  make: (station: Station) => End | string
): void => {
  const { kind: of, end, sync } = call.order
  const station = owner.stations[dma]
  const node = station?.node
  const share = context.chip.partition[of]
  const reason =
    node === undefined
      ? `${owner.site.spec.name} has no interface ${dma}`
      : owner.ends.has(end)
        ? `there is an end called ${end} already`
        : node.slots.ends[of][how] >= share[how]
          ? `all ${share[how]} ${of} ends that ${how === 'created' ? 'receive' : 'send'} at ${node.name} are in use`
          : of === 'sync'
            ? senselessGroup(context, station, sync)
            : undefined
  const made = reason ?? make(station)
  if (typeof made === 'string') {
    refuse(context, owner, call, made)
    return
  }
  node.slots.ends[of][how]++
  owner.ends.set(end, made)
  tellSlots(context, node, of)
  work(context, owner, 'call', () => finish(context, owner, call, { type: 'done' }))
}

const senselessGroup = ({ nodes }: ChipContext, node: Station, sync: SyncGroup | undefined): string | undefined => {
  if (sync === undefined) return 'a sync needs to know its nodes'
  if (sync.nodes.length < 2 || sync.nodes.length > 64 || new Set(sync.nodes).size < sync.nodes.length)
    return `a sync is of 2 to 64 different nodes (got ${sync.nodes.join(', ')})`
  const unknown = sync.nodes.find((name) => !nodes.has(name))
  if (unknown !== undefined) return `there is no node called ${unknown}`
  return sync.nodes.includes(node.name) ? undefined : `${node.name} takes no part in this sync`
}

/** Gives an end's slots and channels back. @internal */
export const close = (context: ChipContext, owner: Owner, call: CallOf<'close'>, end: End): void => {
  if (isBusy(end)) {
    refuse(context, owner, call, `something is under way at ${call.order.end}`)
    return
  }
  owner.ends.delete(call.order.end)
  const { node } = end.station
  const { slots } = node
  switch (end.kind) {
    case 'mailboxIn':
      slots.ends.mailbox.created--
      giveSlot(slots, 'mailbox', 'dRx', node.number)
      break
    case 'mailboxOut':
      slots.ends.mailbox.attached--
      giveSlot(slots, 'mailbox', 'cRx', context.nodes.get(end.remote)!.number)
      break
    case 'portalIn':
      slots.ends.portal.created--
      giveChannel(slots, 'portal', 'cTx', end.channel)
      if (end.from !== undefined) giveSlot(slots, 'portal', 'dRx', context.nodes.get(end.from)!.number)
      break
    case 'portalOut':
      slots.ends.portal.attached--
      giveSlot(slots, 'portal', 'cRx', context.nodes.get(end.remote)!.number)
      break
    case 'syncIn': {
      slots.ends.sync.created--
      giveSlot(slots, 'sync', 'cRx', end.slot)
      const state = syncAt(end.station, end.slot)
      state.mask &= ~freshMask(end.expected.map((name) => context.nodes.get(name)!.number))
      state.rounds = 0
      break
    }
    case 'syncOut':
      slots.ends.sync.attached--
      giveChannel(slots, 'sync', 'cTx', end.channel)
  }
  tellSlots(context, node, abstractions[end.kind])
  work(context, owner, 'call', () => finish(context, owner, call, { type: 'done' }))
}

const abstractions = {
  mailboxIn: 'mailbox',
  mailboxOut: 'mailbox',
  portalIn: 'portal',
  portalOut: 'portal',
  syncIn: 'sync',
  syncOut: 'sync'
} as const

const isBusy = (end: End): boolean => {
  switch (end.kind) {
    case 'mailboxIn':
      return end.receive !== undefined
    case 'mailboxOut':
      return end.mail !== undefined || end.sending > 0
    case 'portalIn':
      return end.get !== undefined || end.allow !== undefined || end.asked > 0 || end.early.length > 0
    case 'portalOut':
      return end.put !== undefined
    case 'syncIn':
      return end.await !== undefined
    case 'syncOut':
      return end.signal !== undefined
  }
}

/** The call at an end that can wait for another cluster, whom it waits for (nobody in particular: undefined), and how to give it up. @internal */
export const waitingAt = (end: End): { readonly call: Call; readonly whom: readonly string[] } | undefined => {
  switch (end.kind) {
    case 'mailboxIn':
      return end.receive && { call: end.receive, whom: [] }
    case 'mailboxOut':
      return end.mail && { call: end.mail, whom: [end.remote] }
    case 'portalIn':
      return end.get && { call: end.get, whom: [end.from!] }
    case 'portalOut':
      return end.put && { call: end.put, whom: [end.remote] }
    case 'syncIn':
      return end.await && { call: end.await, whom: [] }
    case 'syncOut':
      return undefined
  }
}
