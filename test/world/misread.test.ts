import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { Driving } from './driving'

const PAGES = 8
const fidelities = ['marks', 'versions', 'bytes'] as const
const some = (...pages: readonly number[]) => pageSet.fromPages(PAGES, pages)

/** A guest that reads (or writes) its pages one after another, each in 1,000 ns, and stops at none of those that are missing but named in `trapped`. */
const used = (
  fidelity: (typeof fidelities)[number],
  { writes = 0, reads = 0, trapped = some(), sent = some(), usedTarget = false, ns = 20_000 }
) => {
  const driving = new Driving(
    datacentre({
      guests: {
        a: vm({
          pages: PAGES,
          contextBytes: 0,
          classes: pageClasses({ size: PAGES, zero: some(7) }),
          workload: sweep({ pages: PAGES, writesPerSecond: writes, readsPerSecond: reads })
        })
      },
      link: link({ bytesPerSecond: 4104e9, latencyNs: 0 }),
      fidelity,
      engine: usedTarget ? { usedTarget } : {}
    })
  )
  driving.ask({ type: 'pause' })
  driving.ask({ type: 'send', pages: sent, place: 'always' })
  driving.ask({ type: 'flush' })
  driving.ask({ type: 'commit' })
  driving.ask({ type: 'resume', where: 'target', missing: trapped })
  driving.run(driving.now() + ns)
  driving.ask({ type: 'release' })
  const [activated, released] = driving.heard('compared')
  return { lost: pageSet.toArray(activated.lost), misread: pageSet.toArray(released.misread) }
}

describe('a page that has not arrived', () => {
  it('is misread when the guest uses it, reading or writing, and nothing made it wait', () => {
    for (const fidelity of fidelities)
      for (const rates of [{ reads: 1e6 }, { writes: 1e6 }]) {
        const { lost, misread } = used(fidelity, { ...rates, sent: some(0, 2, 4) })
        expect([fidelity, lost, misread]).toEqual([fidelity, [1, 3, 5, 6], [1, 3, 5, 6]])
      }
  })

  it('is not misread when the guest does not use it', () => {
    for (const fidelity of fidelities) {
      const { lost, misread } = used(fidelity, { reads: 1e6, sent: some(0, 1, 2), ns: 2500 })
      expect([fidelity, lost, misread]).toEqual([fidelity, [3, 4, 5, 6], []])
    }
  })

  it('is not misread when it waits for it', () => {
    for (const fidelity of fidelities) {
      const { lost, misread } = used(fidelity, { reads: 1e6, sent: some(0, 1, 2), trapped: some(3, 4, 5, 6) })
      expect([fidelity, lost, misread]).toEqual([fidelity, [], []])
    }
  })

  it('of zeros is right without being sent, unless the target’s memory was used before', () => {
    for (const fidelity of ['versions', 'bytes'] as const) {
      expect(used(fidelity, { reads: 1e6, sent: some(0, 1, 2, 3, 4, 5, 6) }).lost).toEqual([])
      expect(used(fidelity, { reads: 1e6, sent: some(0, 1, 2, 3, 4, 5, 6), usedTarget: true })).toEqual({ lost: [7], misread: [7] })
      expect(used(fidelity, { reads: 1e6, sent: pageSet.full(PAGES), usedTarget: true })).toEqual({ lost: [], misread: [] })
    }
  })

  it('is not waited for where a stale copy is: that is used as it is, and told', () => {
    for (const fidelity of fidelities) {
      const driving = new Driving(
        datacentre({
          guests: { a: vm({ pages: PAGES, contextBytes: 0, workload: sweep({ pages: PAGES, writesPerSecond: 1e6 }) }) },
          link: link({ bytesPerSecond: 4104e9, latencyNs: 0 }),
          fidelity
        })
      )
      driving.ask({ type: 'track', on: true })
      driving.ask({ type: 'send', pages: pageSet.full(PAGES), place: 'always' })
      driving.run(3500)
      driving.ask({ type: 'pause' })
      driving.ask({ type: 'sync' })
      const { dirty } = driving.heard('synced')[0]
      expect(dirty.count).toBeGreaterThan(0)
      driving.ask({ type: 'flush' })
      driving.ask({ type: 'commit' })
      driving.ask({ type: 'resume', where: 'target', missing: dirty })
      const [{ lost, owed }] = driving.heard('compared')
      expect([fidelity, pageSet.toArray(lost), owed]).toEqual([fidelity, pageSet.toArray(dirty), 0])
    }
  })
})
