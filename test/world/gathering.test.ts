import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import type { Coder, Coding, Engine, Mapping, Packet } from '../../lib/world/engine'
import { Driving } from './driving'

/** A coder that lets so many pages leave in one packet, and what is left with the end of a send. */
const gathering = (of: number): Coding => {
  const coder = (start: readonly Packet[]): Coder => {
    let gathered = [...start]
    const packet = (): Packet | undefined => {
      const [first, ...more] = gathered
      const bytes = gathered.reduce((sum, one) => sum + one.bytes, 0)
      gathered = []
      return first && { ...first, bytes, more }
    }
    return {
      encode: ({ page, content, isZero, sizes }) => {
        gathered.push({ page, form: isZero ? 'zero' : 'whole', content, bytes: isZero ? sizes.zero : sizes.whole })
        return gathered.length < of ? undefined : packet()
      },
      ended: packet,
      decode: ({ more = [], ...first }) => [first, ...more].map(({ page, content }) => ({ page, content })),
      forgotten: () => {
        gathered = []
      },
      copy: () => coder(gathered),
      key: () => gathered.map(({ page }) => page).join()
    }
  }
  return { name: `gathering ${of}`, open: () => coder([]) }
}

const PAGE_NS = 1000

const worldOf = (pages: number, zero: readonly number[], engine: Engine) =>
  datacentre({
    guests: { a: vm({ pages, contextBytes: 0, classes: pageClasses({ size: pages, zero: pageSet.fromPages(pages, zero) }) }) },
    link: link({ bytesPerSecond: 4104e6, latencyNs: 0, zeroPageBytes: 9 }),
    engine
  })

const plans = fc
  .record({
    pages: fc.integer({ min: 1, max: 24 }),
    zero: fc.uniqueArray(fc.nat({ max: 23 }), { maxLength: 8 }),
    of: fc.integer({ min: 1, max: 8 }),
    channels: fc.integer({ min: 1, max: 3 }),
    at: fc.nat({ max: 26 * PAGE_NS })
  })
  .map((plan) => ({ ...plan, zero: plan.zero.filter((page) => page < plan.pages) }))

describe('a coder that gathers pages', () => {
  it('sends what it has gathered with the end of a send: everything arrives, at the bytes of its pages', () => {
    fc.assert(
      fc.property(plans, ({ pages, zero, of, channels }) => {
        const driving = new Driving(worldOf(pages, zero, { coding: gathering(of) }))
        driving.ask({ type: 'pause' })
        driving.ask({ type: 'send', pages: pageSet.full(pages), place: 'always', channels })
        for (const order of [{ type: 'flush' }, { type: 'commit' }, { type: 'resume', where: 'target' }] as const) driving.ask(order)
        const [{ bytes, pages: sent }] = driving.heard('sent')
        expect(bytes).toBe((pages - zero.length) * 4104 + zero.length * 9)
        expect(sent).toEqual(pageSet.full(pages))
        expect(driving.heard('compared')[0].lost.count).toBe(0)
      }),
      { numRuns: 300 }
    )
  })

  it('sends what it has gathered when a send is cancelled: what is told as sent is at the target, and nothing else', () => {
    fc.assert(
      fc.property(plans, ({ pages, zero, of, channels, at }) => {
        const driving = new Driving(worldOf(pages, zero, { coding: gathering(of) }))
        driving.ask({ type: 'pause' })
        const start = driving.now()
        driving.order({ type: 'send', pages: pageSet.full(pages), place: 'always', channels }).run(start + at)
        driving.order({ type: 'cancel', tag: 0 }, { tag: 1 }).run(start + 100 * PAGE_NS)
        for (const order of [{ type: 'flush' }, { type: 'commit' }, { type: 'resume', where: 'target' }] as const) driving.ask(order)
        const [{ unsent }] = driving.heard('cancelled')
        const missing = pageSet.difference(unsent, pageSet.fromPages(pages, zero))
        expect(pageSet.toArray(driving.heard('compared')[0].lost)).toEqual(pageSet.toArray(missing))
      }),
      { numRuns: 300 }
    )
  })
})

describe("an engine's parts", () => {
  it('a log hears that the guest has stopped, once for each pause and ahead of the reading behind it', () => {
    const told: string[] = []
    const log = {
      name: 'telling',
      open: (pages: number) => ({
        mapped: () => {},
        wrote: () => {},
        stopped: () => told.push('stopped'),
        sync: () => {
          told.push('sync')
          return pageSet.empty(pages)
        },
        copy: () => log.open(pages),
        key: () => ''
      })
    }
    const driving = new Driving(worldOf(4, [], { log }))
    driving.ask({ type: 'track', on: true })
    for (let i = 0; i < 2; i++) {
      driving.order({ type: 'sync' }).order({ type: 'pause' }).run(driving.now())
      driving.order({ type: 'sync' }).run(driving.now())
      driving.ask({ type: 'resume', where: 'source' })
    }
    expect(told).toEqual(['sync', 'stopped', 'sync', 'sync', 'stopped', 'sync'])
  })

  it('a backing is begun anew when the target has abandoned the migration', () => {
    const opened: number[][] = []
    const backing = {
      name: 'counting',
      wanted: (page: number) => [page],
      open: (): Mapping => {
        const arrived: number[] = []
        opened.push(arrived)
        const mapping: Mapping = {
          arrived: (page) => {
            arrived.push(page)
            return [page]
          },
          dropped: (pages) => pages,
          copy: () => mapping,
          key: () => arrived.join()
        }
        return mapping
      }
    }
    const driving = new Driving(worldOf(2, [], { backing }))
    for (let i = 0; i < 2; i++) {
      driving.ask({ type: 'preselect' })
      driving.ask({ type: 'reserve' })
      driving.ask({ type: 'send', pages: pageSet.full(2), place: 'always' })
      driving.ask({ type: 'flush' })
      driving.ask({ type: 'abandon' })
    }
    expect(opened).toEqual([[0, 1], [0, 1], []])
  })
})
