import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noSleeps, ringSleeps } from '../../lib/guest/ringSleeps'

const ring = { ringPages: 4096, pageBytes: 4096 }
const held = (mebibytesPerSecond: number) => ringSleeps({ ...ring, mebibytesPerSecond })
/** How long one virtual CPU sleeps after periods with these rates. */
const sleepAfter = (quota: number, rates: readonly number[]): number =>
  rates.reduce((sleeps, rate) => held(quota)(sleeps, [rate]), noSleeps(1)).sleepUs[0]

describe('ringSleeps', () => {
  it('closes a gap of more than half at once', () => {
    // 16 MiB at 80 MiB/s fill in 200 ms; 75 % of the rate is too much: three times as long asleep as awake.
    expect(sleepAfter(20, [80])).toBe(600_000)
    // Back again: 60 MiB/s below a limit of 80, of the time in which the ring fills at the greatest rate seen.
    expect(held(80)({ fastest: 100, sleepUs: [500_000] }, [20])).toEqual({ fastest: 100, sleepUs: [500_000 - 480_000] })
  })

  it('goes by tenths of the time in which a ring fills where the gap is smaller', () => {
    expect(sleepAfter(60, [100])).toBe(16_000)
    expect(sleepAfter(60, [100, 90, 90])).toBe(48_000)
    expect(sleepAfter(60, [100, 90, 33])).toBe(16_000)
  })

  it('leaves alone what is within 25 MiB per second of the limit, however low it is', () => {
    expect(sleepAfter(1, [26])).toBe(0)
    expect(sleepAfter(1, [27])).toBe(Math.floor((Math.floor(16e6 / 27) * 96) / 4))
    expect(sleepAfter(1, [100, 20])).toBe(99 * 160_000)
  })

  it('sleeps 99 times as long as a ring takes at most, and not at all where nothing is dirtied', () => {
    expect(sleepAfter(1, [1000, 1000, 1000])).toBe(99 * 16_000)
    expect(sleepAfter(80, [200, 0])).toBe(0)
    expect(sleepAfter(20, [80, 0])).toBe(600_000)
  })

  it("it is 0 to 99 times the ring's time; who dirties within 25 MiB/s of the limit is left alone; more than the limit never sleeps less", () => {
    const rates = fc.array(fc.nat(3000), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), rates, (quota, periods) => {
        let sleeps = noSleeps(1)
        for (const rate of periods) {
          const before = sleeps
          sleeps = held(quota)(before, [rate])
          const [[was], [is]] = [before.sleepUs, sleeps.sleepUs]
          expect(is).toBeGreaterThanOrEqual(0)
          if (Math.abs(rate - quota) <= 25) expect(is).toBe(was)
          else if (rate > 0) expect(is).toBeLessThanOrEqual(99 * Math.floor(16e6 / sleeps.fastest))
          if (rate > quota && sleeps.fastest === before.fastest) expect(is).toBeGreaterThanOrEqual(was)
        }
      })
    )
  })

  it('goes by the greatest rate of any virtual CPU', () => {
    expect(held(20)(noSleeps(3), [80, 160, 80])).toEqual({ fastest: 160, sleepUs: [600_000, 669_230, 300_000] })
  })
})
