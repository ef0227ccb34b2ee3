import type { AccessBatch } from '../memory/accessWindows'

/**
 * A batch of accesses (`page << 1 | isWrite`) in the order of time, with their times in nanoseconds where these are known; otherwise they count as spread
 * evenly, access i of n at `fromNs + floor(i * (toNs - fromNs) / n)`.
 */
export type TimedBatch = AccessBatch & { readonly times?: ArrayLike<number> }
