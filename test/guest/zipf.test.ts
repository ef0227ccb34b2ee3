import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zipf } from '../../lib/guest/zipf'
import { countsOf, excess, first, keepsTheLaws, workloadOptions } from './workloadLaws'

/** The chances of Zipf's law, summed directly. */
const chances = (pages: number, exponent: number): readonly number[] => {
  const weights = Array.from({ length: pages }, (_, rank) => (rank + 1) ** -exponent)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

describe('zipf', () => {
  keepsTheLaws(
    fc.tuple(workloadOptions, fc.double({ min: 0.05, max: 4, noNaN: true })).map(([options, exponent]) => zipf({ ...options, exponent }))
  )

  it.each([0.5, 0.99, 1, 1.5])('exponent %d: few pages are met as often as the law says', (exponent) => {
    const { accesses } = first(zipf({ pages: 200, exponent, writesPerSecond: 1 }), 200_000, 11)
    expect(
      excess(
        countsOf(accesses, 200),
        chances(200, exponent).map((chance) => chance * 200_000)
      )
    ).toBeLessThan(4)
  })

  it.each([0.7, 0.99, 1.2])('exponent %d: stretches of many pages are met as often as the law says', (exponent) => {
    const pages = 300_000
    const edges = [0, 1, 2, 5, 20, 100, 1000, 2000, 2048, 2100, 5000, 20_000, 77_777, 150_000, 299_000, pages]
    const counts = new Array<number>(edges.length - 1).fill(0)
    for (const access of first(zipf({ pages, exponent, writesPerSecond: 1 }), 200_000, 13).accesses)
      counts[edges.findIndex((edge) => edge > access >>> 1) - 1]++
    const each = chances(pages, exponent)
    const expected = counts.map((_, i) => each.slice(edges[i], edges[i + 1]).reduce((sum, chance) => sum + chance, 0) * 200_000)
    expect(excess(counts, expected)).toBeLessThan(4)
  })

  it('reaches every page, however many there are', () => {
    for (const pages of [2, 4096, 4097, 4099, 6007]) {
      const { accesses } = first(zipf({ pages, exponent: 0.05, writesPerSecond: 1 }), 150_000, pages)
      expect(new Set(accesses).size).toBe(pages)
    }
  })

  it('reaches the last page of a large memory and is the same on every machine', () => {
    const { accesses } = first(zipf({ pages: 9_437_184, writesPerSecond: 1 }), 20_000, 2005)
    const sum = accesses.reduce((hash, access) => (Math.imul(hash, 31) + access) | 0, 0)
    expect([accesses.slice(0, 4).map((access) => access >>> 1), sum]).toEqual([[70, 0, 2, 123], 124_578_248])
    expect(Math.max(...accesses)).toBeGreaterThan(2 * 9_400_000)
  })

  it('refuses an exponent that is none', () => {
    for (const exponent of [0, -1, 8.5, Number.NaN])
      expect(() => zipf({ pages: 10, writesPerSecond: 1, exponent })).toThrow(
        new RangeError(`zipf: exponent must be above 0 and at most 8 (got ${exponent})`)
      )
  })
})
