import { type ClarkDynamicOptions, clarkDynamic } from './pacing'
import { or, rateAbove, residualBelow, type StopRule } from './stopRule'

/**
 * When the paper's pre-copy stops: fewer than 256 KB (taken as KiB) are left, or the rate of the next round would pass the maximum (Clark et al., NSDI 2005,
 * §5.3). Goes with the pacing `clarkDynamic` of the same options; the defaults are its. Throws what that throws.
 */
export const clark2005 = (options: ClarkDynamicOptions = {}): StopRule => {
  const { maxBytesPerSecond = 62_500_000 } = options
  return or(residualBelow({ bytes: 256 * 1024 }), rateAbove(maxBytesPerSecond, clarkDynamic({ ...options, maxBytesPerSecond: Infinity })))
}
