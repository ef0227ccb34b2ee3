import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { range } from '../../../lib/memory/pageSet'
import { clark2005, clark2005Rules } from '../../../lib/migration/engines/clark2005'
import { xenScanOrder } from '../../../lib/migration/scanOrder'
import { peek } from '../../../lib/migration/skipRule'
import { pushed, round } from '../pushed'

/** After round `n` of SPECweb99 (Clark et al., NSDI 2005, Fig. 9): the dirty rate in Mbit/s, and far more than 256 KB left. */
const specweb = (n: number, dirtyMbit: number) =>
  pushed({
    guest: { name: 'SPECweb99', pages: 204_800, pageBytes: 4096 },
    owed: range(204_800, 0, 4000),
    last: round({ round: n, dirtied: (dirtyMbit * 1e6) / 8 / 4096 })
  })

describe('clark2005', () => {
  it('goes on through rounds 1 to 5 of Fig. 9 and stops where the rate would pass 500 Mbit/s', () => {
    const rates = [25.5, 62, 139, 257, 329.1, 453]
    expect(rates.map((rate, i) => O.isSome(clark2005()(specweb(i + 1, rate))))).toEqual([false, false, false, false, false, true])
    expect(clark2005({ maxBytesPerSecond: 75e6 })(specweb(6, 453))).toEqual(O.none)
  })

  it('stops with less than 256 KiB left', () => {
    const left = (pages: number) => ({ ...specweb(2, 62), owed: range(204_800, 0, pages) })
    expect([63, 64].map((pages) => O.isSome(clark2005()(left(pages))))).toEqual([true, false])
  })

  it('whole, grants the last dirty rate and 50 Mbit/s, the last copy the maximum, and peeks in a pseudo-random order', () => {
    const rules = clark2005Rules()
    expect([62, 480].map((rate) => rules.pacing!(specweb(2, rate)))).toEqual([14e6, 62.5e6])
    expect(rules.final!(specweb(2, 62))).toBe(62.5e6)
    expect(clark2005Rules({ maxBytesPerSecond: 75e6 }).final!(undefined)).toBe(75e6)
    expect(rules).toMatchObject({ skip: peek, order: xenScanOrder })
  })
})
