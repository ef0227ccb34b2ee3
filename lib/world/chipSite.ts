import type { Subscription } from 'rxjs'
import type { Abstraction, ChipOrder } from '../protocol/chip'
import type { Address } from '../protocol/command'
import type { Data } from '../protocol/data'
import type { Answer, Fact } from '../protocol/signal'
import { tickAt } from '../time/clock'
import { ceilTimes, floorTimes } from '../time/ratio'
import type { Timeline } from '../time/timeline'
import type { ChipCosts } from './chipCosts'
import type { ChipNetwork } from './chipNetwork'
import type { CheckedChip, ChipSite } from './chipOptions'
import { type Slots, slots } from './chipSlots'

/** A call of a program that has not been answered: who gave it, and in which tick of its clock. @internal */
export type Call<O extends ChipOrder = ChipOrder> = { readonly order: O; readonly to: Address; readonly since: number; over: boolean }

/** A call of one type. @internal */
export type CallOf<K extends ChipOrder['type']> = Call<Extract<ChipOrder, { readonly type: K }>>

/** A message that stands in the slot of its sender, or a chunk with the contents whose last byte is in it. @internal */
export type Mail = { readonly from: string; readonly message: Data }
/** See `Mail`. @internal */
export type Chunk = { readonly bytes: number; readonly contents: readonly Data[] }

/** Ends of channels by their kind and direction. `receive`, `put` and so on: the call that is under way there. @internal */
export type End =
  | { readonly kind: 'mailboxIn'; readonly station: Station; receive?: CallOf<'receive'>; isReady: boolean }
  | { readonly kind: 'mailboxOut'; readonly station: Station; readonly remote: string; mail?: CallOf<'mail'>; sending: number }
  | {
      readonly kind: 'portalIn'
      readonly station: Station
      readonly channel: number
      from: string | undefined
      /** Bytes that are allowed and have not come, bytes asked for that have not come, bytes that a call still wants, contents that it has. */
      allowed: number
      asked: number
      left: number
      got: Data[]
      early: Chunk[]
      get?: CallOf<'get'>
      allow?: CallOf<'allow'>
    }
  | {
      readonly kind: 'portalOut'
      readonly station: Station
      readonly remote: string
      put?: CallOf<'put'>
      channel: number
      left: number
      /** Bytes copied into the kernel's buffer and not sent yet. */
      ready: number
      isSending: boolean
    }
  | {
      readonly kind: 'syncIn'
      readonly station: Station
      readonly channel: number
      readonly expected: readonly string[]
      readonly slot: number
      await?: CallOf<'await'>
      isReady: boolean
    }
  | {
      readonly kind: 'syncOut'
      readonly station: Station
      readonly channel: number
      readonly targets: readonly string[]
      readonly slot: number
      signal?: CallOf<'signal'>
    }

/** An end of one kind. @internal */
export type EndOf<K extends End['kind']> = Extract<End, { readonly kind: K }>

/** A round of a sync at its slot: the mask, all ones when it is whole, and whole rounds that nobody has awaited. @internal */
export type SyncState = { mask: bigint; rounds: number }

/** An interface of a cluster, as one node of the networks: hardware. @internal */
export type Interface = {
  readonly name: string
  readonly site: Site
  readonly number: number
  readonly at: number
  readonly slots: Slots
}

/**
 * Whom others can name: an interface of a cluster's own program by the node's name, or a process by its own, at the interface (`node`) where it is now. What others have sent stands here whether or not a program looks:
 * messages in order of arrival, chunks asked for by each reader (`asked`), bits. `outstanding`: readers whose mailbox has a message of ours. `sent`: what has left for each, for the oracle.
 * @internal
 */
export type Station = {
  readonly name: string
  readonly owner: Owner
  node: Interface
  readonly inbox: Mail[]
  readonly outstanding: Set<string>
  readonly asked: Map<string, number>
  readonly syncs: Map<number, SyncState>
  readonly sent: Map<string, number>
}

/** Whose ends, calls and timers they are: the program of a cluster, or a process, at the cluster where it is now. @internal */
export type Owner = {
  readonly name: string
  readonly kind: 'cluster' | 'process'
  readonly stations: Station[]
  readonly ends: Map<string, End>
  readonly calls: Set<Call>
  readonly timers: Map<string, { readonly to: Address; readonly due: Subscription }>
  site: Site
}

/** A cluster at work. `program`: the owner of what its own program has; `owners`: all that are here. `free`: the tick of its clock from which its core has nothing to do. @internal */
export type Site = {
  readonly spec: ChipSite
  readonly interfaces: readonly Interface[]
  readonly owners: Set<Owner>
  free: number
  isDown: boolean
}

/** What of a cluster does its software's work. @internal */
export type Core = Pick<Site, 'spec' | 'isDown'> & { free: number }

/** What the mechanisms of a chip share. @internal */
export type ChipContext = {
  readonly chip: CheckedChip
  readonly timeline: Timeline
  readonly network: ChipNetwork
  readonly nodes: ReadonlyMap<string, Interface>
  readonly owners: ReadonlyMap<string, Owner>
  readonly stations: ReadonlyMap<string, Station>
  readonly answer: (owner: Owner, call: Call, said: Answer) => void
  readonly tell: (site: Site, said: Fact) => void
  /** Why a party cannot be talked to, as far as anybody has been told. */
  readonly lost: (from: Station, to: string) => string | undefined
}

/** A cluster that has done nothing, with the owner of its program's ends. @internal */
export const siteOf = (spec: ChipSite, { numbers, wiring, partition }: CheckedChip): { readonly site: Site; readonly program: Owner } => {
  const interfaces: Interface[] = []
  const site: Site = { spec, interfaces, owners: new Set(), free: 0, isDown: false }
  for (const name of spec.nodes)
    interfaces.push({ name, site, number: numbers.get(name)!, at: wiring.nodeOf(name), slots: slots(partition) })
  return { site, program: ownerOf('cluster', spec.name, interfaces) }
}

/** An owner that has done nothing, at some interfaces of a cluster. @internal */
export const ownerOf = (kind: Owner['kind'], name: string, nodes: readonly Interface[]): Owner => {
  const [{ site }] = nodes
  const owner: Owner = { name, kind, stations: [], ends: new Map(), calls: new Set(), timers: new Map(), site }
  for (const node of nodes)
    owner.stations.push({
      name: kind === 'cluster' ? node.name : name,
      owner,
      node,
      inbox: [],
      outstanding: new Set(),
      asked: new Map(),
      syncs: new Map(),
      sent: new Map()
    })
  site.owners.add(owner)
  return owner
}

/** The tick of a cluster's clock that has passed. @internal */
export const ticksAt = ({ spec }: Site, { timeline }: ChipContext): number => floorTimes(spec.clock.ticksPerNs, timeline.now())

/** Has the core of an owner's cluster do something that takes so many of its cycles, behind what it has to do already. Lost when the cluster fails. @internal */
export const work = (
  { timeline }: Pick<ChipContext, 'timeline'>,
  { site }: { readonly site: Core },
  cycles: keyof ChipCosts | ((costs: ChipCosts) => number),
  then: () => void
): void => {
  const start = Math.max(site.free, ceilTimes(site.spec.clock.ticksPerNs, timeline.now()))
  site.free = start + Math.round(typeof cycles === 'function' ? cycles(site.spec.costs) : site.spec.costs[cycles])
  timeline.schedule(
    () => {
      if (!site.isDown) then()
    },
    Math.max(0, tickAt(site.spec.clock, site.free) - timeline.now())
  )
}

/** Answers a call, once. @internal */
export const finish = (context: ChipContext, owner: Owner, call: Call, said: Answer): void => {
  if (call.over) return
  call.over = true
  owner.calls.delete(call)
  context.answer(owner, call, said)
}

/** Refuses a call, once. @internal */
export const refuse = (context: ChipContext, owner: Owner, call: Call, reason: string): void =>
  finish(context, owner, call, { type: 'refused', reason })

/** Sends something that the oracle numbers, and calls `there` at the other end unless that cluster has failed. @internal */
export const carry = (
  context: ChipContext,
  by: Abstraction,
  from: Station,
  to: Station,
  bytes: number,
  wire: number,
  there: () => void
): void => {
  const channel = `${by} ${to.name}`
  const number = from.sent.get(channel) ?? 0
  from.sent.set(channel, number + 1)
  const { node } = to
  context.network.send(by === 'sync' ? 'control' : 'data', from.node.at, node.at, wire, () => {
    if (node.site.isDown) return
    context.tell(node.site, { type: 'arrived', by, from: from.name, node: node.name, number, bytes })
    there()
  })
}

/** Tells of the slots that a kind of channel takes of an interface. @internal */
export const tellSlots = (context: ChipContext, { name, site, slots: { used } }: Interface, of: Abstraction): void => {
  const { cRx, cTx, dRx, dTx } = used[of]
  context.tell(site, { type: 'slots', node: name, kind: of, cRx, cTx, dRx, dTx })
}

/** The bytes of a message of the C-NoC. @internal */
export const CONTROL_BYTES = 8
