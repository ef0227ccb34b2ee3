import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import * as pageSet from '../../lib/memory/pageSet'
import * as skipRule from '../../lib/migration/skipRule'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import { andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { journalOf } from '../../properties/journalOf'
import { exactly } from './exactly'

const PAGE_NS = 1000

/** Eight pages on a link that carries one in a microsecond, with a single write; nothing else costs time, so round 1 begins at 0 and page p leaves at p us. */
const written = (page: number, at: number, pipeline: Pipeline, fidelity: 'versions' | 'bytes' = 'versions'): Journal =>
  journalOf(
    pipeline,
    datacentre({
      guests: { a: vm({ pages: 8, contextBytes: 0, workload: exactly(8, [{ page, at, write: true }]) }) },
      link: link({ bytesPerSecond: 4104e6, latencyNs: 0 }),
      fidelity,
      batchPages: 1
    })
  )

const heard = <K extends Signal['type']>(journal: Journal, type: K): readonly Extract<Signal, { type: K }>[] =>
  journal.flatMap((e) => (e.type === 'signalled' && e.signal.type === type ? [e.signal as Extract<Signal, { type: K }>] : []))

/** One round, and the switch without a look at the dirty log: what was written after it had been read is lost. */
const oneRound: Pipeline = () =>
  pipe(
    prepare(),
    andThen('send', () => request({ type: 'send', pages: pageSet.full(8), place: 'always', round: 1 })),
    andThen('pause', pause),
    andThen('switch', (clockNs) => switchOver({ clockNs })),
    andThen('release', release),
    concluded
  )

describe('precopy', () => {
  it('a page is read when it is transmitted: a write up to that instant travels with it, one nanosecond later it does not', () => {
    for (const fidelity of ['versions', 'bytes'] as const)
      for (const page of [0, 3, 7]) {
        const lost = (at: number) => pageSet.toArray(heard(written(page, at, oneRound, fidelity), 'compared')[0].lost)
        expect(lost(page * PAGE_NS)).toEqual([])
        expect(lost(page * PAGE_NS + 1)).toEqual([page])
      }
  })

  it('the peek leaves a page out that was written just before its turn, and sends one that is written just after', () => {
    const rules = { until: roundsAtMost(2), skip: skipRule.peek }
    const rounds = (at: number) => {
      const journal = written(3, at, precopy(rules))
      expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
      expect(heard(journal, 'compared').every(({ lost }) => lost.count === 0)).toBe(true)
      return heard(journal, 'sent').map(({ pages, skipped }) => [pages.type === 'PageSet' ? pages.count : pages.length, skipped.count])
    }
    expect(rounds(3 * PAGE_NS).slice(0, 2)).toEqual([
      [7, 1],
      [1, 0]
    ])
    expect(rounds(3 * PAGE_NS + 1).slice(0, 2)).toEqual([
      [8, 0],
      [1, 0]
    ])
  })

  it('a write before the sync is in the next round, and one between the last sync and the pause is in the final copy', () => {
    const journal = written(2, 7999, precopy({ until: roundsAtMost(1) }))
    expect(heard(journal, 'synced').map(({ dirty }) => pageSet.toArray(dirty))).toEqual([[2], []])
    const slow = journalOf(
      precopy({ until: roundsAtMost(1) }),
      datacentre({
        guests: { a: vm({ pages: 8, contextBytes: 0, workload: exactly(8, [{ page: 2, at: 8050, write: true }]) }) },
        link: link({ bytesPerSecond: 4104e6, latencyNs: 0 }),
        source: { suspendNs: 100 }
      })
    )
    expect(heard(slow, 'synced').map(({ dirty }) => pageSet.toArray(dirty))).toEqual([[], [2]])
    expect(heard(slow, 'compared').map(({ lost }) => lost.count)).toEqual([0, 0])
  })

  it("Clark's stages are heard in their order", () => {
    const journal = journalOf(
      precopy({ until: roundsAtMost(2) }),
      datacentre({ guests: { a: vm({ pages: 64, workload: uniform({ pages: 64, writesPerSecond: 1e6 }) }) } })
    )
    const stages = ['preselected', 'reserved', 'round', 'suspended', 'committed', 'activated', 'redirected', 'released']
    expect(journal.flatMap((e) => (e.type === 'signalled' && stages.includes(e.signal.type) ? [e.signal.type] : []))).toEqual([
      ...['preselected', 'reserved', 'round', 'round', 'suspended', 'committed', 'activated', 'redirected', 'released']
    ])
  })

  it('the batch size of accesses changes nothing', () => {
    const runs = [1, 7, 4096].map((batchAccesses) =>
      journalOf(
        precopy({ until: roundsAtMost(4), skip: skipRule.peek }),
        datacentre({
          guests: { a: vm({ pages: 64, workload: uniform({ pages: 64, writesPerSecond: 3e6, readsPerSecond: 1e6, vcpus: 2 }) }) },
          source: { firstWriteNs: 300 },
          batchAccesses
        })
      )
    )
    expect(runs[1]).toEqual(runs[0])
    expect(runs[2]).toEqual(runs[0])
  })

  it('two guests share the link fairly: each takes twice as long', () => {
    const guest = () => vm({ pages: 256, contextBytes: 0 })
    const wire = link({ bytesPerSecond: 4104e6, latencyNs: 0 })
    const sentAt = (guests: Record<string, ReturnType<typeof vm>>) =>
      heard(journalOf(precopy({ until: roundsAtMost(1) }), datacentre({ guests, link: wire })), 'sent').map(({ at }) => at)
    expect(sentAt({ a: guest() })[0]).toBe(256 * PAGE_NS)
    expect(sentAt({ a: guest(), b: guest() }).slice(0, 2)).toEqual([512 * PAGE_NS, 512 * PAGE_NS])
  })

  it('application traffic is slowed by a migration, and slows it', () => {
    const journal = journalOf(
      precopy({ until: roundsAtMost(1) }),
      datacentre({
        guests: { a: vm({ pages: 256, contextBytes: 0 }) },
        link: link({ bytesPerSecond: 4104e6, latencyNs: 0, applicationBytesPerSecond: 4104e6 })
      })
    )
    expect(heard(journal, 'sent')[0].at).toBe(512 * PAGE_NS)
    const [{ applicationBytes, applicationDemandBytes }] = heard(journal, 'linkUsed')
    expect(applicationBytes / applicationDemandBytes).toBeCloseTo(0.5, 2)
  })
})
