import type { SlotRun } from '../memory/isoArea'
import type { PageSet } from '../memory/pageSet'

/** A negotiation by the node that asks for it and its number among those that the node has asked for. */
export type NegotiationId = { readonly rank: number; readonly number: number }

/**
 * What nodes with iso-address threads tell each other. PM2's names of them stand behind (isoaddr.c):
 *
 * - `request`, `granted`, `unlock`: of the mutex that node 0 keeps, so that one negotiation is under way at a time (GLOBAL_LOCK, its completion, GLOBAL_UNLOCK).
 * - `lock`: a negotiation begins: forbid sends, meet the others, take the local lock, and send your map (LOCAL_LOCK).
 * - `sync`: from everybody to everybody, `barrier` 1 before the maps are sent and 2 after the new ones have come (SYNC).
 * - `map`: the sender's map (SEND_SLOT_STATUS). `update`: the receiver's map from now on, without the run that the requester takes; no `run` where there was none (LOCAL_UNLOCK).
 * - `thread`: a thread with the runs that it holds, stack first; what is in them travels with it; `departure` numbers those of a node.
 * - `reserve`, `reserved`, `full`: not PM2's, and only where the memory of nodes is bounded (`IsoLimits.mapped`): is there room for a thread with these runs? It is kept for it; or so many slots are `free` of the `more` that it would take.
 */
export type IsoMessage =
  | { readonly type: 'request' | 'granted' | 'lock' | 'unlock'; readonly id: NegotiationId }
  | { readonly type: 'sync'; readonly id: NegotiationId; readonly barrier: 1 | 2 }
  | { readonly type: 'map'; readonly id: NegotiationId; readonly map: PageSet }
  | { readonly type: 'update'; readonly id: NegotiationId; readonly map: PageSet; readonly run?: SlotRun }
  | { readonly type: 'thread'; readonly thread: string; readonly runs: readonly SlotRun[]; readonly departure: number }
  | { readonly type: 'reserve'; readonly thread: string; readonly runs: readonly SlotRun[] }
  | { readonly type: 'reserved'; readonly thread: string }
  | { readonly type: 'full'; readonly thread: string; readonly free: number; readonly more: number }

/** The types of those messages. */
export const isoMessageTypes: readonly IsoMessage['type'][] = [
  'request',
  'granted',
  'lock',
  'unlock',
  'sync',
  'map',
  'update',
  'thread',
  'reserve',
  'reserved',
  'full'
]

/**
 * Messages that a negotiation among `nodes` takes with PM2's barrier, in which everybody tells everybody: `2 n (n - 1)` for the two barriers, `3 (n - 1)` for lock, map and update of each other
 * node, and three for the mutex unless the requester is the node that keeps it.
 *
 *     negotiationMessages(2, false)   // 10
 */
export const negotiationMessages = (nodes: number, keepsMutex: boolean): number =>
  2 * nodes * (nodes - 1) + 3 * (nodes - 1) + (keepsMutex ? 0 : 3)
