import * as O from 'fp-ts/lib/Option'
import type { PushRules } from '../push'
import { or, type StopRule } from '../stopRule'

/** The limits of p.haul's iterations, in pages, per cent and iterations. */
export type PHaulOptions = { readonly minPages?: number; readonly maxGrowPercent?: number; readonly maxIterations?: number }

/**
 * p.haul, CRIU's migration of containers (`iter_consts` and `__check_live_iter_progress` of phaul/iters.py, 02199d87): pre-dumps until one wrote 64 pages or fewer, or more
 * than 10 % more than the one before (whole per cents, rounded down), or has the index 8, counting from 0. What an iteration of the file system sent does not matter here.
 *
 * Throws `RangeError` on limits below 0.
 */
export const pHaul = ({ minPages = 64, maxGrowPercent = 10, maxIterations = 8 }: PHaulOptions = {}): PushRules => {
  for (const [name, value] of Object.entries({ minPages, maxGrowPercent, maxIterations }))
    if (!(value >= 0)) throw new RangeError(`pHaul: ${name} must be at least 0 (got ${value})`)
  return { until: or(smallDump(minPages), grown(maxGrowPercent), indexed(maxIterations)) }
}

const smallDump =
  (pages: number): StopRule =>
  ({ last }) =>
    last.pages <= pages ? O.some(`a dump of ${last.pages} pages, at most ${pages}`) : O.none

const grown =
  (percent: number): StopRule =>
  ({ last, previous }) => {
    if (previous === null || previous.pages === 0) return O.none
    const growth = Math.floor(((last.pages - previous.pages) * 100) / previous.pages)
    return growth > percent ? O.some(`a dump of ${last.pages} pages after ${previous.pages}, ${growth} % more`) : O.none
  }

const indexed =
  (index: number): StopRule =>
  ({ last }) =>
    last.round - 1 >= index ? O.some(`iteration ${last.round - 1}, at most ${index}`) : O.none
