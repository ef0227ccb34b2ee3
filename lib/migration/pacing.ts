import { dirtyRateOf, type Pushed } from './round'

/**
 * The bandwidth of the next round in bytes per second, asked with `undefined` before round 1 and after each round with what was pushed; `undefined` leaves
 * it to the link. Any function of this type is a pacing.
 */
export type Pacing = (pushed: Pushed | undefined) => number | undefined

/** As fast as the link allows. */
export const unlimited: Pacing = () => undefined

/** The same bandwidth in every round. Throws `RangeError` unless it is above 0. */
export const fixed = (bytesPerSecond: number): Pacing => {
  checkAbove0('fixed', 'bytesPerSecond', bytesPerSecond)
  return () => bytesPerSecond
}

/** Bounds and increment of `clarkDynamic`, in bytes per second. */
export type ClarkDynamicOptions = {
  readonly minBytesPerSecond?: number
  readonly maxBytesPerSecond?: number
  readonly incrementBytesPerSecond?: number
}

/**
 * Clark's dynamic rate limiting: the first round at the minimum, each further round at the last round's dirty rate plus an increment, never below the minimum
 * nor above the maximum. A maximum of `Infinity` gives the rate as computed, which `rateAbove` asks for.
 *
 * Defaults: increment 50 Mbit/s (Clark et al., NSDI 2005, §5.3), from 100 to 500 Mbit/s (§6). Xen's code of January 2006 differs from the paper: it
 * raises the rate only when the dirty rate passes it, and never lowers it (xc_linux_save.c). Throws `RangeError` unless 0 < min <= max and the increment is at least 0.
 */
export const clarkDynamic = (options: ClarkDynamicOptions = {}): Pacing => {
  const { minBytesPerSecond = 12_500_000, maxBytesPerSecond = 62_500_000, incrementBytesPerSecond = 6_250_000 } = options
  checkAbove0('clarkDynamic', 'minBytesPerSecond', minBytesPerSecond)
  if (!(maxBytesPerSecond >= minBytesPerSecond))
    throw new RangeError(`clarkDynamic: maxBytesPerSecond must be at least ${minBytesPerSecond} (got ${maxBytesPerSecond})`)
  if (!(incrementBytesPerSecond >= 0))
    throw new RangeError(`clarkDynamic: incrementBytesPerSecond must be at least 0 (got ${incrementBytesPerSecond})`)
  return (pushed) => {
    if (pushed === undefined) return minBytesPerSecond
    const rate = dirtyRateOf(pushed.last) * pushed.guest.pageBytes + incrementBytesPerSecond
    return Math.min(Math.max(rate, minBytesPerSecond), maxBytesPerSecond)
  }
}

const checkAbove0 = (caller: string, name: string, value: number): void => {
  if (!(value > 0)) throw new RangeError(`${caller}: ${name} must be above 0 (got ${value})`)
}
