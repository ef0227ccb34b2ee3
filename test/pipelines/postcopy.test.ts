import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { bubbling } from '../../lib/migration/bubbling'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { postcopy } from '../../pipelines/postcopy'
import { journalOf } from '../../properties/journalOf'
import { exactly } from './exactly'

const PAGE_NS = 1000

type Access = { readonly page: number; readonly at: number; readonly write: boolean }

/**
 * Demand paging by brute force: one virtual CPU, one link, no background. A guest that has run `ranNs` at the source and resumes at `resumedAt` makes each
 * access at its guest time, later by all it has waited; at a page that is missing it waits for a message there, the page on the wire, and its way back.
 */
const modelled = (pages: number, accesses: readonly Access[], ranNs: number, resumedAt: number, latencyNs: number) => {
  const missing = new Set(Array.from({ length: pages }, (_, page) => page))
  const faults: { page: number; at: number }[] = []
  let late = resumedAt - ranNs
  for (const { page, at } of accesses) {
    if (at <= ranNs || !missing.delete(page)) continue
    const stopped = at + late
    faults.push({ page, at: stopped })
    late += 2 * latencyNs + PAGE_NS
  }
  return faults
}

const accesses = (pages: number, latestNs: number): fc.Arbitrary<readonly Access[]> =>
  fc
    .array(fc.record({ page: fc.nat({ max: pages - 1 }), at: fc.integer({ min: 0, max: latestNs }), write: fc.boolean() }), {
      maxLength: 40
    })
    .map((list) => [...list].sort((a, b) => a.at - b.at))

const world = (pages: number, list: readonly Access[], latencyNs: number) =>
  datacentre({
    guests: { a: vm({ pages, contextBytes: 0, workload: exactly(pages, list) }) },
    link: link({ bytesPerSecond: 4104e6, latencyNs })
  })

describe('postcopy', () => {
  it('on demand, a guest stalls exactly at its first access to a missing page, reads included, and as long as the page takes', () => {
    fc.assert(
      fc.property(accesses(16, 60_000), fc.integer({ min: 0, max: 5000 }), (list, latencyNs) => {
        const journal = journalOf(postcopy({ prepaging: undefined }), world(16, list, latencyNs), { until: 1e9 })
        const signals = journal.flatMap((e) => (e.type === 'signalled' ? [e.signal] : []))
        const suspended = signals.find((s) => s.type === 'suspended')
        const resumed = signals.find((s) => s.type === 'activated')
        if (suspended?.type !== 'suspended' || resumed?.type !== 'activated') throw new Error('the guest was not switched')
        const faults = signals.flatMap((s) => (s.type === 'faulted' ? [{ page: s.page, at: s.at - latencyNs }] : []))
        expect(faults).toEqual(modelled(16, list, suspended.guestNs, resumed.at, latencyNs))
      }),
      { numRuns: 200 }
    )
  })

  it('a faulted page overtakes the background stream', () => {
    const journal = journalOf(postcopy(), world(2048, [{ page: 2000, at: 1_000_000, write: false }], 100))
    const faulted = journal.find((e) => e.type === 'signalled' && e.signal.type === 'faulted')
    const sent = journal.find(
      (e) => e.type === 'signalled' && e.signal.type === 'sent' && e.signal.pages.type === 'PageSequence' && e.signal.pages.length === 1
    )
    expect(faulted).toBeDefined()
    expect(sent!.at - faulted!.at).toBeLessThan(5 * PAGE_NS)
    expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
  })

  it('a guest of one page, and one with all its pages in the balloon, complete', () => {
    const empty = pageClasses({ size: 4, hypervisor: pageSet.empty(4) })
    for (const guest of [vm({ pages: 1 }), vm({ pages: 4, classes: empty })])
      for (const prepaging of [undefined, bubbling()]) {
        const last = journalOf(postcopy({ prepaging }), datacentre({ guests: { a: guest } }), { until: 1e9 }).at(-1)
        const ends = guest.pages === 4 || prepaging !== undefined
        expect(last).toMatchObject({ outcome: { type: ends ? 'completed' : 'limited' } })
      }
  })
})
