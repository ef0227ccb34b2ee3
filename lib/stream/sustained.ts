import type { OperatorFunction } from 'rxjs'
import { mealy } from './mealy'

/** The last n answers as the bits of an int32, the latest lowest; `nothingSeen` before the first. */
export type Sustained = number

/** The state before the first answer. */
export const nothingSeen: Sustained = 0

/** How many of how many: k of the last n, integers with 1 <= k <= n <= 32. */
export type SustainedOptions = { readonly k: number; readonly n: number }

/**
 * The pure step of `sustained`: takes one answer in and says whether at least k of the last n were true (fewer than n seen: of those).
 * Throws RangeError when built unless 1 <= k <= n <= 32. Cost: O(1).
 */
export const sustainedStep = ({ k, n }: SustainedOptions): ((state: Sustained, answer: boolean) => readonly [boolean, Sustained]) => {
  if (!Number.isInteger(n) || n < 1 || n > 32) throw new RangeError(`sustained: n must be an integer from 1 to 32 (got ${n})`)
  if (!Number.isInteger(k) || k < 1 || k > n) throw new RangeError(`sustained: k must be an integer from 1 to n = ${n} (got ${k})`)
  const last = n === 32 ? -1 : (1 << n) - 1
  return (state, answer) => {
    const recent = ((state << 1) | (answer ? 1 : 0)) & last
    return [ones(recent) >= k, recent]
  }
}

/**
 * Whether a condition has been sustained: for each answer, were at least k of the last n true? Sandpiper's hotspot test (Wood et al.,
 * NSDI 2007, hotspot detection).
 *
 *     answers                     t-f-t-t-f-|
 *     sustained({ k: 2, n: 3 })   f-f-t-t-t-|
 *
 * The state is born with each subscription. Throws RangeError when built unless 1 <= k <= n <= 32.
 */
export const sustained = (options: SustainedOptions): OperatorFunction<boolean, boolean> => {
  const step = sustainedStep(options)
  return mealy((state: Sustained, answer: boolean) => {
    const [held, next] = step(state, answer)
    return [[held], next]
  }, nothingSeen)
}

const ones = (word: number): number => {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
