import * as O from 'fp-ts/lib/Option'
import type { Pacing } from '../pacing'
import type { PushRules } from '../push'
import { xenScanOrder } from '../scanOrder'
import { peek } from '../skipRule'
import { and, or, roundsAtMost, type StopRule } from '../stopRule'

/** The rates of Xen's tools of 2006, in bytes per second; they counted in whole Mbit/s (defaults: 100, 500 and 50, xc_linux_save.c). */
export type XenRateOptions = {
  readonly startBytesPerSecond?: number
  readonly maxBytesPerSecond?: number
  readonly incrementBytesPerSecond?: number
}

/**
 * The rate of Xen's tools of January 2006 (`print_stats` of xc_linux_save.c), which is not the paper's: a rate is raised, to the dirty rate plus an increment and to the
 * maximum at most, only when the dirty rate has passed it, and is never lowered. Rates are counted in whole Mbit/s, times in whole milliseconds.
 *
 * Throws `RangeError` unless 0 < start <= max and the increment is at least 0.
 */
export const xenRate = (options: XenRateOptions = {}): Pacing => {
  const { startBytesPerSecond, maxBytesPerSecond, incrementBytesPerSecond } = checked(options)
  return (pushed) => {
    if (pushed === undefined) return startBytesPerSecond
    const { last, guest } = pushed
    const granted = last.granted ?? startBytesPerSecond
    const ms = Math.max(1, Math.floor((last.endedAt - last.startedAt) / 1e6))
    const dirtyRate = Math.floor((last.dirtied * guest.pageBytes) / (ms * BYTES_PER_MS_OF_MBIT)) * MBIT
    return dirtyRate > granted ? Math.min(dirtyRate + incrementBytesPerSecond, maxBytesPerSecond) : granted
  }
}

/**
 * When Xen's tools of January 2006 stopped (xc_linux_save.c), asked of the round just made: it sent more than the one before, at the maximum rate; 29 rounds; fewer than
 * 50 pages, sent or left out because they were dirty again; or more than three times the guest's pages sent in all. Goes with `xenRate` of the same maximum.
 */
export const xen2006 = ({ maxBytesPerSecond = 500 * MBIT }: Pick<XenRateOptions, 'maxBytesPerSecond'> = {}): StopRule =>
  or(and(sentMore, rateIsMax(maxBytesPerSecond)), roundsAtMost(29), fewPages(50), pagesSentAbove(3))

/**
 * Xen's tools of January 2006 whole: rate, stop, peek and scan order, the last copy at the rate reached (xen-project/xen 1676162e, tools/libxc/xc_linux_save.c). Compiled
 * without ADAPTIVE_SAVE (`adaptive: false`) they send as the link allows, and a round that grows never ends them.
 */
export const xen2006Rules = ({ adaptive = true, ...options }: XenRateOptions & { readonly adaptive?: boolean } = {}): PushRules => ({
  until: xen2006(options),
  ...(adaptive ? { pacing: xenRate(options), final: xenRate(options) } : {}),
  skip: peek,
  order: xenScanOrder
})

const MBIT = 125_000
const BYTES_PER_MS_OF_MBIT = 125

const sentMore: StopRule = ({ last, previous }) =>
  previous !== null && last.pages > previous.pages ? O.some(`${last.pages} pages were sent after ${previous.pages}`) : O.none

const rateIsMax =
  (maxBytesPerSecond: number): StopRule =>
  ({ last }) =>
    (last.granted ?? 0) >= maxBytesPerSecond ? O.some('the rate is at its maximum') : O.none

const fewPages =
  (pages: number): StopRule =>
  ({ last }) =>
    last.pages + last.skipped < pages ? O.some(`a round of ${last.pages + last.skipped} pages, below ${pages}`) : O.none

const pagesSentAbove =
  (factor: number): StopRule =>
  ({ pages, guest }) =>
    pages > factor * guest.pages ? O.some(`${pages} pages have been sent, more than ${factor} times ${guest.pages}`) : O.none

const checked = (options: XenRateOptions): Required<XenRateOptions> => {
  const { startBytesPerSecond = 100 * MBIT, maxBytesPerSecond = 500 * MBIT, incrementBytesPerSecond = 50 * MBIT } = options
  if (!(startBytesPerSecond > 0)) throw new RangeError(`xenRate: startBytesPerSecond must be above 0 (got ${startBytesPerSecond})`)
  if (!(maxBytesPerSecond >= startBytesPerSecond))
    throw new RangeError(`xenRate: maxBytesPerSecond must be at least ${startBytesPerSecond} (got ${maxBytesPerSecond})`)
  if (!(incrementBytesPerSecond >= 0))
    throw new RangeError(`xenRate: incrementBytesPerSecond must be at least 0 (got ${incrementBytesPerSecond})`)
  return { startBytesPerSecond, maxBytesPerSecond, incrementBytesPerSecond }
}
