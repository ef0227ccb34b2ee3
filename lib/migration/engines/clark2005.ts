import { type ClarkDynamicOptions, clarkDynamic, fixed } from '../pacing'
import type { PushRules } from '../push'
import { xenScanOrder } from '../scanOrder'
import { peek } from '../skipRule'
import { or, rateAbove, residualBelow, type StopRule } from '../stopRule'

/**
 * When the paper's pre-copy stops: fewer than 256 KB (taken as KiB) are left, or the rate of the next round would pass the maximum (Clark et al., NSDI 2005,
 * §5.3). Goes with the pacing `clarkDynamic` of the same options; the defaults are its. Throws what that throws.
 */
export const clark2005 = (options: ClarkDynamicOptions = {}): StopRule => {
  const { maxBytesPerSecond = 62_500_000 } = options
  return or(residualBelow({ bytes: 256 * 1024 }), rateAbove(maxBytesPerSecond, clarkDynamic({ ...options, maxBytesPerSecond: Infinity })))
}

/**
 * The paper's rule whole: rounds at the last dirty rate plus an increment, pages dirtied again left out when their turn comes, scanned in a pseudo-random order, the last
 * copy at the maximum rate (Clark et al., NSDI 2005, §5.3 and §5.4; the order is that of Xen's code).
 */
export const clark2005Rules = (options: ClarkDynamicOptions = {}): PushRules => ({
  until: clark2005(options),
  pacing: clarkDynamic(options),
  final: fixed(options.maxBytesPerSecond ?? 62_500_000),
  skip: peek,
  order: xenScanOrder
})
