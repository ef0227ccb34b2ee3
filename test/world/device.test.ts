import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { Driving } from './driving'

const PAGES = 8
const all = pageSet.full(PAGES)
const fidelities = ['marks', 'versions', 'bytes'] as const

/** A guest without a program, whose device writes two pages at a time: at 1,000, 2,000, ... and told half an interval before. */
const driven = (fidelity: (typeof fidelities)[number] = 'versions', device = { intervalNs: 1000, pages: 2 }) =>
  new Driving(
    datacentre({
      guests: { a: vm({ pages: PAGES, contextBytes: 0, devices: [{ name: 'disk', dma: device }] }) },
      link: link({ bytesPerSecond: 4104e9, latencyNs: 1 }),
      fidelity
    })
  )

const synced = (driving: Driving): readonly number[] => {
  driving.ask({ type: 'sync' })
  return pageSet.toArray(driving.heard('synced').at(-1)!.dirty)
}

describe('a device that writes memory', () => {
  it('is seen by the dirty log, transfer by transfer, round and round', () => {
    for (const fidelity of fidelities) {
      const driving = driven(fidelity)
      driving.ask({ type: 'track', on: true })
      expect(synced(driving.run(999))).toEqual([])
      expect(synced(driving.run(1000))).toEqual([0, 1])
      expect(synced(driving.run(3000))).toEqual([2, 3, 4, 5])
      expect(synced(driving.run(5999))).toEqual([0, 1, 6, 7])
    }
  })

  it('is seen in the content: a page that it wrote after it was sent is lost unless it is sent again', () => {
    for (const fidelity of fidelities)
      for (const again of [true, false]) {
        const driving = driven(fidelity)
        driving.ask({ type: 'track', on: true })
        driving.ask({ type: 'send', pages: all, place: 'always' })
        driving.run(2500)
        driving.ask({ type: 'pause' })
        driving.ask({ type: 'sync' })
        const { dirty } = driving.heard('synced')[0]
        expect(pageSet.toArray(dirty)).toEqual([0, 1, 2, 3])
        if (again) driving.ask({ type: 'send', pages: dirty, place: 'always' })
        driving.ask({ type: 'flush' })
        driving.ask({ type: 'commit' })
        driving.ask({ type: 'resume', where: 'target' })
        expect(driving.heard('compared').map(({ lost }) => pageSet.toArray(lost))).toEqual([again ? [] : [0, 1, 2, 3]])
      }
  })

  it('writes nothing while the guest stands still, nor of a transfer that met the pause', () => {
    const driving = driven()
    driving.ask({ type: 'track', on: true })
    driving.run(1600).ask({ type: 'pause' })
    expect(synced(driving.run(5000))).toEqual([0, 1])
    expect(synced(driving)).toEqual([])
    driving.ask({ type: 'resume', where: 'source' })
    expect(synced(driving.run(6000)).length).toBe(2)
  })

  it('writes nothing that it had not been told half an interval before, however short the pause', () => {
    const driving = driven()
    driving.ask({ type: 'track', on: true })
    driving.run(1600).ask({ type: 'pause' })
    driving.ask({ type: 'resume', where: 'source' })
    expect(synced(driving.run(2400))).toEqual([0, 1])
    driving.ask({ type: 'pause' })
    driving.run(2600).ask({ type: 'resume', where: 'source' })
    expect(synced(driving.run(3400))).toEqual([])
    expect(synced(driving.run(4000))).toEqual([6, 7])
  })

  it('writes at the target when the guest is there, but not into pages that are still missing', () => {
    const regressed = (place: 'always' | 'ifAbsent') => {
      const driving = driven('bytes')
      driving.ask({ type: 'pause' })
      driving.ask({ type: 'commit' })
      driving.ask({ type: 'resume', where: 'target', missing: pageSet.fromPages(PAGES, [2, 3, 4]) })
      driving.ask({ type: 'send', pages: pageSet.fromPages(PAGES, [2, 3, 4]), place: 'ifAbsent' })
      driving.run(20_000)
      driving.ask({ type: 'send', pages: pageSet.fromPages(PAGES, [2]), place })
      driving.ask({ type: 'flush' })
      driving.ask({ type: 'release' })
      return pageSet.toArray(driving.heard('compared').at(-1)!.regressed)
    }
    expect(regressed('ifAbsent')).toEqual([])
    expect(regressed('always')).toEqual([2])
  })

  it('goes on writing on the next host', () => {
    const driving = driven()
    for (let i = 0; i < 2; i++) {
      driving.ask({ type: 'preselect' })
      driving.ask({ type: 'track', on: true })
      expect(synced(driving.run(driving.now() + 4000)).length).toBe(8)
      driving.ask({ type: 'pause' })
      driving.ask({ type: 'send', pages: all, place: 'always' })
      driving.ask({ type: 'flush' })
      driving.ask({ type: 'commit' })
      driving.ask({ type: 'resume', where: 'target' })
      driving.ask({ type: 'release' })
      driving.run(driving.now() + 3000)
    }
    expect(driving.heard('compared').map(({ lost }) => lost.count)).toEqual([0, 0, 0, 0])
  })

  it('is refused with no interval, no page, or more than the guest has', () => {
    const of = (intervalNs: number, pages: number) => () => vm({ pages: 4, devices: [{ name: 'disk', dma: { intervalNs, pages } }] })
    expect(of(1, 1)).toThrow('device: intervalNs of disk must be an integer of at least 2 (got 1)')
    expect(of(2, 5)).toThrow('device: pages of disk must be an integer from 1 to its 4 mapped ones (got 5)')
    expect(of(2, 0)).toThrow(RangeError)
  })
})

describe('a program that clears its pages', () => {
  const PAGE_NS = 1000
  const clearing = (clears: number | undefined, fidelity: (typeof fidelities)[number]) =>
    new Driving(
      datacentre({
        guests: { a: vm({ pages: PAGES, contextBytes: 0, clears, workload: uniform({ pages: PAGES, writesPerSecond: 4e6 }) }) },
        link: link({ bytesPerSecond: 4104e6, latencyNs: 0 }),
        fidelity
      })
    )

  it('has a page sent as zeros after every so many stores, and only then', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('versions' as const, 'bytes' as const),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 30 }),
        (fidelity, clears, pages) => {
          const plain = clearing(undefined, fidelity).run(pages * PAGE_NS)
          const driving = clearing(clears, fidelity).run(pages * PAGE_NS)
          for (const one of [plain, driving]) one.ask({ type: 'pause' })
          const bytes = (of: Driving, page: number) => {
            const sent = of.ask({ type: 'send', pages: pageSet.fromPages(PAGES, [page]), place: 'always' })
            return sent.type === 'sent' ? sent.bytes : 0
          }
          const sizes = Array.from({ length: PAGES }, (_, page) => [bytes(plain, page), bytes(driving, page)])
          for (const [whole, size] of sizes) {
            expect(whole).toBe(4104)
            expect([9, 4104]).toContain(size)
          }
          driving.ask({ type: 'flush' })
          driving.ask({ type: 'commit' })
          driving.ask({ type: 'resume', where: 'target' })
          expect(driving.heard('compared').map(({ lost }) => lost.count)).toEqual([0])
          if (clears === 2 && pages === 30) expect(sizes.filter(([, size]) => size === 9).length).toBeGreaterThan(0)
        }
      )
    )
  })

  it('by the count of its stores: with 2, pages written an even number of times are zero', () => {
    const driving = clearing(2, 'versions').run(20 * PAGE_NS)
    driving.ask({ type: 'pause' })
    const first = driving.ask({ type: 'send', pages: all, place: 'always' })
    const zeros = first.type === 'sent' ? (PAGES * 4104 - first.bytes) / (4104 - 9) : 0
    expect(Number.isInteger(zeros) && zeros > 0 && zeros < PAGES).toBe(true)
  })

  it('is refused below 2', () => {
    expect(() => vm({ pages: 4, clears: 1 })).toThrow('vm: clears must be an integer of at least 2 (got 1)')
  })
})
