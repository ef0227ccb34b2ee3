import type { Time } from '../time/time'
import type { PageBuffers } from './pageBuffers'

/**
 * Pages (or plain bytes) that leave one after the other at the lane's rate. The sender chose them, and knew their sizes, when the batch began. The arrays are
 * there (`count` entries of each are used) when the pages are followed one by one, and then belong to the batch until it has `arrived`: `ends[i]` are the wire
 * bytes up to and including page i, `leaves[i]` is when its last byte leaves, which the transport writes.
 * @internal
 */
export type Batch = Partial<PageBuffers> & {
  readonly bytes: number
  readonly count: number
  /** Page i begins to leave: its content is read. Absent where it does not matter when. */
  readonly read?: (i: number, at: Time) => void
  /** Page i has arrived. */
  readonly place?: (i: number, at: Time) => void
  /** Ends the batch with the page under way when `bytes` have left; answers the bytes up to the end of that page, the pages that are followed, and the bytes of that page where none are. */
  readonly cut: (bytes: number) => { readonly bytes: number; readonly pages: number; readonly last?: number }
  /** A page of `bytes` was taken out before it began to leave. */
  readonly withdrawn?: (page: number, bytes: number) => void
  readonly arrived?: () => void
  /** Page i and all after it, or all of a batch whose pages are not followed, will not arrive. */
  readonly lost?: (i: number) => void
  /** How many pages it carries, where they are not followed one by one. */
  readonly carried?: number
  /** What its sender and its receiver can do at most, in bytes per second; absent: anything. Of one that is written ahead of the wire, its receiver alone. */
  readonly maxBytesPerSecond?: number
  /** How long its sender takes to write it ahead of the wire. */
  readonly writeNs?: number
}

/** So many bytes that are no pages: execution context, device state. @internal */
export const bytesOnly = (bytes: number): Batch => ({ bytes, count: 0, cut: () => ({ bytes, pages: 0 }) })
