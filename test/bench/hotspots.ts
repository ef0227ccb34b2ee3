import { from } from 'rxjs'
import { hotspotsOf } from '../../lib/hotspot/hotspots'
import { best } from './cpu'
import { hashOfCounts, rounded } from './figures'
import type { BenchResult } from './timeline'

/**
 * The detector over 10,000 VMs with 3 resources each through its operator, against the best plain loop over typed arrays that comes to the same (3 of 5 above, an autoregression over 200 samples, its sums kept up to date and added up anew
 * every 200 slots): samples per second of processor time. Target: at least 0.6 of the loop's. Utilisations walk at random, slowly, so that about one in six is above the threshold.
 */
export const benchHotspots = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const series = smoke ? 300 : 30_000
  const slots = smoke ? 450 : 1000
  const rows = walks(series, 64)
  const given = Array.from({ length: slots }, (_, i) => rows[i % 64 < 32 ? i % 32 : 63 - (i % 32)])
  let operated: readonly number[] = []
  let looped: readonly number[] = []
  const [operatorNs, loopNs] = best(smoke ? 1 : 5, [
    () => {
      const counts: number[] = []
      from(given)
        .pipe(hotspotsOf(series))
        .subscribe((row) => counts.push(row.series.length, Math.round(sumOf(row.predicted))))
      operated = counts
    },
    () => {
      looped = plainLoop(series, given)
    }
  ])
  if (hashOfCounts(operated) !== hashOfCounts(looped)) throw new Error('benchHotspots: the operator must find what the loop finds')
  const samples = series * slots
  return {
    name: 'hotspots',
    figures: {
      series,
      slots,
      'operator, million samples per second': rounded((samples / operatorNs) * 1e3),
      'plain loop, million samples per second': rounded((samples / loopNs) * 1e3),
      'ratio to the plain loop (target at least 0.6)': rounded(loopNs / operatorNs)
    },
    hash: hashOfCounts(operated)
  }
}

const sumOf = (values: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum
}

/** So many rows of utilisations in hundredths, each a step from the row before. */
const walks = (series: number, rows: number): readonly Float64Array[] => {
  let word = 7
  const draw = (below: number): number => {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((word / 2 ** 32) * below)
  }
  let row = Float64Array.from({ length: series }, () => draw(90) / 100)
  return Array.from({ length: rows }, () => {
    row = row.map((u) => Math.min(1, Math.max(0, Math.round(u * 100 + draw(21) - 10) / 100)))
    return row
  })
}

/** What the operator does, in one loop over columns. */
const plainLoop = (series: number, given: readonly Float64Array[]): readonly number[] => {
  const [window, threshold] = [200, 0.75]
  const ring = Array.from({ length: window }, () => new Float64Array(series))
  const sums = new Float64Array(series)
  const squares = new Float64Array(series)
  const products = new Float64Array(series)
  const bits = new Int32Array(series)
  const hot = new Int32Array(series)
  const next = new Float64Array(series)
  const isEnough = Uint8Array.from({ length: 32 }, (_, word) => (word.toString(2).replaceAll('0', '').length >= 3 ? 1 : 0))
  const counts: number[] = []
  for (let slot = 0; slot < given.length; slot++) {
    const row = given[slot]
    const here = ring[slot % window]
    const before = ring[(slot + window - 1) % window]
    const after = ring[(slot + 1) % window]
    const n = Math.min(slot + 1, window)
    const oldest = slot + 1 < window ? ring[0] : after
    let count = 0
    for (let s = 0; s < series; s++) {
      const [value, old] = [row[s], here[s]]
      sums[s] += value - old
      squares[s] += value * value - old * old
      products[s] += (slot === 0 ? 0 : value * before[s]) - old * after[s]
      const word = ((bits[s] << 1) | (value > threshold ? 1 : 0)) & 31
      bits[s] = word
      here[s] = value
      if (isEnough[word] === 0) continue
      const mean = sums[s] / n
      const variance = squares[s] - n * mean * mean
      const covariance = products[s] - mean * (2 * sums[s] - (n === 1 ? value : oldest[s]) - value) + (n - 1) * mean * mean
      const predicted = variance > 1e-12 * squares[s] ? mean + (covariance / variance) * (value - mean) : value
      if (!(predicted > threshold + 1e-9)) continue
      hot[count] = s
      next[count++] = predicted
    }
    if (slot % window === window - 1) {
      sums.fill(0)
      squares.fill(0)
      products.fill(0)
      for (let i = 0; i < window; i++)
        for (let s = 0; s < series; s++) {
          const value = ring[i][s]
          sums[s] += value
          squares[s] += value * value
          if (i > 0) products[s] += value * ring[i - 1][s]
        }
    }
    counts.push(count, Math.round(sumOf(next.subarray(0, count))))
  }
  return counts
}
