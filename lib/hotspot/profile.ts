import { Observable, type OperatorFunction } from 'rxjs'

/**
 * What is known of a resource of a VM over the last observations (Wood et al., NSDI 2007, profile generation): the observations themselves, oldest first (time series profile), and how they are distributed (distribution profile): `percentile(p)` is the least
 * that a part p of them is at most, by nearest rank.
 */
export type Profile = { readonly series: readonly number[]; readonly percentile: (part: number) => number }

/** The profile of a window of observations; lost ones (NaN) are left out. Cost: O(n) and, at the first percentile, O(n log n). */
export const profile = (window: ArrayLike<number>): Profile => {
  const series = Array.from(window).filter((one) => !Number.isNaN(one))
  let sorted: readonly number[] | undefined
  return {
    series,
    percentile: (part) => {
      if (!(part >= 0 && part <= 1)) throw new RangeError(`profile: part must be from 0 to 1 (got ${part})`)
      sorted ??= [...series].sort((a, b) => a - b)
      return sorted.length === 0 ? Number.NaN : sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]
    }
  }
}

/**
 * The profile over the last `window` samples after each of them (default 200, as recalled of Sandpiper, unverified); NaN stands for a lost one.
 *
 *     samples.pipe(profiles(), map(({ percentile }) => percentile(0.95)))
 *
 * The state is born with each subscription. Cost: O(window) a sample. Throws `RangeError` naming the option.
 */
export const profiles = (window = 200): OperatorFunction<number, Profile> => {
  if (!(Number.isInteger(window) && window > 0)) throw new RangeError(`profiles: window must be an integer above 0 (got ${window})`)
  return (samples) =>
    new Observable((observer) => {
      const last: number[] = []
      return samples.subscribe({
        next: (sample) => {
          last.push(sample)
          if (last.length > window) last.shift()
          observer.next(profile(last))
        },
        error: (error: unknown) => observer.error(error),
        complete: () => observer.complete()
      })
    })
}
