import type { Data } from './data'

/**
 * What a machine of a cluster may be asked besides the orders of a migration. A cluster's machines exchange frames and messages; each has its own storage.
 *
 * - `tell`: a message to another machine. With `closing` it travels behind the frames that have left for `whom` so far, and says there that none of them is left: it is the
 *   final frame of that checkpoint. Without, it travels by itself and may come ahead of frames. Messages of one machine to another come in order.
 * - `keep`: the paused guest's state, or the frames in its receive queue, into storage, as part of a checkpoint. Of the queue only what came ahead of its sender's final
 *   frame is kept, or (`beyond`) all that has come. An image is complete when the state is there and the guest has gone on, or the queue is there.
 * - `settle`: the image becomes the latest one and all earlier ones go (`sealed`), or it goes itself (`dropped`). `list`: which images are complete in storage.
 * - `load`: the guest, paused, and its receive queue from an image, which is sealed by it; all others go. Frames sent before the cluster's `incarnation` are no longer taken.
 * - `insertQueue`: the receive queue that was loaded, before the frames that have come since (`front`) or behind them (`back`).
 */
export type ClusterOrder =
  | { readonly type: 'tell'; readonly whom: string; readonly message: Data; readonly closing?: number }
  | { readonly type: 'keep'; readonly what: 'state' | 'queue'; readonly checkpoint: number; readonly beyond?: boolean }
  | { readonly type: 'settle'; readonly checkpoint: number; readonly as: 'sealed' | 'dropped' }
  | { readonly type: 'list' }
  | { readonly type: 'load'; readonly checkpoint: number; readonly incarnation: number }
  | { readonly type: 'insertQueue'; readonly place: 'front' | 'back' }

/** What a cluster answers besides: `kept`: so many bytes, and of a queue so many frames, are in storage or have come from there. `listed`: complete images, in ascending order, and which of them is sealed. */
export type ClusterAnswer =
  | { readonly type: 'kept'; readonly bytes: number; readonly frames: number }
  | { readonly type: 'listed'; readonly complete: readonly number[]; readonly sealed: number }

/** A frame by its sender and its number on the channel from there, from 0 on. */
export type FrameName = { readonly from: string; readonly number: number }

/** Frames by the machine at the other end of a channel. */
export type FrameCounts = Readonly<Record<string, number>>

/**
 * What a cluster tells a machine besides. `told`: a message has come. The others are the oracle's words, for journals and invariants and not for decisions:
 *
 * - `stored`: how an image stands now; `sent` to each other and `received` from each other are the frames that the guest in it has sent and got, `queue` the frames that stand beside
 *   it. `begun`: not all of it is there. `loaded`: it is sealed, and the guest in it takes the place of the one before.
 * - `misdelivered`: the guest got frame `number` of a channel when `expected` was next: one is lost, doubled or out of order.
 * - `finished`: the guest's program has come to its end; `digest` is made of all that it got, in order.
 */
export type ClusterFact =
  | { readonly type: 'told'; readonly from: string; readonly message: Data }
  | {
      readonly type: 'stored'
      readonly checkpoint: number
      readonly stands: 'begun' | 'complete' | 'sealed' | 'dropped' | 'loaded'
      readonly sent: FrameCounts
      readonly received: FrameCounts
      readonly queue: readonly FrameName[]
    }
  | { readonly type: 'misdelivered'; readonly from: string; readonly number: number; readonly expected: number }
  | { readonly type: 'finished'; readonly digest: number }

/** The kind of answer that each order of a cluster gets. */
export type ClusterAnswerKind = {
  tell: 'done'
  keep: 'kept'
  settle: 'done'
  list: 'listed'
  load: 'kept'
  insertQueue: 'done'
}

const words: ReadonlySet<string> = new Set<ClusterOrder['type']>(['tell', 'keep', 'settle', 'list', 'load', 'insertQueue'])

/** Whether an order is one of a cluster's own, which a world of one migration refuses. */
export const isClusterOrder = (order: { readonly type: string }): order is ClusterOrder => words.has(order.type)
