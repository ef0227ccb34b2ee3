import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bandwidthOf, dirtyRateOf } from '../../lib/migration/round'
import { round } from './pushed'

/** Rounds 1 to 9 of SPECweb99, Clark et al., NSDI 2005, Fig. 9: end in s, Mbit/s, MB sent, dirty rate during the round in Mbit/s. */
const fig9 = [
  [54.1, 100, 676.8, 25.5],
  [64.2, 100, 126.7, 62],
  [67.3, 100, 39, 139],
  [68.5, 189.1, 28.4, 257],
  [69.13, 321, 24.2, 329.1],
  [69.52, 357.1, 16.7, 453],
  [69.84, 375.9, 14.2, 588],
  [70.18, 367.1, 15.3, 439.1]
] as const

describe('rounds', () => {
  it("have the bandwidth and the dirty rate of Clark's Fig. 9, within what can be read off a figure", () => {
    fig9.slice(1).forEach(([end, mbit, sent, dirtyMbit], i) => {
      const startedAt = fig9[i][0] * 1e9
      const seconds = end - fig9[i][0]
      const dirtied = Math.round((dirtyMbit * seconds * 1e6) / 8 / 4096)
      const of = round({ startedAt, endedAt: end * 1e9, bytes: sent * 2 ** 20, dirtied })
      expect(Math.abs((bandwidthOf(of) * 8) / 1e6 / mbit - 1)).toBeLessThan(0.08)
      expect(Math.abs((dirtyRateOf(of) * 4096 * 8) / 1e6 / dirtyMbit - 1)).toBeLessThan(0.001)
    })
  })

  it('that did nothing have rate 0, and infinite rates when they took no time', () => {
    const instant = { startedAt: 5, endedAt: 5 }
    expect([bandwidthOf(round({ bytes: 0, ...instant })), dirtyRateOf(round({ dirtied: 0, ...instant }))]).toEqual([0, 0])
    expect([bandwidthOf(round(instant)), dirtyRateOf(round(instant))]).toEqual([Infinity, Infinity])
  })

  it('have a bandwidth that, over their time, gives their bytes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), fc.integer({ min: 1, max: 1e12 }), (bytes, ns) => {
        const rate = bandwidthOf(round({ bytes, startedAt: 1000, endedAt: 1000 + ns }))
        expect(Math.abs((rate * ns) / 1e9 - bytes)).toBeLessThanOrEqual(bytes * 1e-12)
      })
    )
  })
})
