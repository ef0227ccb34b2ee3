import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { firstValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { run } from '../../lib/loop/run'
import { concluded, prepare, release } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { syncAutoConverge } from '../../lib/migration/syncThrottle'
import type { WindowedRules } from '../../lib/migration/windowedPush'
import { windowedPush } from '../../lib/migration/windowedPush'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import { andThen, done } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { datacentre } from '../../lib/world/datacentre'

const MS = 1_000_000
const PAGE = 4104
const pipeline =
  (rules: WindowedRules): Pipeline =>
  (guest) =>
    pipe(
      prepare(),
      andThen('push', () => windowedPush(rules)(guest)),
      andThen('ends', ({ owed, ends }) => (ends === 'converged' ? stopAndCopy(owed) : done(E.right(null)))),
      andThen('release', release),
      concluded
    )

/** A guest of 20,000 pages on a link of a page a microsecond, and a source with windows of 100 ms. */
const journalOf = (rules: WindowedRules, workload: Workload, until = 60_000 * MS): Promise<readonly Entry[]> =>
  firstValueFrom(
    run(
      pipeline(rules),
      datacentre({
        guests: { a: vm({ pages: 20_000, contextBytes: 0, workload }) },
        link: link({ bytesPerSecond: PAGE * 1e6, latencyNs: 0 }),
        sender: { windowNs: 100 * MS, sliceNs: 51 * MS }
      }),
      { until }
    ).pipe(toArray())
  )

const rules = { downtimeLimitNs: 30 * MS, bytesPerSecond: PAGE * 40_000 }
const syncs = (journal: readonly Entry[]): readonly number[] =>
  journal.flatMap((entry) => (entry.type === 'signalled' && entry.signal.type === 'synced' ? [entry.at] : []))
const orders = (journal: readonly Entry[], type: string) =>
  journal.flatMap((entry) =>
    entry.type === 'commanded' && entry.command.order.type === type ? [{ at: entry.at, order: entry.command.order }] : []
  )

describe('windowedPush', () => {
  it('reads the log as soon as less remains than the threshold, before the round is over', async () => {
    const journal = await journalOf(rules, idle())
    // 4,000 pages a window; within 30 ms go 1,200. At 400 ms 4,000 are left, in the fifth window all go; the sync at 500 ms would be too late: it is at its end.
    expect(syncs(journal)).toEqual([0, 404 * MS, 404 * MS].map((at) => expect.closeTo(at, -6)))
    const limit = { ...rules, downtimeLimitNs: 110 * MS }
    // 4,400 pages are within the limit, so the round ends a window earlier, with 4,000 owed to the stop-and-copy.
    const early = await journalOf(limit, idle())
    expect(syncs(early).map((at) => Math.round(at / MS))).toEqual([0, 400, 400])
    expect(orders(early, 'send').map(({ order }) => order.type === 'send' && order.pages.type === 'PageSet' && order.pages.count)).toEqual([
      20_000,
      expect.closeTo(3995, -1)
    ])
  })

  it('does not read the log before a window has been measured when nothing is left', async () => {
    const journal = await journalOf({ downtimeLimitNs: 30 * MS }, idle())
    // All 20,000 pages leave within 20 ms, ahead of the first window's end: one sync at the beginning, one behind the pause.
    expect(syncs(journal).map((at) => Math.round(at / MS))).toEqual([0, 20])
  })

  it('goes on where it was in memory after a sync', async () => {
    const journal = await journalOf({ ...rules, downtimeLimitNs: 60 * MS }, uniform({ pages: 20_000, writesPerSecond: 20_000 }), 3000 * MS)
    const from = orders(journal, 'send').map(({ order }) => (order.type === 'send' ? order.from : undefined))
    expect(from[0]).toBe(0)
    expect(new Set(from).size).toBeGreaterThan(3)
  })

  it('never converges on a guest that dirties more than it sends, and does when it is throttled', async () => {
    const writing = sweep({ pages: 20_000, writesPerSecond: 60_000 })
    const hopeless = await journalOf(rules, writing, 20_000 * MS)
    expect(hopeless.at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'limited' } })
    const throttled = await journalOf({ ...rules, throttle: syncAutoConverge({ initial: 0.6 }) }, writing)
    expect(throttled.at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'completed' } })
    const fractions = orders(throttled, 'throttle').map(({ order }) => (order.type === 'throttle' ? order.fraction : undefined))
    expect(fractions).toEqual([0.6])
  })

  it('hands over what is owed where post-copy is asked for', async () => {
    const asked = ({ syncs: n, elapsedNs }: { readonly syncs: number; readonly elapsedNs: number }) => n >= 1 && elapsedNs >= 150 * MS
    const journal = await journalOf({ ...rules, asked }, idle())
    const cancels = orders(journal, 'cancel')
    expect(cancels.map(({ at }) => Math.round(at / MS))).toEqual([200])
    expect(syncs(journal)).toHaveLength(1)
  })

  it('stops only with as much owed as the measured bandwidth sends within the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1000, max: 15_000 }),
        fc.integer({ min: 5, max: 80 }),
        fc.integer({ min: 20_000, max: 80_000 }),
        async (writesPerSecond, limitMs, pagesPerSecond) => {
          const journal = await journalOf(
            { downtimeLimitNs: limitMs * MS, bytesPerSecond: PAGE * pagesPerSecond },
            uniform({ pages: 20_000, writesPerSecond })
          )
          if (journal.at(-1)?.type !== 'ended') throw new Error('it did not end')
          const last = orders(journal, 'send').at(-1)!.order
          const owed = last.type === 'send' && last.pages.type === 'PageSet' ? last.pages.count : 0
          // A window is overrun by a page; the threshold counts bytes on the wire, what is left pages without their headers.
          const most = ((pagesPerSecond / 10 + 2) * PAGE * limitMs) / 100 / 4096 + 1
          expect(owed).toBeLessThanOrEqual(Math.ceil(most))
        }
      ),
      { numRuns: 8 }
    )
  })

  it('refuses rules that make no sense', () => {
    expect(() => windowedPush({ downtimeLimitNs: -1 })).toThrow('windowedPush: downtimeLimitNs must be at least 0 (got -1)')
    expect(() => windowedPush({ ...rules, bytesPerSecond: 0 })).toThrow('windowedPush: bytesPerSecond must be above 0 (got 0)')
    expect(() => windowedPush({ ...rules, windowNs: 0 })).toThrow('windowedPush: windowNs must be above 0 (got 0)')
    expect(() => windowedPush({ ...rules, channels: 0 })).toThrow('windowedPush: channels must be an integer above 0 (got 0)')
  })
})
