import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clarkDynamic, fixed, unlimited } from '../../lib/migration/pacing'
import { pushed, pushes, round } from './pushed'

const mbit = (n: number): number => (n * 1e6) / 8

/** A push whose last round dirtied memory at so many Mbit/s: one page of one byte for each byte. */
const dirtying = (megabits: number) =>
  pushed({ guest: { name: 'guest', pages: 1000, pageBytes: 1 }, last: round({ dirtied: mbit(megabits) }) })

describe('pacing', () => {
  it('leaves it to the link, or keeps to one bandwidth', () => {
    expect([unlimited(undefined), unlimited(pushed())]).toEqual([undefined, undefined])
    expect([fixed(7)(undefined), fixed(7)(pushed())]).toEqual([7, 7])
  })

  it("gives the rates of Clark's Fig. 9: 189.1 = 139 + 50 Mbit/s in round 4, and 500 at most", () => {
    const dirtyRates = [25.5, 62, 139.1, 257, 329.1, 453, 588, 439.1]
    const rates = dirtyRates.map((rate) => ((clarkDynamic()(dirtying(rate)) ?? 0) * 8) / 1e6)
    const expected = [100, 112, 189.1, 307, 379.1, 500, 500, 489.1]
    rates.forEach((rate, i) => {
      expect(rate).toBeCloseTo(expected[i], 6)
    })
    expect(clarkDynamic()(undefined)).toBe(mbit(100))
  })

  it('without a maximum gives the rate as computed', () => {
    expect(clarkDynamic({ maxBytesPerSecond: Infinity })(dirtying(588))).toBe(mbit(638))
  })

  it('stays between minimum and maximum and grows with the dirty rate', () => {
    const bounds = fc.tuple(fc.integer({ min: 1, max: 1e9 }), fc.nat({ max: 1e9 }), fc.nat({ max: 1e8 }))
    fc.assert(
      fc.property(pushes, bounds, fc.nat({ max: 1000 }), (p, [min, more, increment], pages) => {
        const pacing = clarkDynamic({ minBytesPerSecond: min, maxBytesPerSecond: min + more, incrementBytesPerSecond: increment })
        const rate = pacing(p) ?? Number.NaN
        expect(rate).toBeGreaterThanOrEqual(min)
        expect(rate).toBeLessThanOrEqual(min + more)
        const faster = pacing({ ...p, last: { ...p.last, dirtied: p.last.dirtied + pages } }) ?? Number.NaN
        expect(faster).toBeGreaterThanOrEqual(rate)
      })
    )
  })

  it('refuses bandwidths that mean nothing', () => {
    expect(() => fixed(0)).toThrow('fixed: bytesPerSecond must be above 0 (got 0)')
    expect(() => clarkDynamic({ minBytesPerSecond: -1 })).toThrow('clarkDynamic: minBytesPerSecond must be above 0 (got -1)')
    expect(() => clarkDynamic({ minBytesPerSecond: 9, maxBytesPerSecond: 8 })).toThrow(
      'clarkDynamic: maxBytesPerSecond must be at least 9 (got 8)'
    )
    expect(() => clarkDynamic({ incrementBytesPerSecond: Number.NaN })).toThrow(
      'clarkDynamic: incrementBytesPerSecond must be at least 0 (got NaN)'
    )
  })
})
