import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { range } from '../../lib/memory/pageSet'
import { clark2005 } from '../../lib/migration/clark2005'
import { clarkDynamic } from '../../lib/migration/pacing'
import type { StopRule } from '../../lib/migration/stopRule'
import { xen2006 } from '../../lib/migration/xen2006'
import { pushed, round } from './pushed'

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
})

describe('xen2006', () => {
  // Built by each test: one that throws while a file is read fails no test.
  const rule = (pushed: Parameters<StopRule>[0]) => xen2006(62.5e6, clarkDynamic())(pushed)
  const made = (dirtyMbit: number, pages: number) => ({
    ...specweb(5, dirtyMbit),
    previous: round({ round: 4, pages: 100 }),
    last: round({ round: 5, pages, dirtied: (dirtyMbit * 1e6) / 8 / 4096 })
  })

  it('stops when more was sent than in the round before, at the maximum rate', () => {
    expect(rule(made(600, 101))).toEqual(O.some('101 pages were sent after 100, and the rate is at its maximum'))
    expect(rule(made(600, 100))).toEqual(O.none)
    expect(rule(made(300, 101))).toEqual(O.none)
  })

  it('stops after 29 rounds, with fewer than 50 pages left, or with three memories sent', () => {
    expect(O.isSome(rule(specweb(29, 62)))).toBe(true)
    expect(O.isSome(rule(specweb(28, 62)))).toBe(false)
    const left = (pages: number) => rule({ ...specweb(2, 62), owed: range(204_800, 0, pages) })
    expect([49, 50].map((pages) => O.isSome(left(pages)))).toEqual([true, false])
    expect(O.isSome(rule({ ...specweb(2, 62), bytes: 3 * 204_800 * 4096 }))).toBe(true)
  })
})
