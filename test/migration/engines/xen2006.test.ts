import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { xen2006, xen2006Rules, xenRate } from '../../../lib/migration/engines/xen2006'
import { pushed, round } from '../pushed'

const MBIT = 125_000
/** After a round of a second that dirtied so many Mbit at the rate it was granted. */
const dirtying = (dirtyMbit: number, grantedMbit?: number) =>
  pushed({
    last: round({
      startedAt: 3e9,
      endedAt: 4e9,
      dirtied: (dirtyMbit * MBIT) / 4096,
      ...(grantedMbit === undefined ? {} : { granted: grantedMbit * MBIT })
    })
  })

describe('xenRate', () => {
  it('begins at 100 Mbit/s, stays while the dirty rate is no higher, and is then 50 above it, at most 500', () => {
    const rate = xenRate()
    expect(rate(undefined)).toBe(100 * MBIT)
    expect([0, 62, 100, 101, 139, 460].map((dirty) => rate(dirtying(dirty, 100))! / MBIT)).toEqual([100, 100, 100, 151, 189, 500])
  })

  it('is never lowered, as Figure 9 shows where the paper would grant 112 Mbit/s', () => {
    expect(xenRate()(dirtying(62, 189))! / MBIT).toBe(189)
  })

  it('counts whole Mbit/s and whole milliseconds, one at least, and takes the first rate where none is known', () => {
    expect(xenRate()(dirtying(100.9, 100))! / MBIT).toBe(100)
    expect(xenRate()(dirtying(101))! / MBIT).toBe(151)
    const short = pushed({ last: round({ endedAt: 999_999, dirtied: 1, granted: 100 * MBIT }) })
    expect(xenRate()(short)! / MBIT).toBe(100)
    const denser = pushed({ last: round({ endedAt: 1_999_999, dirtied: 4, granted: 100 * MBIT }) })
    expect(xenRate()(denser)! / MBIT).toBe(181)
  })

  it('refuses rates that do not fit together', () => {
    const still = xenRate({ startBytesPerSecond: MBIT, maxBytesPerSecond: MBIT, incrementBytesPerSecond: 0 })
    expect(still(dirtying(60, 1))).toBe(MBIT)
    expect(() => xenRate({ startBytesPerSecond: 0 })).toThrow('xenRate: startBytesPerSecond must be above 0 (got 0)')
    expect(() => xenRate({ maxBytesPerSecond: 1 })).toThrow('xenRate: maxBytesPerSecond must be at least 12500000 (got 1)')
    expect(() => xenRate({ incrementBytesPerSecond: -1 })).toThrow('xenRate: incrementBytesPerSecond must be at least 0 (got -1)')
  })
})

describe('xen2006', () => {
  const stops = (of: Parameters<typeof pushed>[0]) => O.isSome(xen2006()(pushed(of)))

  it('stops when more was sent than in the round before, at the maximum rate', () => {
    const made = (pages: number, granted?: number) =>
      xen2006()(pushed({ previous: round({ pages: 100 }), last: round({ round: 2, pages, ...(granted ? { granted } : {}) }) }))
    expect(made(101, 500 * MBIT)).toEqual(O.some('101 pages were sent after 100, and the rate is at its maximum'))
    expect([made(100, 500 * MBIT), made(101, 500 * MBIT - 1), made(101)]).toEqual([O.none, O.none, O.none])
    expect(O.isSome(xen2006()(pushed({ last: round({ pages: 2999, granted: 500 * MBIT }) })))).toBe(false)
  })

  it('stops after 29 rounds, a round of fewer than 50 pages, left out ones among them, or more than three memories of pages', () => {
    expect([28, 29].map((n) => stops({ last: round({ round: n }) }))).toEqual([false, true])
    expect([stops({ last: round({ pages: 40, skipped: 9 }) }), stops({ last: round({ pages: 40, skipped: 10 }) })]).toEqual([true, false])
    expect([3000, 3001].map((pages) => stops({ pages }))).toEqual([false, true])
  })

  it('whole, sends the last copy at the rate it has come to', () => {
    expect(xen2006Rules().final!(dirtying(139, 100))! / MBIT).toBe(189)
  })

  it('compiled without rates, leaves them to the link and does not mind a round that grows', () => {
    const { pacing, final, until } = xen2006Rules({ adaptive: false })
    expect([pacing, final]).toEqual([undefined, undefined])
    expect(O.isSome(until(pushed({ previous: round({ pages: 100 }), last: round({ round: 2, pages: 101 }) })))).toBe(false)
  })
})
