import type { Subscription } from 'rxjs'
import type { Abstraction, ChipOrder } from '../protocol/chip'
import type { Address } from '../protocol/command'
import type { Data } from '../protocol/data'
import type { Answer, Fact } from '../protocol/signal'
import { floorTimes } from '../time/ratio'
import type { Timeline } from '../time/timeline'
import type { Grip } from './chipGrips'
import type { ChipNetwork } from './chipNetwork'
import type { CheckedChip, ChipSite } from './chipOptions'
import { type Slots, slots } from './chipSlots'

/** A call of a program that has not been answered: who gave it, and in which tick of the clock where its owner is. @internal */
export type Call<O extends { readonly type: string } = ChipOrder | EndsOrder> = {
  readonly order: O
  readonly to: Address
  since: number
  over: boolean
}

/** What a kernel is asked about ends of processes. @internal */
export type EndsOrder =
  | { readonly type: 'depend' | 'hold'; readonly process: string }
  | { readonly type: 'repoint'; readonly process: string; readonly to: string }

/** A call of one type. @internal */
export type CallOf<K extends ChipOrder['type']> = Call<Extract<ChipOrder, { readonly type: K }>>

/** A message that stands in the slot of its sender, or a chunk with the contents whose last byte is in it. @internal */
export type Mail = { readonly from: string; readonly message: Data }
/** See `Mail`. @internal */
export type Chunk = { readonly bytes: number; readonly contents: readonly Data[] }

/** A chunk that a reader has asked for, of whose end: none other may get it. @internal */
export type Asked = { readonly bytes: number; readonly end: EndOf<'portalIn'> }

/** What every end has: at which of its owner's stations it is, its port, and the slots and channels that it holds, by what for. `opening`: it waits to be let in by a process. @internal */
type Own = { readonly station: Station; readonly port: number; readonly grips: Map<GripFor, Grip>; opening?: Opening }

/** A call that waits until a process lets its end in, and how to give it up. @internal */
export type Opening = { readonly call: Call; readonly fail: (reason: string) => void }

/** What an end holds a slot or a channel for: itself, the sender that a portal allows, or the put that is under way. @internal */
export type GripFor = 'end' | 'from' | 'put'

/** Ends of channels by their kind and direction. `receive`, `put` and so on: the call that is under way there. @internal */
export type End =
  | (Own & { readonly kind: 'mailboxIn'; receive?: CallOf<'receive'>; isReady: boolean })
  | (Own & { readonly kind: 'mailboxOut'; readonly remote: string; mail?: CallOf<'mail'>; sending: number })
  | (Own & {
      readonly kind: 'portalIn'
      from: string | undefined
      /** Bytes that are allowed and have not come, bytes asked for that have not come, bytes that a call still wants, contents that it has. */
      allowed: number
      asked: number
      left: number
      got: Data[]
      early: Chunk[]
      get?: CallOf<'get'>
      allow?: CallOf<'allow'>
      isClosed: boolean
    })
  | (Own & {
      readonly kind: 'portalOut'
      readonly remote: string
      put?: CallOf<'put'>
      left: number
      /** Bytes copied into the kernel's buffer and not sent yet. */
      ready: number
      isSending: boolean
    })
  | (Own & {
      readonly kind: 'syncIn'
      readonly head: string
      readonly expected: readonly string[]
      await?: CallOf<'await'>
      isReady: boolean
    })
  | (Own & {
      readonly kind: 'syncOut'
      readonly head: string
      readonly targets: readonly string[]
      signal?: CallOf<'signal'>
    })

/** An end of one kind. @internal */
export type EndOf<K extends End['kind']> = Extract<End, { readonly kind: K }>

/** A round of a sync: the mask, all ones when it is whole, whole rounds that nobody has awaited, and who has signalled before anybody created its end. @internal */
export type SyncState = { mask: bigint; rounds: number; readonly early: Set<string> }

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
 * messages of each port in order of arrival, chunks asked for by each reader and port (`asked`), bits of each sync. `outstanding`: mailboxes that have a message of ours. `sent`: what has left for each, for the oracle.
 * @internal
 */
export type Station = {
  readonly name: string
  readonly owner: Owner
  node: Interface
  readonly inboxes: Map<number, Mail[]>
  readonly outstanding: Set<string>
  readonly asked: Map<string, Asked>
  readonly syncs: Map<string, SyncState>
  readonly sent: Map<string, number>
}

/**
 * Whose ends, calls and timers they are: the program of a cluster (of the system, or of nobody), or a process of a user, at the cluster where it is now.
 *
 * - `isAway`: a process that has not begun, or is over (`over`: why). `isHandedOver`: its ends have been read to be installed elsewhere: what arrives here would miss it.
 * - `isStill`: it stands: what its software would do next waits in `later`. `working`: what its software does now. `whenStill`: who waits for that. `life`: a process that was
 *   lost and restored begins another.
 * - `peers`: ends of others to this process, which told its kernel so. `bytesTo`: what it has sent.
 * @internal
 */
export type Owner = {
  readonly name: string
  readonly kind: 'cluster' | 'process'
  readonly user: string | undefined
  readonly stations: Station[]
  readonly ends: Map<string, End>
  readonly calls: Set<Call>
  readonly timers: Map<string, { readonly to: Address; readonly due: Subscription }>
  readonly peers: Map<End, string>
  readonly bytesTo: Map<string, number>
  readonly later: (() => void)[]
  site: Site
  isAway: boolean
  over: string | undefined
  isHandedOver: boolean
  isStill: boolean
  working: number
  life: number
  whenStill: (() => void) | undefined
}

/** Something on its way to somebody: over which network and how many bytes, what it does there, and what becomes of it when the addressee is over. @internal */
export type Parcel = {
  readonly from: Station
  readonly to: Station
  readonly by: Abstraction
  readonly lane: 'data' | 'control'
  readonly wire: number
  readonly there: (at: Interface) => void
  readonly gone?: (reason: string) => void
}

/** Somebody waits until nothing is on its way between two nodes, or until it is known that nothing comes any more. @internal */
export type Probe = { readonly from: Interface; readonly to: Interface; readonly then: () => void }

/**
 * A cluster at work. `owners`: whose ends are here. `free`: the tick of its clock from which its core has nothing to do. Of processes: `book`, where each is as far as this kernel knows; `left`, which were here once; `held`, to which nothing leaves;
 * `outbox`, what waits for them; `asking`, which of them will be asked for again.
 * @internal
 */
export type Site = {
  readonly spec: ChipSite
  readonly interfaces: readonly Interface[]
  readonly owners: Set<Owner>
  readonly book: Map<string, Site>
  readonly left: Set<string>
  readonly held: Set<string>
  readonly outbox: Parcel[]
  readonly asking: Set<string>
  free: number
  isDown: boolean
}

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
  /** Why a party, or a node, cannot be talked to, as far as anybody has been told. */
  readonly lost: (from: Station, to: string) => string | undefined
  readonly cut: (from: Interface, to: Interface) => string | undefined
  /** Who waits until nothing is on its way to a node. */
  readonly probes: Set<Probe>
}

/** A cluster that has done nothing, with the owner of its program's ends. @internal */
export const siteOf = (spec: ChipSite, { numbers, wiring, partition }: CheckedChip): { readonly site: Site; readonly program: Owner } => {
  const interfaces: Interface[] = []
  const site: Site = {
    spec,
    interfaces,
    owners: new Set(),
    book: new Map(),
    left: new Set(),
    held: new Set(),
    outbox: [],
    asking: new Set(),
    free: 0,
    isDown: false
  }
  for (const name of spec.nodes)
    interfaces.push({ name, site, number: numbers.get(name)!, at: wiring.nodeOf(name), slots: slots(partition) })
  return { site, program: ownerOf('cluster', spec.name, undefined, interfaces) }
}

/** An owner that has done nothing, at some interfaces of a cluster; a process is away until it begins. @internal */
export const ownerOf = (kind: Owner['kind'], name: string, user: string | undefined, nodes: readonly Interface[]): Owner => {
  const [{ site }] = nodes
  const owner: Owner = {
    name,
    kind,
    user,
    stations: [],
    ends: new Map(),
    calls: new Set(),
    timers: new Map(),
    peers: new Map(),
    bytesTo: new Map(),
    later: [],
    site,
    isAway: kind === 'process',
    over: undefined,
    isHandedOver: false,
    isStill: false,
    working: 0,
    life: 0,
    whenStill: undefined
  }
  for (const node of nodes)
    owner.stations.push({
      name: kind === 'cluster' ? node.name : name,
      owner,
      node,
      inboxes: new Map(),
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

/** Tells of the slots that a kind of channel takes of an interface. @internal */
export const tellSlots = (context: ChipContext, { name, site, slots: { used } }: Interface, of: Abstraction): void => {
  const { cRx, cTx, dRx, dTx } = used[of]
  context.tell(site, { type: 'slots', node: name, kind: of, cRx, cTx, dRx, dTx })
}

/** What tells the mailboxes, portals and syncs of one party and port apart. @internal */
export const portKey = (name: string, port: number): string => `${name} ${port}`

/** The bytes of a message of the C-NoC. @internal */
export const CONTROL_BYTES = 8
