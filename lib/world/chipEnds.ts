import type { SyncGroup } from '../protocol/chip'
import { notify } from './chipBook'
import { grasp, letGo, needsOf, release } from './chipGrips'
import { withdraw } from './chipPortal'
import type { Call, CallOf, ChipContext, End, Owner, Station } from './chipSite'
import { finish, refuse, tellSlots } from './chipSite'
import { begun, ceased } from './chipSync'
import { targetsOf } from './chipWhere'
import { step } from './chipWork'

/** An end that receives or waits, with its slots and channels. @internal */
export const create = (context: ChipContext, owner: Owner, call: CallOf<'create'>): void => {
  const { kind: of, sync } = call.order
  const own = ownOf(context, owner, call)
  if (own === undefined) return
  if (of === 'mailbox') open(context, owner, call, { ...own, kind: 'mailboxIn', isReady: false })
  else if (of === 'portal')
    open(context, owner, call, {
      ...own,
      kind: 'portalIn',
      from: undefined,
      allowed: 0,
      asked: 0,
      left: 0,
      got: [],
      early: [],
      isClosed: false
    })
  else {
    const [head, ...others] = sync!.nodes
    open(context, owner, call, { ...own, kind: 'syncIn', head, expected: head === own.station.name ? others : [head], isReady: false })
  }
}

/** An end that sends or signals, with its slots and channels. @internal */
export const attach = (context: ChipContext, owner: Owner, call: CallOf<'attach'>): void => {
  const { kind: of, remote, sync } = call.order
  const own = ownOf(context, owner, call)
  if (own === undefined) return
  if (of === 'mailbox') open(context, owner, call, { ...own, kind: 'mailboxOut', remote: remote!, sending: 0 })
  else if (of === 'portal') open(context, owner, call, { ...own, kind: 'portalOut', remote: remote!, left: 0, ready: 0, isSending: false })
  else {
    const [head, ...others] = sync!.nodes
    open(context, owner, call, { ...own, kind: 'syncOut', head, targets: head === own.station.name ? others : [head] })
  }
}

/** What every end has, or nothing where it is refused. */
const ownOf = (
  context: ChipContext,
  owner: Owner,
  call: CallOf<'create'> | CallOf<'attach'>
): Pick<End, 'station' | 'port' | 'grips'> | undefined => {
  const { dma = 0, port = 0 } = call.order
  const reason = unfit(context, owner, call)
  if (reason === undefined) return { station: owner.stations[dma], port, grips: new Map() }
  refuse(context, owner, call, reason)
  return undefined
}

const open = (context: ChipContext, owner: Owner, call: CallOf<'create'> | CallOf<'attach'>, end: End): void => {
  const { node } = end.station
  for (const [what, need] of needsOf(context, end, node)) {
    const grip = grasp(node, need)
    if (typeof grip === 'string') {
      for (const one of end.grips.values()) letGo(one)
      refuse(context, owner, call, grip)
      return
    }
    end.grips.set(what, grip)
  }
  if (end.kind === 'syncIn') begun(end)
  owner.ends.set(call.order.end, end)
  if (end.grips.size > 0) tellSlots(context, node, abstractions[end.kind])
  step(context, owner, 'call', () => introduce(context, owner, call, end))
}

/** Tells those processes to whom an end leads that it is there: their kernels keep a list, and refuse who may not have it. Then it can be used. */
const introduce = (context: ChipContext, owner: Owner, call: CallOf<'create'> | CallOf<'attach'>, end: End): void => {
  const { station } = end
  const targets = processesOf(context, end)
  let left = targets.length
  const done = (reason?: string): void => {
    if (call.over) return
    left--
    if (reason !== undefined) {
      end.opening = undefined
      forgetEnd(context, owner, call.order.end, end)
      const waiting = waitingAt(end)?.call
      if (waiting !== undefined) refuse(context, owner, waiting, reason)
      refuse(context, owner, call, reason)
    } else if (left <= 0) {
      end.opening = undefined
      finish(context, owner, call, { type: 'done' })
    }
  }
  if (targets.length === 0) done()
  else end.opening = { call, fail: done }
  for (const to of targets)
    notify(
      context,
      abstractions[end.kind],
      station,
      to,
      () => {
        const reason = unwelcome(context, end, to)
        if (reason === undefined) to.owner.peers.set(end, station.name)
        notify(context, abstractions[end.kind], to, station, () => done(reason))
      },
      done
    )
}

const processesOf = (context: ChipContext, end: End): readonly Station[] =>
  targetsOf(end)
    .map((name) => context.stations.get(name)!)
    .filter(({ owner }) => owner.kind === 'process')

/** Why somebody may have no end to a process of another user: see `talk` of the chip's options. Programs of clusters are the system's, and may. */
const unwelcome = (context: ChipContext, end: End, { owner: there, name }: Station): string | undefined => {
  const { user } = end.station.owner
  if (user === undefined || there.user === undefined || user === there.user || context.chip.processes.talk === 'all') return undefined
  if (context.chip.processes.talk === 'own') return `${name} is of another user`
  if (end.kind !== 'portalOut') return undefined
  const isAllowed = [...there.ends.values()].some(
    (one) => one.kind === 'portalIn' && one.from === end.station.name && one.port === end.port
  )
  return isAllowed ? undefined : `${name} is of another user and has not allowed ${end.station.name}`
}

/** An end is no more, with its slots and what stood at it. @internal */
export const forgetEnd = (context: ChipContext, owner: Owner, name: string, end: End): void => {
  owner.ends.delete(name)
  if (end.kind === 'syncIn') ceased(end)
  if (end.kind === 'portalIn') withdraw(context, end)
  release(context, end)
  for (const to of processesOf(context, end))
    notify(context, abstractions[end.kind], end.station, to, () => void to.owner.peers.delete(end))
}

/** Gives an end's slots and channels back. @internal */
export const close = (context: ChipContext, owner: Owner, call: CallOf<'close'>, end: End): void => {
  if (isBusy(end)) {
    refuse(context, owner, call, `something is under way at ${call.order.end}`)
    return
  }
  forgetEnd(context, owner, call.order.end, end)
  step(context, owner, 'call', () => finish(context, owner, call, { type: 'done' }))
}

const unfit = (context: ChipContext, owner: Owner, { order }: CallOf<'create'> | CallOf<'attach'>): string | undefined => {
  const { kind: of, end, sync, dma = 0, port = 0, type } = order
  const station = owner.stations[dma]
  if (station === undefined)
    return owner.kind === 'process' ? `a process has only interface 0 of its cluster (got ${dma})` : `${owner.name} has no interface ${dma}`
  if (!(Number.isSafeInteger(port) && port >= 0)) return `port must be an integer from 0 on (got ${port})`
  if (owner.ends.has(end)) return `there is an end called ${end} already`
  if (of === 'sync') return senselessGroup(context, station, sync, type)
  if (type === 'create') return undefined
  const there = order.remote === undefined ? undefined : context.stations.get(order.remote)
  if (there === undefined || there.owner === owner) return `there is no other cluster with a node called ${order.remote}`
  return context.lost(station, there.name)
}

const senselessGroup = (
  { stations }: ChipContext,
  { name }: Station,
  sync: SyncGroup | undefined,
  type: 'create' | 'attach'
): string | undefined => {
  if (sync === undefined) return 'a sync needs to know its nodes'
  const { nodes, mode } = sync
  if (nodes.length < 2 || nodes.length > 64 || new Set(nodes).size < nodes.length)
    return `a sync is of 2 to 64 different nodes (got ${nodes.join(', ')})`
  const unknown = nodes.find((one) => !stations.has(one))
  if (unknown !== undefined) return `there is no node called ${unknown}`
  if (!nodes.includes(name)) return `${name} takes no part in this sync`
  const waits = (nodes[0] === name) === (mode === 'allToOne')
  if (type === 'create') return waits ? undefined : `${name} signals in this sync, and does not wait`
  return waits ? `${name} waits in this sync, and does not signal` : undefined
}

/** Of which kind of channel an end is. @internal */
export const abstractions = {
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
      return end.get !== undefined || end.allow !== undefined
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
