import * as fc from 'fast-check'
import { from, lastValueFrom, map, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { autoregression, predictedAtLeast, predictedNext } from '../../lib/hotspot/autoregression'
import { hotspotColumns } from '../../lib/hotspot/hotspotColumns'
import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import { hotspots, hotspotsOf } from '../../lib/hotspot/hotspots'

const use = fc.double({ min: 0, max: 1, noNaN: true }).map((x) => Math.round(x * 100) / 100)
const loads = fc.oneof(use, fc.constantFrom(0, 0.5, 0.7, 0.75, 0.76, 0.8, 0.9, 1))
const small: fc.Arbitrary<HotspotOptions> = fc
  .record({
    n: fc.integer({ min: 1, max: 5 }),
    k: fc.integer({ min: 1, max: 5 }),
    window: fc.integer({ min: 1, max: 9 }),
    forecast: fc.boolean()
  })
  .map(({ n, k, window, forecast }) => ({ n, k: Math.min(k, n), window: Math.max(n, window), forecast }))

/** The detector as its definition reads, anew for each slot. */
const plainly = (
  samples: readonly number[],
  { k = 3, n = 5, window = 200, threshold = 0.75, forecast = true, comesLater = false }: HotspotOptions
): readonly boolean[] =>
  samples.map((sample, i) => {
    const above = samples.slice(Math.max(0, i + 1 - n), i + 1).filter((one) => one > threshold).length
    if (above < k || Number.isNaN(sample)) return false
    const first = comesLater ? samples.findIndex((one) => !Number.isNaN(one)) : 0
    const seen = samples.slice(Math.max(first, i + 1 - window), i + 1)
    return !forecast || predictedAtLeast(seen, [0, 1]) > threshold + 1e-9
  })

const verdicts = async (samples: readonly number[], options: HotspotOptions): Promise<readonly boolean[]> =>
  lastValueFrom(
    from(samples).pipe(
      hotspots(options),
      map(({ hot }) => hot),
      toArray()
    )
  )

const withLosses = (samples: readonly number[], losses: readonly boolean[]): readonly number[] =>
  samples.map((sample, i) => (losses[i % Math.max(1, losses.length)] ? Number.NaN : sample))

describe('an autoregression', () => {
  it('is of the mean, and of the correlation with the value before', () => {
    expect(autoregression([1, 1, 1])).toEqual({ mean: 1, phi: 0 })
    // Deviations -1.5, -0.5, 0.5, 1.5: squares 5, products 0.75 - 0.25 + 0.75.
    expect(autoregression([1, 2, 3, 4])).toEqual({ mean: 2.5, phi: 0.25 })
    expect(predictedNext({ mean: 2.5, phi: 0.25 }, 4)).toBe(2.875)
  })

  it('has phi between -1 and 1, keeps it when all is scaled or shifted', () => {
    fc.assert(
      fc.property(
        fc.array(use, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: -3, max: 3 }),
        fc.constantFrom(0.5, 2, 100),
        (window, shift, scale) => {
          const { mean, phi } = autoregression(window)
          expect(Math.abs(phi)).toBeLessThanOrEqual(1)
          const moved = autoregression(window.map((u) => u * scale + shift))
          expect(moved.mean).toBeCloseTo(mean * scale + shift, 9)
          if (new Set(window).size > 1) expect(moved.phi).toBeCloseTo(phi, 6)
        }
      )
    )
  })

  it('refuses a window of nothing, or with what is no number', () => {
    expect(() => autoregression([])).toThrow('autoregression: window must have observations')
    expect(() => autoregression([1, Number.NaN])).toThrow('autoregression: window must be of finite numbers (got NaN at 1)')
    expect(() => predictedAtLeast([], [0, 1])).toThrow('predictedAtLeast: window must have observations')
  })

  it('is bounded from below by what is left when samples are lost, whatever they were', () => {
    fc.assert(
      fc.property(
        fc.array(loads, { minLength: 1, maxLength: 14 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
        (window, losses) => {
          const left = withLosses(window, losses)
          const whole = predictedNext(autoregression(window), window[window.length - 1])
          expect(predictedAtLeast(left, [0, 1])).toBeLessThanOrEqual(whole)
        }
      ),
      { numRuns: 2000 }
    )
  })

  it('is bounded usefully: one sample lost of two hundred moves the prediction by little', () => {
    const window = Array.from({ length: 200 }, (_, i) => (i < 150 ? 0.5 + (i % 3) / 50 : 0.9 - (i % 5) / 50))
    const whole = predictedNext(autoregression(window), window[199])
    const left = window.map((u, i) => (i === 180 ? Number.NaN : u))
    expect(whole).toBeGreaterThan(0.8)
    expect(predictedAtLeast(left, [0, 1])).toBeGreaterThan(0.75)
  })
})

describe('the hotspot detector', () => {
  it('waits for its prediction where k of n are above, as its example says', async () => {
    expect(await verdicts([0.5, 0.9, 0.9, 0.9], { k: 2, n: 3 })).toEqual([false, false, false, true])
    // Of 0.5, 0.9, 0.9 the mean is 2.3 / 3 and phi -1 / 6, so that 0.7444 comes next.
    expect(await verdicts([0.5, 0.9, 0.9, 0.9], { k: 2, n: 3, threshold: 0.744 })).toEqual([false, false, true, true])
  })

  it('wants k of the last n above the threshold, and the next value predicted there', async () => {
    expect(await verdicts([0.8, 0.8, 0.8, 0.1, 0.8], { k: 3, n: 3, window: 3 })).toEqual([false, false, true, false, false])
    // Three of five above, but falling: the next is predicted below.
    expect(await verdicts([0.76, 0.76, 0.76, 0.2, 0.1], {})).toEqual([false, false, true, false, false])
    expect(await verdicts([0.76, 0.76, 0.76, 0.2, 0.1], { forecast: false })).toEqual([false, false, true, true, true])
  })

  it('says what its definition says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 8, arbitrary: loads }, fc.constant(Number.NaN)), { maxLength: 40 }),
        small,
        async (samples, options) => {
          expect(await verdicts(samples, options)).toEqual(plainly(samples, options))
        }
      ),
      { numRuns: 300 }
    )
  })

  it('finds no hotspot more when samples are lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(loads, { maxLength: 40 }),
        fc.array(fc.boolean(), { maxLength: 9 }),
        small,
        async (samples, losses, options) => {
          const whole = await verdicts(samples, options)
          const left = await verdicts(withLosses(samples, losses), { ...options, comesLater: false })
          expect(left.filter((hot, i) => hot && !whole[i])).toEqual([])
        }
      ),
      { numRuns: 500 }
    )
  })

  it('finds side by side what it finds of each alone, of series that begin late and lose samples too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.oneof({ weight: 12, arbitrary: loads }, fc.constant(Number.NaN)), { minLength: 30, maxLength: 30 }), {
          maxLength: 5
        }),
        small,
        async (series, options) => {
          const rows = Array.from({ length: 30 }, (_, i) => Float64Array.from(series, (one) => one[i]))
          const found = await lastValueFrom(from(rows).pipe(hotspotsOf(series.length, options), toArray()))
          for (const [s, one] of series.entries()) expect(found.map((row) => row.series.includes(s))).toEqual(await verdicts(one, options))
        }
      ),
      { numRuns: 100 }
    )
  })

  it('predicts what the definition predicts, a thousand windows on', () => {
    const columns = hotspotColumns(2, { window: 16 })
    const samples: number[] = []
    let word = 1
    for (let i = 0; i < 16_000; i++) {
      word = (Math.imul(word, 1_103_515_245) + 12_345) >>> 0
      samples.push((word >>> 8) / 2 ** 24)
      columns.push([samples[i], 0.5])
    }
    expect(columns.forecast(0)).toBeCloseTo(predictedNext(autoregression(samples.slice(-16)), samples[15_999]), 10)
    expect(columns.forecast(1)).toBe(0.5)
  })

  it('has each option by its name in its errors', () => {
    expect(() => hotspots({ k: 4, n: 3 })).toThrow('hotspots: k must be an integer from 1 to n = 3 (got 4)')
    expect(() => hotspots({ n: 33 })).toThrow('hotspots: n must be an integer from 1 to 32')
    expect(() => hotspots({ window: 4 })).toThrow('hotspots: window must be an integer from n = 5 on')
    expect(() => hotspots({ threshold: Number.NaN })).toThrow('hotspots: threshold must be a finite number')
    expect(() => hotspots({ range: [1, 0] })).toThrow('hotspots: range must be from a lower number to a higher (got 1 to 0)')
    expect(() => hotspotsOf(-1)).toThrow('hotspots: series must be an integer from 0 on')
    expect(() => hotspotColumns(2).push([1])).toThrow('hotspots: a row must have a value for each of 2 series (got 1)')
  })
})
