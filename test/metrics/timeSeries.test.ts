import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownSequence } from '../../lib/memory/pageSequence'
import { empty, full } from '../../lib/memory/pageSet'
import { downtime } from '../../lib/metrics/downtime'
import { timeSeries } from '../../lib/metrics/timeSeries'
import type { Entry } from '../../lib/protocol/journal'
import { runFold } from '../../lib/stream/fold'
import { migrations, postCopy, preCopy, said } from './journals'

const ms = 1_000_000
const left = (entries: readonly Entry[]) => runFold(timeSeries(), entries).points.map(({ at, pagesLeft }) => [at / ms, pagesLeft])

describe('timeSeries', () => {
  it('follows what a pre-copy has left: down while sending, up at each sync', () => {
    expect(left(preCopy())).toEqual([
      [110, 1000],
      [110, 1000],
      [360, 500],
      [610, 0],
      [610, 400],
      [710, 200],
      [810, 0],
      [810, 200],
      [840, 0],
      [850, 0],
      [900, 0]
    ])
  })

  it('follows what a post-copy has left', () => {
    expect(left(postCopy())).toEqual([
      [0, 1000],
      [10, 1000],
      [30, 1000],
      [230, 600],
      [240, 600],
      [241, 599],
      [241, 599],
      [242, 598],
      [530, 298],
      [800, 0],
      [810, 0]
    ])
  })

  it('keeps what is left when a later select asks what else there is', () => {
    const again = said('m').heard(820 * ms, { type: 'selected', pages: full(1000), nonPageable: empty(1000) })
    const entries = preCopy()
    const i = entries.findIndex((entry) => entry.at > 820 * ms)
    expect(left([...entries.slice(0, i), again, ...entries.slice(i)])).toContainEqual([820, 200])
  })

  it('has the stages, the rounds and the faults', () => {
    const { points: _, ...pre } = runFold(timeSeries(), preCopy())
    expect(pre).toEqual({
      from: 100 * ms,
      to: 900 * ms,
      downtimes: [{ from: 810 * ms, to: 850 * ms }],
      switched: 850 * ms,
      rounds: [110 * ms, 610 * ms],
      faults: 0
    })
    expect(runFold(timeSeries(), postCopy())).toMatchObject({ faults: 2, switched: 30 * ms, downtimes: [{ from: 10 * ms, to: 30 * ms }] })
  })

  it('bytes and pages never fall, pages left never exceed the guest, and the spans add up to the downtime', () => {
    fc.assert(
      fc.property(migrations('m'), (entries) => {
        const { points, downtimes } = runFold(timeSeries(), entries)
        for (let i = 1; i < points.length; i++) {
          expect(points[i].at).toBeGreaterThanOrEqual(points[i - 1].at)
          expect(points[i].bytes).toBeGreaterThanOrEqual(points[i - 1].bytes)
          expect(points[i].pages).toBeGreaterThanOrEqual(points[i - 1].pages)
        }
        expect(points.every(({ pagesLeft }) => pagesLeft === undefined || (pagesLeft >= 0 && pagesLeft <= 1000))).toBe(true)
        const over = entries.some((e) => e.type === 'ended')
        if (over) expect(downtimes.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(runFold(downtime, entries))
      })
    )
  })

  it('keeps few points of many, the first and the last among them', () => {
    const { began, asked, heard } = said('m')
    const entries = [
      began(0, 5000),
      asked(0, { type: 'reserve' }),
      heard(0, { type: 'selected', pages: full(5000), nonPageable: empty(5000) }),
      ...Array.from({ length: 5000 }, (_, page) =>
        heard(page + 1, { type: 'sent', pages: ownSequence(Int32Array.of(page)), skipped: empty(5000), bytes: 1 })
      )
    ]
    const { points } = runFold(timeSeries({ pointsAtMost: 64 }), entries)
    expect(points.length).toBeGreaterThan(16)
    expect(points.length).toBeLessThanOrEqual(64)
    expect(points[0]).toEqual({ at: 0, bytes: 0, pages: 0, pagesLeft: 5000 })
    expect(points[points.length - 1]).toEqual({ at: 5000, bytes: 5000, pages: 5000, pagesLeft: 0 })
    expect(points.every(({ at, pagesLeft }) => pagesLeft === 5000 - at)).toBe(true)
  })

  it('refuses to keep too few', () => {
    expect(() => timeSeries({ pointsAtMost: 3 })).toThrow(new RangeError('timeSeries: pointsAtMost must be an integer >= 16 (got 3)'))
  })
})
