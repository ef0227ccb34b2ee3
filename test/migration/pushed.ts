import * as fc from 'fast-check'
import { empty, fromPages, full } from '../../lib/memory/pageSet'
import type { Pushed, Round } from '../../lib/migration/round'

/** A round of 100 pages in a second, unless told otherwise. */
export const round = (of: Partial<Round> = {}): Round => ({
  round: 1,
  pages: 100,
  skipped: 0,
  bytes: 100 * 4096,
  startedAt: 0,
  endedAt: 1e9,
  dirtied: 10,
  ...of
})

/** What a push of 1,000 pages knows after a first round, unless told otherwise. */
export const pushed = (of: Partial<Pushed> = {}): Pushed => {
  const last = of.last ?? round()
  return {
    guest: { name: 'guest', pages: 1000, pageBytes: 4096 },
    startedAt: 0,
    bytes: last.bytes,
    pages: last.pages,
    last,
    previous: null,
    recent: [],
    owed: empty(1000),
    throttle: 0,
    ...of
  }
}

const pagesOf64 = fc.uniqueArray(fc.nat({ max: 63 })).map((pages) => fromPages(64, pages))

const rounds: fc.Arbitrary<Round> = fc
  .record({
    round: fc.integer({ min: 1, max: 40 }),
    pages: fc.nat({ max: 64 }),
    skipped: fc.nat({ max: 64 }),
    startedAt: fc.nat({ max: 1e9 }),
    forNs: fc.integer({ min: 1, max: 1e9 }),
    dirtied: fc.nat({ max: 64 })
  })
  .map(({ forNs, ...of }) => ({ ...of, bytes: of.pages * 4104, endedAt: of.startedAt + forNs }))

/** Any state of a push of 64 pages. */
export const pushes: fc.Arbitrary<Pushed> = fc
  .record({
    last: rounds,
    previous: fc.option(rounds),
    recent: fc.array(pagesOf64, { maxLength: 4 }),
    owed: fc.oneof(pagesOf64, fc.constant(full(64))),
    throttle: fc.integer({ min: 0, max: 99 }).map((n) => n / 100),
    bytes: fc.nat({ max: 1e6 })
  })
  .map((of) => pushed({ ...of, guest: { name: 'guest', pages: 64, pageBytes: 4096 } }))
