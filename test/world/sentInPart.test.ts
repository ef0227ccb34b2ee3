import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { disk } from '../../lib/guest/disk'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import { uniform } from '../../lib/guest/uniform'
import { measure } from '../../lib/metrics/metrics'
import { retried } from '../../lib/migration/retried'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { SentInPart } from '../../lib/protocol/signal'
import { signalInWords } from '../../lib/report/spaceTimeWords'
import { runFold } from '../../lib/stream/fold'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { qemu72 } from '../../pipelines/qemu'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { accounting } from '../../properties/invariants/accounting'
import { linkNotOverused } from '../../properties/invariants/linkNotOverused'
import { journalOf } from '../../properties/journalOf'

const PAGES = 64
const PAGE = 4104
/** A byte takes a nanosecond. */
const wire = link({ bytesPerSecond: 1e9, latencyNs: 0 })
const worldOf = (options: Partial<DatacentreOptions> = {}) =>
  datacentre({ guests: { a: vm({ pages: PAGES, workload: idle() }) }, link: wire, batchPages: 16, ...options })
const partsOf = (journal: Journal): readonly SentInPart[] =>
  journal.flatMap((entry) =>
    entry.type === 'signalled' && entry.signal.type === 'refused' && entry.signal.sent ? [entry.signal.sent] : []
  )
const metricsOf = (journal: Journal) => runFold(measure(), journal).a

describe('a send that is given up when some of it had left', () => {
  it('says how many pages had left as a whole, with their bytes, and metrics count them', () => {
    const journal = journalOf(precopy(), worldOf({ faults: [{ at: 5 * PAGE, what: 'link' }] }))
    expect(partsOf(journal)).toEqual([{ pages: 5, bytes: 5 * PAGE }])
    expect(metricsOf(journal)).toMatchObject({ pagesTransferred: 5, bytesTransferred: 5 * PAGE })
    const refused = journal.flatMap((entry) => (entry.type === 'signalled' && entry.signal.type === 'refused' ? [entry.signal] : []))
    expect(signalInWords(refused[0], undefined)).toBe('refused: the link failed, when 5 pages had left')
  })

  it('whenever it breaks, by whatever pages are followed: as many as the time was for, of one channel', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: PAGES * PAGE - 1 }),
        fc.constantFrom('marks' as const, 'versions' as const, 'bytes' as const),
        fc.integer({ min: 1, max: 80 }),
        (at, fidelity, batchPages) => {
          const journal = journalOf(stopAndCopy(), worldOf({ fidelity, batchPages, faults: [{ at, what: 'link' }] }))
          const pages = Math.floor(at / PAGE)
          expect(partsOf(journal)).toEqual(pages === 0 ? [] : [{ pages, bytes: pages * PAGE }])
        }
      ),
      { numRuns: 100 }
    )
  })

  it('over several channels, with writes, cancellations and retries: what accounts and links allow, and never less than was told', () => {
    let parts = 0
    const channels = fc.constantFrom(1, 2, 3)
    const cases = fc.record({
      at: fc.integer({ min: 0, max: 3 * PAGES * PAGE }),
      fidelity: fc.constantFrom('marks' as const, 'versions' as const),
      multifd: channels,
      qemu: fc.boolean(),
      delta: fc.boolean(),
      blocks: fc.constantFrom(0, 40)
    })
    fc.assert(
      fc.property(cases, ({ at, fidelity, multifd, qemu, delta, blocks }) => {
        const workload = uniform({ pages: PAGES, writesPerSecond: 1e5 })
        const world = worldOf({
          guests: { a: vm({ pages: PAGES, workload, ...(blocks > 0 && { disk: disk({ blocks, blockBytes: 4096 }) }) }) },
          fidelity,
          progressNs: 10_000,
          sender: { windowNs: 40_000, sliceNs: 20_000 },
          faults: [{ at, until: at + 5000, what: 'link' }]
        })
        const limit = { downtimeLimitNs: 20_000, maxBandwidth: 5e8 }
        const once = qemu ? qemu72(limit) : precopy({ channels: multifd, delta: delta && multifd === 1, disk: { channels: 2 } })
        const journal = journalOf(retried({ times: 2 })(once), world, { until: 3e6 })
        const told = journal.reduce(
          (n, e) => (e.type === 'signalled' && e.signal.type === 'progress' && e.signal.of === undefined ? Math.max(n, e.signal.pages) : n),
          0
        )
        const problems = [accounting, linkNotOverused].flatMap(({ fold }) => runFold(fold, journal))
        expect(problems).toEqual([])
        const last = journal.at(-1)
        const isCut = last?.type !== 'ended' || last.outcome.type === 'limited'
        if (!isCut) expect(metricsOf(journal).pagesTransferred).toBeGreaterThanOrEqual(told)
        parts += partsOf(journal).length
      }),
      { numRuns: 50 }
    )
    expect(parts).toBeGreaterThan(8)
  })

  it('of a disk counts blocks', () => {
    const world = worldOf({
      guests: { a: vm({ pages: PAGES, workload: idle(), disk: disk({ blocks: 64, blockBytes: 4096 }) }) },
      faults: [{ at: 10 * PAGE, what: 'link' }]
    })
    const journal = journalOf(precopy({ disk: { start: 'ahead' } }), world)
    const [part, ...others] = partsOf(journal)
    expect(others).toEqual([])
    expect(part).toMatchObject({ of: 'disk', pages: 10 })
    expect(metricsOf(journal)).toMatchObject({ pagesTransferred: 0, disk: { blocks: 10 } })
  })
})
