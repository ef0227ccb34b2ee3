import { from, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { empty, full } from '../../lib/memory/pageSet'
import { type PrecopyOptions, precopyRounds } from '../../lib/migration/precopyRounds'
import { none, type Owing, peek } from '../../lib/migration/skipRule'
import { never, roundsAtMost } from '../../lib/migration/stopRule'
import type { TimedBatch } from '../../lib/migration/timedBatch'

// One page of 1,000 bytes with its header every 10 ns: round 1 lasts 80 ns.
const guest = { name: 'guest', pages: 8, pageBytes: 992 }
const options: PrecopyOptions = { guest, bytesPerSecond: 100e9, until: roundsAtMost(2) }
const quiet = (fromNs: number, toNs: number): TimedBatch => ({ fromNs, toNs, accesses: new Int32Array(0), length: 0 })
const written = (pages: readonly number[], length = pages.length) => ({
  accesses: Int32Array.from(pages, (page) => (page << 1) | 1),
  length
})
const rounds = async (batches: readonly TimedBatch[], given: Partial<PrecopyOptions> = {}) =>
  (await lastValueFrom(from(batches).pipe(precopyRounds({ ...options, ...given }), toArray()))).map(
    ({ startedAt, endedAt, pages, owed }) => ({
      time: [startedAt, endedAt],
      pages,
      owed: [...owed]
    })
  )
const first = { time: [0, 80], pages: 8, owed: [] }

describe('a round of precopyRounds', () => {
  it('with nothing to send lasts until the end of the batch, of the next one when it begins with that, with a peek too', async () => {
    for (const isPeeking of [false, true]) {
      const skip = ({ owed, last }: Owing) => ({ hold: last === undefined ? empty(8) : owed, peek: isPeeking })
      expect(await rounds([quiet(0, 100)], { skip })).toEqual([first, { time: [80, 100], pages: 0, owed: [] }])
      expect(await rounds([quiet(0, 80), quiet(80, 130)], { skip })).toEqual([first, { time: [80, 130], pages: 0, owed: [] }])
    }
  })

  it('that ends at the instant a batch ends comes out with that batch', async () => {
    for (const skip of [none, peek]) expect(await rounds([quiet(0, 80)], { skip, until: never })).toEqual([first])
  })

  it('counts accesses without times as spread over their own batch, whenever that begins', async () => {
    const late: TimedBatch = { fromNs: 1000, toNs: 1160, ...written([1, 2, 3, 4]) }
    const until = roundsAtMost(1)
    expect(await rounds([late], { until })).toEqual([{ time: [1000, 1080], pages: 8, owed: [1, 2] }])
    // Page 1 is written at 1,000, before its turn at 1,010; page 2 at 1,040, behind its own.
    expect(await rounds([late], { until, skip: peek })).toEqual([{ time: [1000, 1070], pages: 7, owed: [1, 2] }])
  })

  it('does not count what lies in the buffer of a batch beyond its length', async () => {
    const batch: TimedBatch = { fromNs: 0, toNs: 100, ...written([1, 2, 3], 2) }
    for (const skip of [none, peek])
      expect((await rounds([{ ...batch, toNs: 40 }, quiet(40, 100)], { skip, until: roundsAtMost(1) }))[0].owed).toEqual([1, 2])
  })

  it('begins with all pages owed and no dirty set to look at', async () => {
    const seen: Owing[] = []
    const skip = (owing: Owing) => {
      seen.push(owing)
      return none(owing)
    }
    await rounds([quiet(0, 80)], { skip, until: roundsAtMost(1) })
    expect(seen).toEqual([{ guest, owed: full(8), recent: [] }])
  })
})
