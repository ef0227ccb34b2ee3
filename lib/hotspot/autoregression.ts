/**
 * An autoregression of order one over a window of observations, oldest first: their mean, and `phi`, the correlation of each with the one before (Yule and Walker's estimate: between -1 and 1; 0 where all are
 * alike or fewer than two are known). Sandpiper's predictor (Wood et al., NSDI 2007).
 */
export type Autoregression = { readonly mean: number; readonly phi: number }

/**
 * The autoregression of a window of 1 or more numbers. Cost: two passes. Law: adding a constant to all leaves `phi` and adds it to `mean`, scaling all leaves `phi` (up to rounding). Throws `RangeError` when
 * the window is empty or holds what is no finite number.
 */
export const autoregression = (window: ArrayLike<number>): Autoregression => {
  const n = window.length
  if (n === 0) throw new RangeError('autoregression: window must have observations (got none)')
  let sum = 0
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(window[i])) throw new RangeError(`autoregression: window must be of finite numbers (got ${window[i]} at ${i})`)
    sum += window[i]
  }
  const mean = sum / n
  let squares = 0
  let products = 0
  for (let i = 0; i < n; i++) {
    const deviation = window[i] - mean
    squares += deviation * deviation
    if (i > 0) products += deviation * (window[i - 1] - mean)
  }
  return { mean, phi: squares > 0 ? products / squares : 0 }
}

/** What comes next after an observation: `mean + phi (last - mean)` (Wood et al., NSDI 2007, hotspot detection). */
export const predictedNext = ({ mean, phi }: Autoregression, last: number): number => mean + phi * (last - mean)

/**
 * The least that could have been predicted, had those observations come that are lost (NaN), whatever they were within `[low, high]`: `predictedNext` itself where none is lost, -Infinity where the last is, and else a
 * bound by intervals, which is safe and not tight. So a decision that waits for a prediction above a threshold is never made because a sample was lost. Cost: one pass. Throws `RangeError` when the window is
 * empty.
 */
export const predictedAtLeast = (window: ArrayLike<number>, [low, high]: readonly [number, number]): number => {
  const n = window.length
  if (n === 0) throw new RangeError('predictedAtLeast: window must have observations (got none)')
  let lost = 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(window[i])) lost++
    else sum += window[i]
  }
  const last = window[n - 1]
  if (Number.isNaN(last)) return -Infinity
  if (lost === 0) return predictedNext(autoregression(window), last)
  // All about the mean of what is known; a lost observation lies at least `below` and at most `above` it.
  const center = sum / (n - lost)
  const below = Math.min(0, low - center)
  const above = Math.max(0, high - center)
  const farthest = Math.max(below * below, above * above)
  let squares = 0
  let leastProducts = 0
  let mostProducts = 0
  for (let i = 0; i < n; i++) {
    const here = window[i] - center
    if (!Number.isNaN(here)) squares += here * here
    if (i === 0) continue
    const before = window[i - 1] - center
    const known = Number.isNaN(here) ? before : here
    if (!Number.isNaN(here) && !Number.isNaN(before)) {
      leastProducts += here * before
      mostProducts += here * before
    } else if (Number.isNaN(known)) {
      leastProducts += below * above
      mostProducts += farthest
    } else {
      leastProducts += Math.min(known * below, known * above)
      mostProducts += Math.max(known * below, known * above)
    }
  }
  const shifts = [(lost * below) / n, (lost * above) / n] as const
  const widest = Math.max(shifts[0] * shifts[0], shifts[1] * shifts[1])
  const first = Number.isNaN(window[0]) ? ([below, above] as const) : ([window[0] - center, window[0] - center] as const)
  const ends = [first[0] + last - center, first[1] + last - center] as const
  const crossed = shifts.flatMap((shift) => ends.map((end) => shift * end))
  const numerator = [leastProducts + Math.min(...crossed) - (n + 1) * widest, mostProducts + Math.max(...crossed)] as const
  const denominator = [squares, squares + (n - lost) * widest + lost * (high - low) ** 2] as const
  const phis = [least(numerator[0], denominator), -least(-numerator[1], denominator)] as const
  const bounds = shifts.flatMap((shift) => phis.map((phi) => center + shift * (1 - phi) + phi * (last - center)))
  return Math.min(...bounds) - ROUNDING
}

/** What two ways to add up the same observations may differ by. */
const ROUNDING = 1e-9

/** The least quotient of a number by one of an interval of positive ones, and -1 at least: a correlation. */
const least = (numerator: number, [low, high]: readonly [number, number]): number =>
  Math.max(-1, numerator >= 0 ? numerator / Math.max(high, Number.MIN_VALUE) : low > 0 ? numerator / low : -1)
