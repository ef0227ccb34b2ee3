import type { IsoArea, SlotRun } from '../memory/isoArea'
import type { PageSet } from '../memory/pageSet'
import type { IsoMessage, NegotiationId } from './isoMessage'

/**
 * What a node does at once with slots: its limits. `cache`: so many runs in each of three caches (PM2's `MAX_CACHE`, 1,024); `busy`: so many runs that are just leaving (`MAX_BUSY_SLOTS`, 1,000). `mapped`: so many
 * slots that are mapped at a time, caches and threads on their way included (absent, as in PM2: no bound); caches are emptied when there would be more, and what does not fit even so is refused.
 */
export type IsoLimits = { readonly cache: number; readonly busy: number; readonly mapped?: number }

/** PM2's limits (isoaddr.c). */
export const pm2Limits: IsoLimits = { cache: 1024, busy: 1000 }

/**
 * How slots are got. `iso`: what the node owns without a message to anybody, and by negotiation where it has no such run. `naive`: a negotiation with all nodes at every allocation, as
 * the baseline that the iso-address approach was made to beat.
 */
export type IsoAllocator = 'iso' | 'naive'

/** What concerns a node: what a thread of it needs, what has come from another node, that the message of a departure has left, or that a node will not be heard of any more. */
export type IsoEvent =
  | { readonly type: 'need'; readonly thread: string; readonly n: number }
  | { readonly type: 'give'; readonly thread: string; readonly run: SlotRun }
  | { readonly type: 'depart'; readonly thread: string; readonly to: number }
  | { readonly type: 'told'; readonly from: number; readonly message: IsoMessage }
  | { readonly type: 'left'; readonly departure: number }
  | { readonly type: 'lost'; readonly rank: number }

/**
 * What a node has done by its machine. `map` and `unmap`: memory at the addresses of a run (mapped: zeros). `send`: a message; one with a thread carries what is in its runs when it leaves, and `left` is to be told then.
 * `got`, `gave`, `installed`, `refused`: how a thread's `need`, `give` or `depart` came out; `installed` comes from the node to which it has gone. `negotiated`: the end of a negotiation of this node's own.
 */
export type IsoEffect =
  | { readonly type: 'send'; readonly to: number; readonly message: IsoMessage }
  | { readonly type: 'map' | 'unmap'; readonly run: SlotRun }
  | { readonly type: 'got'; readonly thread: string; readonly run: SlotRun; readonly from: 'cache' | 'map' | 'negotiation' }
  | { readonly type: 'gave'; readonly thread: string; readonly run: SlotRun }
  | { readonly type: 'installed'; readonly thread: string; readonly runs: readonly SlotRun[]; readonly mapped: number }
  | { readonly type: 'refused'; readonly thread: string; readonly reason: string }
  | {
      readonly type: 'negotiated'
      readonly id: NegotiationId
      readonly thread: string
      readonly owners: readonly number[]
      readonly run: SlotRun | undefined
    }

/** A run that leaves with a thread: still mapped, and not to be touched, until the message has left. `awaited`: the thread is back before that. */
export type BusyRun = { readonly run: SlotRun; readonly departure: number; readonly awaited: boolean }

/** What waits until a node's map is its own again. */
export type BehindLock =
  | Extract<IsoEvent, { readonly type: 'need' | 'give' }>
  | { readonly type: 'reserve'; readonly from: number; readonly message: Extract<IsoMessage, { readonly type: 'reserve' }> }

/** A thread that waits for a negotiation of its own. */
export type Wanting = { readonly id: NegotiationId; readonly thread: string; readonly n: number; readonly align: number }

/**
 * A negotiation of which the node is a part. `gathering`: at the first barrier. `collecting` (requester) and `waiting` (all others): the node's map is locked until the maps, or the new one, have come. `leaving`:
 * at the second barrier. `maps`: those that the requester has so far; `parts`: what it takes from whom.
 */
export type NegotiationPart = {
  readonly id: NegotiationId
  readonly stage: 'gathering' | 'collecting' | 'waiting' | 'leaving'
  readonly maps: Readonly<Record<number, PageSet>>
  readonly run?: SlotRun
  readonly parts: Readonly<Record<number, PageSet>>
}

/**
 * All that a node knows. `map`: slots that it owns and that are free. `slotCache` and `stackCache`: the same, mapped, for the next that needs one (their first slots). `migrationCache`: runs that have left with threads
 * and are still mapped here: not the node's own. `held`: runs of the threads here. `arriving`: threads that wait for runs that have not left yet. `expected`: threads for which room is kept. `asking`: threads here that want to
 * move where there may be no room, and whether there is. `behindLock` and `departures`: what waits for the end of a negotiation. `locks`: negotiations that wait for the end of the present one. `syncs`: who has come to which barrier. `mutex`: of node 0, who has it and who waits. `asked`, `departed`: how many negotiations it has asked for, and how many threads have left.
 */
export type IsoNodeState = {
  readonly rank: number
  readonly nodes: number
  readonly area: IsoArea
  readonly allocator: IsoAllocator
  readonly limits: IsoLimits
  readonly map: PageSet
  readonly slotCache: readonly number[]
  readonly stackCache: readonly number[]
  readonly migrationCache: readonly SlotRun[]
  readonly busy: readonly BusyRun[]
  readonly held: Readonly<Record<string, readonly SlotRun[]>>
  readonly arriving: Readonly<Record<string, { readonly runs: readonly SlotRun[]; readonly mapped: number }>>
  readonly expected: Readonly<Record<string, { readonly from: number; readonly runs: readonly SlotRun[] }>>
  readonly asking: Readonly<Record<string, { readonly to: number; readonly granted: boolean }>>
  readonly locked: boolean
  readonly forbidden: boolean
  readonly behindLock: readonly BehindLock[]
  readonly departures: readonly Extract<IsoEvent, { readonly type: 'depart' }>[]
  readonly wanting: readonly Wanting[]
  readonly part: NegotiationPart | undefined
  readonly locks: readonly NegotiationId[]
  readonly syncs: Readonly<Record<string, readonly number[]>>
  readonly mutex: { readonly holder: NegotiationId | undefined; readonly queue: readonly NegotiationId[] }
  readonly lost: readonly number[]
  readonly asked: number
  readonly departed: number
}

/** A node at its start: its own slots free, no thread, nothing under way. */
export const isoNodeState = ({
  rank,
  nodes,
  area,
  map,
  allocator = 'iso',
  limits = pm2Limits
}: {
  readonly rank: number
  readonly nodes: number
  readonly area: IsoArea
  readonly map: PageSet
  readonly allocator?: IsoAllocator
  readonly limits?: IsoLimits
}): IsoNodeState => ({
  rank,
  nodes,
  area,
  allocator,
  limits,
  map,
  slotCache: [],
  stackCache: [],
  migrationCache: [],
  busy: [],
  held: {},
  arriving: {},
  expected: {},
  asking: {},
  locked: false,
  forbidden: false,
  behindLock: [],
  departures: [],
  wanting: [],
  part: undefined,
  locks: [],
  syncs: {},
  mutex: { holder: undefined, queue: [] },
  lost: [],
  asked: 0,
  departed: 0
})

/** A node's state on its way through one event, and what is to be done so far: the transitions of a node write into it, and nothing else does. @internal */
export type IsoDraft = { state: IsoNodeState; readonly effects: IsoEffect[]; readonly inbox: IsoMessage[] }

/** Replaces some of a draft's state. @internal */
export const amend = (d: IsoDraft, change: Partial<IsoNodeState>): void => {
  d.state = { ...d.state, ...change }
}

/** A message to a node; one to itself is heard in the same step and costs nothing. @internal */
export const sendTo = (d: IsoDraft, to: number, message: IsoMessage): void => {
  if (to === d.state.rank) d.inbox.push(message)
  else d.effects.push({ type: 'send', to, message })
}

/** All other nodes that are not lost. @internal */
export const others = ({ rank, nodes, lost }: IsoNodeState): readonly number[] =>
  Array.from({ length: nodes }, (_, i) => i).filter((one) => one !== rank && !lost.includes(one))

/** Whether two names are of one negotiation. @internal */
export const isSame = (one: NegotiationId, other: NegotiationId): boolean => one.rank === other.rank && one.number === other.number
