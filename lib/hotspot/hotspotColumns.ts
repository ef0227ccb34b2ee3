import { bitsIn } from '../memory/words'
import { predictedAtLeast } from './autoregression'
import { checkedHotspots, type HotspotOptions } from './hotspotOptions'

/** The series that are hotspots after a slot, in ascending order, and what is predicted of each. */
export type HotspotRow = { readonly slot: number; readonly series: Int32Array; readonly predicted: Float64Array }

/** Many series side by side, slot by slot: a kernel. `push` takes one value of each, NaN where a sample is lost; `above`: how many of the last n of a series are above the threshold; `forecast`: what is predicted of it. */
export type HotspotColumns = {
  readonly push: (row: ArrayLike<number>) => HotspotRow
  readonly above: (series: number) => number
  readonly forecast: (series: number) => number
}

/**
 * The hotspot detector for so many series at once. A slot's sample that is lost counts as not above, and the prediction is then the least that it could have been with it. Sums
 * over the window are kept up to date and added up anew once a window. Memory: 8 bytes a series and slot of the window. Cost: some ns a sample, and a pass over the window for each series with k of n above that has
 * lost samples in it. Errors: `RangeError` naming the option; from `push` when the row's length is not the number of series.
 */
export const hotspotColumns = (series: number, options: HotspotOptions = {}): HotspotColumns => {
  const { threshold, k, n, window, range, forecast: isForecast, comesLater } = checkedHotspots(options)
  if (!(Number.isInteger(series) && series >= 0)) throw new RangeError(`hotspots: series must be an integer from 0 on (got ${series})`)
  const rows = Array.from({ length: window }, () => new Float64Array(series))
  const sums = new Float64Array(series)
  const squares = new Float64Array(series)
  const products = new Float64Array(series)
  const recent = new Int32Array(series)
  /** Slots of a series since it began, as far as the window reaches, and those of them that are lost. */
  const seen = new Int32Array(series)
  const lost = new Int32Array(series)
  const last = n === 32 ? -1 : (1 << n) - 1
  const found = new Int32Array(series)
  const forecasts = new Float64Array(series)
  let slot = 0
  /** Whether all series began with the first slot or have a whole window, and none has a lost sample in it: then sums tell. */
  let isPlain = true

  const addUp = (): void => {
    sums.fill(0)
    squares.fill(0)
    products.fill(0)
    const oldest = slot % window
    for (let i = 0; i < window; i++) {
      const row = rows[(oldest + i) % window]
      const before = rows[(oldest + i + window - 1) % window]
      for (let s = 0; s < series; s++) {
        const value = row[s]
        sums[s] += value
        squares[s] += value * value
        if (i > 0) products[s] += value * before[s]
      }
    }
  }

  const windowOf = (s: number): Float64Array => {
    const length = seen[s]
    const values = new Float64Array(length)
    for (let i = 0; i < length; i++) values[i] = rows[(slot + window - length + i) % window][s]
    return values
  }
  const forecast = (s: number): number => {
    if (isPlain ? slot === 0 : seen[s] === 0) return Number.NaN
    return isPlain ? fromSums(s) : predictedAtLeast(windowOf(s), range)
  }
  const fromSums = (s: number): number => {
    const count = Math.min(slot, window)
    const mean = sums[s] / count
    const oldest = rows[slot < window ? 0 : slot % window][s]
    const newest = rows[(slot + window - 1) % window][s]
    const variance = squares[s] - count * mean * mean
    const covariance = products[s] - mean * (2 * sums[s] - oldest - newest) + (count - 1) * mean * mean
    // Variance this small is what rounding leaves of none.
    return variance > FLAT * squares[s] ? mean + (covariance / variance) * (newest - mean) : newest
  }

  const pushPlainly = (row: ArrayLike<number>, here: Float64Array, before: Float64Array, after: Float64Array): number => {
    let count = 0
    for (let s = 0; s < series; s++) {
      const value = row[s]
      const old = here[s]
      sums[s] += value - old
      squares[s] += value * value - old * old
      products[s] += value * before[s] - old * after[s]
      const bits = ((recent[s] << 1) | (value > threshold ? 1 : 0)) & last
      recent[s] = bits
      here[s] = value
      if (bits !== 0 && bitsIn(bits) >= k) found[count++] = s
    }
    return count
  }
  const pushPartly = (row: ArrayLike<number>, here: Float64Array): number => {
    let count = 0
    for (let s = 0; s < series; s++) {
      const value = row[s]
      const isLost = Number.isNaN(value)
      if (isLost && comesLater && seen[s] === 0) {
        here[s] = value
        continue
      }
      if (seen[s] < window) seen[s]++
      else if (Number.isNaN(here[s])) lost[s]--
      if (isLost) lost[s]++
      const bits = ((recent[s] << 1) | (value > threshold ? 1 : 0)) & last
      recent[s] = bits
      here[s] = value
      if (!isLost && bits !== 0 && bitsIn(bits) >= k) found[count++] = s
    }
    return count
  }
  const nowWhole = (): boolean => {
    for (let s = 0; s < series; s++) if (seen[s] < window || lost[s] > 0) return false
    return true
  }

  return {
    push: (row) => {
      if (row.length !== series) throw new RangeError(`hotspots: a row must have a value for each of ${series} series (got ${row.length})`)
      const at = slot % window
      const here = rows[at]
      const wasPlain = isPlain
      if (isPlain) for (let s = 0; s < series && isPlain; s++) if (Number.isNaN(row[s])) isPlain = false
      if (wasPlain && !isPlain) seen.fill(Math.min(slot, window))
      const count = isPlain ? pushPlainly(row, here, rows[(at + window - 1) % window], rows[(at + 1) % window]) : pushPartly(row, here)
      slot++
      if (at === window - 1 && !wasPlain) isPlain = nowWhole()
      if (isPlain && at === window - 1) addUp()
      let hot = 0
      for (let i = 0; i < count; i++) {
        const s = found[i]
        const next = isForecast ? forecast(s) : Number.NaN
        if (isForecast && !(next > threshold + ROUNDING)) continue
        found[hot] = s
        forecasts[hot++] = next
      }
      return { slot: slot - 1, series: found.slice(0, hot), predicted: forecasts.slice(0, hot) }
    },
    above: (s) => bitsIn(recent[s]),
    forecast
  }
}

const FLAT = 1e-12
/** A prediction is above the threshold when it is so by more than two ways to add up may differ. */
const ROUNDING = 1e-9
