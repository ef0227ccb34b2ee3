import { type Key, split, unit } from '../random/random'
import type { Time } from '../time/time'

/**
 * A distribution of how much core time processes want. `drawn`: of the process with that number, in whole nanoseconds from 1 on. `meanNs`. `remainingNs`: what one of such an age is expected to want still: the median of it.
 */
export type Lifetimes = {
  readonly drawn: (key: Key, process: number) => Time
  readonly meanNs: number
  readonly remainingNs: (ageNs: Time) => Time
}

/**
 * Lifetimes with P(life > t) as 1 / t between the least and the most: a Pareto distribution of exponent 1, as measured of processes under UNIX (Harchol-Balter and Downey, ACM TOCS 15(3), 1997), with an end so that it has a mean,
 * `least ln(most / least) / (1 - least / most)`. Most processes are short and most work is in the few long ones: the median of what remains is about the age, `a (most - a) / (most + a)`. The logarithm decides `meanNs` only.
 * Errors: `RangeError` unless 0 < least < most.
 */
export const paretoLifetimes = ({ leastNs, mostNs }: { readonly leastNs: Time; readonly mostNs: Time }): Lifetimes => {
  if (!(leastNs > 0 && leastNs < mostNs && mostNs < Number.POSITIVE_INFINITY))
    throw new RangeError(`paretoLifetimes: leastNs must be above 0 and below mostNs (got ${leastNs} and ${mostNs})`)
  const cut = 1 - leastNs / mostNs
  return {
    drawn: (key, process) => Math.max(1, Math.round(leastNs / (1 - unit(key, process) * cut))),
    meanNs: (leastNs * Math.log(mostNs / leastNs)) / cut,
    remainingNs: (ageNs) =>
      ageNs >= mostNs ? 0 : ageNs <= leastNs ? leastNs - ageNs + medianLeft(leastNs, mostNs) : medianLeft(ageNs, mostNs)
  }
}

const medianLeft = (ageNs: Time, mostNs: Time): Time => (ageNs * (mostNs - ageNs)) / (mostNs + ageNs)

/**
 * Exponential lifetimes: what remains of one has nothing to do with its age, its median being `mean ln 2`. Drawn by comparisons of uniform numbers alone (J. von Neumann, "Various techniques used in connection with random digits", 1951):
 * the same on every machine. Errors: `RangeError` unless the mean is above 0.
 */
export const exponentialLifetimes = ({ meanNs }: { readonly meanNs: Time }): Lifetimes => {
  if (!(meanNs > 0 && meanNs < Number.POSITIVE_INFINITY))
    throw new RangeError(`exponentialLifetimes: meanNs must be above 0 (got ${meanNs})`)
  const remaining = Math.LN2 * meanNs
  return {
    drawn: (key, process) => Math.max(1, Math.round(meanNs * standardExponential(split(key, process)))),
    meanNs,
    remainingNs: () => remaining
  }
}

/** Runs of falling uniform numbers: one of odd length gives its first, each of even length a whole unit more. */
const standardExponential = (key: Key): number => {
  let counter = 0
  for (let whole = 0; ; whole++) {
    const first = unit(key, counter++)
    let last = first
    let length = 1
    for (let next = unit(key, counter++); next < last; next = unit(key, counter++)) {
      last = next
      length++
    }
    if (length % 2 === 1) return whole + first
  }
}
