/**
 * When a series is a hotspot: at least `k` of its last `n` slots above `threshold`, and the next value predicted above it too, by an autoregression over the last `window` slots. `range`: what a lost sample may have
 * been, for predictions in spite of it (see `predictedAtLeast`). `forecast: false` leaves the prediction out. `comesLater`: a series begins with its first sample, as that of a guest that is started later; else what is missing at
 * its beginning is lost.
 */
export type HotspotOptions = {
  readonly threshold?: number
  readonly k?: number
  readonly n?: number
  readonly window?: number
  readonly range?: readonly [low: number, high: number]
  readonly forecast?: boolean
  readonly comesLater?: boolean
}

/**
 * Defaults after Wood et al. (NSDI 2007), unverified: their text is recalled (75 % of CPU and network, 200 reports of 10 s), and 3 of 5 is what a later reimplementation has (cloud-control/vm-migration-sim).
 * Lost samples of a utilisation lie between 0 and 1.
 */
export const sandpiperHotspots: Required<HotspotOptions> = {
  threshold: 0.75,
  k: 3,
  n: 5,
  window: 200,
  range: [0, 1],
  forecast: true,
  comesLater: false
}

/** Options with their defaults. Throws `RangeError` naming the option. @internal */
export const checkedHotspots = (options: HotspotOptions): Required<HotspotOptions> => {
  const checked = { ...sandpiperHotspots, ...options }
  const { threshold, k, n, window, range } = checked
  if (!Number.isFinite(threshold)) throw new RangeError(`hotspots: threshold must be a finite number (got ${threshold})`)
  if (!(Number.isInteger(n) && n >= 1 && n <= 32)) throw new RangeError(`hotspots: n must be an integer from 1 to 32 (got ${n})`)
  if (!(Number.isInteger(k) && k >= 1 && k <= n)) throw new RangeError(`hotspots: k must be an integer from 1 to n = ${n} (got ${k})`)
  if (!(Number.isInteger(window) && window >= n))
    throw new RangeError(`hotspots: window must be an integer from n = ${n} on (got ${window})`)
  if (!(range[0] <= range[1])) throw new RangeError(`hotspots: range must be from a lower number to a higher (got ${range.join(' to ')})`)
  return checked
}
