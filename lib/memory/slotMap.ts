import type { SlotRun } from './isoArea'
import { difference, next, nextAbsent, type PageSet, range, union } from './pageSet'

/**
 * The first slot of the first run of `n` slots of a map that begins at a multiple of `align`, or -1.
 *
 *     firstRun(map, 1, 1)      // the first slot there is
 *     firstRun(map, 16, 16)    // a stack
 *
 * Errors: `RangeError` unless both are positive integers. Cost: the words of the map up to there, and one look for each run that is too short.
 */
export const firstRun = (map: PageSet, n: number, align: number): number => {
  if (!(Number.isInteger(n) && n > 0)) throw new RangeError(`firstRun: n must be a positive integer (got ${n})`)
  if (!(Number.isInteger(align) && align > 0)) throw new RangeError(`firstRun: align must be a positive integer (got ${align})`)
  for (let from = next(map, 0); from >= 0; ) {
    const to = nextAbsent(map, from)
    const start = Math.ceil(from / align) * align
    if (start + n <= to) return start
    from = next(map, to)
  }
  return -1
}

/** The map with a run of slots. */
export const withRun = (map: PageSet, { start, n }: SlotRun): PageSet => union(map, range(map.size, start, start + n))

/** The map without a run of slots. */
export const withoutRun = (map: PageSet, { start, n }: SlotRun): PageSet => difference(map, range(map.size, start, start + n))
