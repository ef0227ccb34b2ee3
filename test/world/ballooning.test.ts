import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import { datacentre } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { journalOf } from '../../properties/journalOf'
import { exactly } from '../pipelines/exactly'
import { Driving } from './driving'

const PAGES = 128
const fidelities = ['marks', 'versions', 'bytes'] as const
const range = (from: number, to: number) =>
  pageSet.fromPages(
    PAGES,
    Array.from({ length: to - from }, (_, i) => from + i)
  )
// Used are 0 to 31, free 32 to 95, cached 96 to 127.
const classes = pageClasses({ size: PAGES, guestOs: pageSet.union(range(0, 32), range(96, 128)), cache: range(96, 128) })
const balloon = { intervalNs: 1000, fraction: 1, cacheFraction: 0.5, shrinkPages: 4, backOffIntervals: 3 }

const pagesOf = (journal: Journal) =>
  journal.flatMap((e) => (e.type === 'signalled' && e.signal.type === 'selected' ? [e.signal.pages.count] : []))[0]

describe('a guest that balloons by itself', () => {
  it('gives its free pages and half of its cache to the hypervisor at each interval, so that a migration sends fewer', () => {
    const run = (ballooning: boolean, startAt: number) =>
      pagesOf(
        journalOf(
          stopAndCopy(),
          datacentre({
            guests: { a: vm({ pages: PAGES, classes, balloon: ballooning ? balloon : undefined }) },
            link: link({ bytesPerSecond: 4104e6, latencyNs: 0 })
          }),
          { startAt, until: 1e9 }
        )
      )
    expect([0, 10_000].map((at) => run(false, at))).toEqual([PAGES, PAGES])
    // 64 free and 16, 8, 4, 2, 1 of the cache, until one page of cache is left.
    expect([500, 1500, 2500, 3500, 4500, 9500].map((at) => run(true, at))).toEqual([48, 40, 36, 34, 33, 33])
  })

  it('has lost nothing at the target and is owed nothing, whoever migrates it', () => {
    for (const fidelity of fidelities)
      for (const pipeline of [stopAndCopy(), precopy(), postcopy(), hybrid()]) {
        const journal = journalOf(pipeline, datacentre({ guests: { a: vm({ pages: PAGES, classes, balloon }) }, fidelity }), {
          startAt: 5000,
          until: 1e9
        })
        expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
        for (const e of journal)
          if (e.type === 'signalled' && e.signal.type === 'compared')
            expect([e.signal.lost.count, e.signal.when === 'released' ? e.signal.owed : 0]).toEqual([0, 0])
      }
  })

  it('takes a page back from the balloon by writing to it: it is in the next log, and no longer given away', () => {
    const writes = [500, 2500, 4200].map((at, i) => ({ page: 40 + i, at, write: true }))
    const guest = vm({ pages: PAGES, classes, balloon, workload: exactly(PAGES, writes) })
    const driving = new Driving(datacentre({ guests: { a: guest }, fidelity: 'versions' })).run(200).order({ type: 'track', on: true })
    const has = (page: number) => {
      driving.order({ type: 'select', level: 'hypervisor' })
      return pageSet.has(driving.heard('selected').at(-1)!.pages, page)
    }
    expect([has(40), has(41)]).toEqual([false, false])
    driving.run(600)
    expect([has(40), has(41)]).toEqual([true, false])
    driving.run(3000).order({ type: 'sync' })
    expect(pageSet.toArray(driving.heard('synced')[0].dirty)).toEqual([40, 41])
    driving.run(20_000)
    expect([has(40), has(41), has(42)]).toEqual([true, true, true])
  })

  it('gives back in batches under pressure and does not grow for the stated intervals', () => {
    const guest = vm({ pages: PAGES, classes, balloon, workload: exactly(PAGES, [{ page: 40, at: 1500, write: true }]) })
    const driving = new Driving(datacentre({ guests: { a: guest }, fidelity: 'versions' }))
    const held: number[] = []
    for (const at of [500, 1700, 2500, 4900, 5500]) {
      driving.run(at).order({ type: 'select', level: 'hypervisor' })
      held.push(PAGES - driving.heard('selected').at(-1)!.pages.count)
    }
    // 80; 88 at 1,000; one less by the write, found at 2,000: four more are given back, and taken again (with 4 of cache) three intervals later.
    expect(held).toEqual([80, 87, 83, 83, 91])
  })

  it('loses no page that is written again after it was in the balloon, at any moment of any migration', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fidelities),
        fc.constantFrom(
          ['stopAndCopy', stopAndCopy()] as const,
          ['precopy', precopy({ until: roundsAtMost(4) })] as const,
          ['postcopy', postcopy({ windowPages: 5 })] as const,
          ['hybrid', hybrid({ until: roundsAtMost(2), windowPages: 7 })] as const
        ),
        fc.integer({ min: 100, max: 60_000 }),
        fc.nat({ max: 20_000 }),
        fc.constantFrom(1e5, 1e6, 1e7),
        fc.nat({ max: 100 }),
        (fidelity, [, pipeline], intervalNs, startAt, writesPerSecond, seed) => {
          const workload = uniform({ pages: PAGES, writesPerSecond })
          const world = datacentre({
            guests: { a: vm({ pages: PAGES, classes, balloon: { ...balloon, intervalNs }, workload, contextBytes: 0 }) },
            link: link({ bytesPerSecond: 4104e6, latencyNs: 500 }),
            fidelity
          })
          const journal = journalOf(pipeline, world, { seed, startAt, until: 1e9 })
          expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
          for (const e of journal)
            if (e.type === 'signalled' && e.signal.type === 'compared')
              expect([pageSet.toArray(e.signal.lost), pageSet.toArray(e.signal.regressed)]).toEqual([[], []])
        }
      ),
      { numRuns: 150 }
    )
  })
})
