import * as O from 'fp-ts/lib/Option'
import type { Pacing } from './pacing'
import { and, or, residualBelow, roundsAtMost, type StopRule, sentAtMost } from './stopRule'

/**
 * When Xen's tools of January 2006 stopped (xc_linux_save.c): 29 rounds made; fewer than 50 pages left; three memories sent; or a round longer than the one
 * before although the rate is at its maximum already. Xen counted the pages of the round just made where this counts those left.
 */
export const xen2006 = (maxBytesPerSecond: number, pacing: Pacing): StopRule =>
  or(roundsAtMost(29), residualBelow({ pages: 50 }), sentAtMost(3), and(sentMore, rateAtMost(maxBytesPerSecond, pacing)))

const sentMore: StopRule = ({ last, previous }) =>
  previous !== null && last.pages > previous.pages ? O.some(`${last.pages} pages were sent after ${previous.pages}`) : O.none

const rateAtMost =
  (maxBytesPerSecond: number, pacing: Pacing): StopRule =>
  (pushed) =>
    (pacing(pushed) ?? Infinity) >= maxBytesPerSecond ? O.some('the rate is at its maximum') : O.none
