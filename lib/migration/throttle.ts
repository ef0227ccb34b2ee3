import type { Pushed } from './round'

/** The fraction of its time, from 0 to 0.99, to take from the guest in the next round, asked after each round. Any function of this type is a throttle. */
export type Throttle = (pushed: Pushed) => number

/** Takes nothing. */
export const none: Throttle = () => 0

/** First step, further steps and most of `autoConverge`, as fractions of the guest's time, and the ratio of dirtied to sent bytes that calls for a step. */
export type AutoConvergeOptions = {
  readonly initial?: number
  readonly increment?: number
  readonly max?: number
  readonly threshold?: number
}

/**
 * Takes more from the guest after each round in which it dirtied more than `threshold` times the bytes that were sent: `initial` at first, then `increment`
 * more each time, `max` at most. What was taken is never given back during the push.
 *
 * After QEMU's auto-converge, with the defaults of QEMU 10.2 (migration/options.c): 20 %, then 10 % more, 99 % at most, at a ratio of 50 %. QEMU asks at
 * syncs more than a second apart and acts on every second one that calls for it; this asks once a round and acts at once, because a push of a few long rounds
 * would hardly ever reach a second strike. Throws `RangeError` unless 0 < initial <= max <= 0.99, increment >= 0 and threshold > 0.
 */
export const autoConverge = (options: AutoConvergeOptions = {}): Throttle => {
  const { initial = 0.2, increment = 0.1, max = 0.99, threshold = 0.5 } = options
  if (!(max > 0 && max <= 0.99)) throw new RangeError(`autoConverge: max must be above 0 and at most 0.99 (got ${max})`)
  if (!(initial > 0 && initial <= max)) throw new RangeError(`autoConverge: initial must be above 0 and at most ${max} (got ${initial})`)
  if (!(increment >= 0)) throw new RangeError(`autoConverge: increment must be at least 0 (got ${increment})`)
  if (!(threshold > 0)) throw new RangeError(`autoConverge: threshold must be above 0 (got ${threshold})`)
  return ({ last, guest, throttle }) => {
    if (last.dirtied * guest.pageBytes <= threshold * last.bytes) return throttle
    return throttle === 0 ? initial : Math.min(max, Math.max(throttle, rounded(throttle + increment)))
  }
}

/** Sums of decimal fractions without their binary tail: 0.2 + 0.1 is 0.3, in the journal too. */
const rounded = (fraction: number): number => Math.round(fraction * 1e9) / 1e9
