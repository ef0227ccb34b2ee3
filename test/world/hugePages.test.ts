import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HugePages, vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import { widened } from '../../lib/memory/hugePage'
import * as pageSet from '../../lib/memory/pageSet'
import { measure } from '../../lib/metrics/metrics'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import { milliseconds, seconds } from '../../lib/time/time'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { invariants } from '../../properties/invariants/invariants'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'

const LATENCY = 10_000
/** A page of 4,096 bytes and its header take 4,104 ns. */
const PAGE_NS = 4104
const wire = link({ bytesPerSecond: 1e9, latencyNs: LATENCY })
const fidelities = ['marks', 'versions', 'bytes'] as const

const moved = (pipeline: Pipeline, hugePages: HugePages | undefined, options: Partial<DatacentreOptions> = {}, pages = 2048) =>
  journalOf(
    pipeline,
    datacentre({
      guests: { a: vm({ pages, contextBytes: 0, hugePages, workload: sweep({ pages, writesPerSecond: 1e5 }) }) },
      link: wire,
      ...options
    }),
    { until: seconds(10) }
  )
const demand = postcopy({ prepaging: undefined })
const sound = (journal: Journal): void => {
  expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
  expect(runFold(breaches(invariants), journal)).toEqual([])
}
const faults = (journal: Journal): number => runFold(measure(), journal).a.faults

describe('a guest whose memory is backed by huge pages at the target', () => {
  it('stalls at its first access to each for as long as all of its small pages take, and at no other', () => {
    for (const fidelity of fidelities) {
      const small = moved(demand, undefined, { fidelity })
      const huge = moved(demand, { pages: 512 }, { fidelity })
      sound(small)
      sound(huge)
      expect([faults(small), faults(huge)]).toEqual([2048, 4])
      const stall = (journal: Journal, each: number): void => {
        const at = journal.flatMap((e) => (e.type === 'signalled' && e.signal.type === 'faulted' ? [e.signal.at] : []))
        const sent = journal.flatMap((e) =>
          e.type === 'signalled' && e.signal.type === 'sent' && e.signal.pages.type === 'PageSequence' ? [e.signal.at] : []
        )
        expect(at.map((time, i) => sent[i] - time)).toEqual(at.map(() => each))
      }
      stall(small, PAGE_NS)
      stall(huge, 512 * PAGE_NS)
    }
  })

  it('loses to a stall the time of its pages and a round trip, whatever their number', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 16, 32, 64, 512), fc.constantFrom(...fidelities), (pages, fidelity) => {
        const journal = moved(demand, { pages }, { fidelity }, 1024)
        const { resumeTime } = runFold(measure(), journal).a
        const stall = pages * PAGE_NS + 2 * LATENCY
        // 1,024 writes of 10 us, and a stall at the first of each huge page; then the barrier and the release, less the part of the last huge page that is not yet used.
        const expected = (1024 / pages) * stall
        sound(journal)
        expect(resumeTime! - expected).toBeGreaterThan(0)
        expect(resumeTime! - expected).toBeLessThanOrEqual(1025 * 10_000 + 4 * LATENCY)
      }),
      { numRuns: 20 }
    )
  })

  it('is served small page by small page where they are split, at the stated cost at the first of each', () => {
    const split = (splitNs: number) => moved(demand, { pages: 512, splitNs })
    const none = split(0)
    expect(faults(none)).toBe(2048)
    expect(runFold(measure(), none).a.resumeTime).toBe(runFold(measure(), moved(demand, undefined)).a.resumeTime)
    const costly = split(milliseconds(1))
    sound(costly)
    expect(runFold(measure(), costly).a.resumeTime! - runFold(measure(), none).a.resumeTime!).toBe(4 * milliseconds(1))
  })

  it('gains by the split where it touches little of each: one access a huge page costs a page and not 512', () => {
    const world = (hugePages: HugePages) =>
      datacentre({
        guests: { a: vm({ pages: 8192, contextBytes: 0, hugePages, workload: uniform({ pages: 8192, writesPerSecond: 1e4 }) }) },
        link: wire
      })
    const progress = (hugePages: HugePages): number => {
      const journal = journalOf(postcopy(), world(hugePages))
      sound(journal)
      return runFold(measure(), journal).a.applicationDegradation!
    }
    expect(progress({ pages: 512, splitNs: 5000 })).toBeLessThan(0.5 * progress({ pages: 512 }))
  })

  it('moves by every technique, in rounds, by prepaging and by demand, and over links that break', () => {
    for (const fidelity of fidelities)
      for (const pipeline of [stopAndCopy(), precopy(), postcopy(), hybrid(), demand])
        for (const pages of [2, 16, 64, 512]) {
          sound(moved(pipeline, { pages }, { fidelity }, 1000))
          const journal = moved(pipeline, { pages }, { fidelity, faults: [{ at: 3_000_000, what: 'link', until: 3_500_000 }] }, 1000)
          expect(runFold(breaches(invariants), journal)).toEqual([])
        }
  })

  it('is refused with a size that is no power of two, or a negative cost', () => {
    expect(() => vm({ pages: 8, hugePages: { pages: 3 } })).toThrow(
      "vm: the hugePages' pages must be a power of two from 2 to 2^18 (got 3)"
    )
    expect(() => vm({ pages: 8, hugePages: { pages: 2, splitNs: -1 } })).toThrow(RangeError)
  })
})

describe('widened', () => {
  it('is all pages that share a huge page with one of the set', () => {
    const sets = fc.record({ size: fc.integer({ min: 1, max: 3000 }), pages: fc.array(fc.nat({ max: 2999 }), { maxLength: 8 }) })
    fc.assert(
      fc.property(sets, fc.constantFrom(1, 2, 8, 16, 32, 128, 512), ({ size, pages }, small) => {
        const set = pageSet.fromPages(
          size,
          pages.filter((page) => page < size)
        )
        const frames = new Set(pageSet.toArray(set).map((page) => Math.floor(page / small)))
        const wide = Array.from({ length: size }, (_, page) => page).filter((page) => frames.has(Math.floor(page / small)))
        expect(pageSet.toArray(widened(set, small))).toEqual(wide)
      })
    )
  })
})
