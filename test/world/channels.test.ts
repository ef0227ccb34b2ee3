import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import type { Stall } from '../../lib/world/stalls'
import { noting } from './arrivals'
import { Driving } from './driving'

const PAGES = 48
const all = pageSet.full(PAGES)

const world = ({
  stalls = [] as readonly Stall[],
  engine = {},
  fidelity = 'versions' as 'versions' | 'marks',
  writes = 0,
  latencyNs = 0
} = {}) =>
  datacentre({
    guests: {
      a: vm({ pages: PAGES, contextBytes: 0, workload: writes === 0 ? undefined : uniform({ pages: PAGES, writesPerSecond: writes }) })
    },
    link: link({ bytesPerSecond: 4104e6, latencyNs }),
    fidelity,
    stalls,
    engine
  })

describe('a send over several channels', () => {
  it('takes the time of one when they share the link, and each page leaves once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 48 }), (channels, pages) => {
        const { engine, placed } = noting()
        const driving = new Driving(world({ engine }))
        const list = Array.from({ length: pages }, (_, i) => i)
        const sent = driving.ask({ type: 'send', pages: pageSet.fromPages(PAGES, list), place: 'always', channels })
        expect(sent.type === 'sent' && sent.bytes).toBe(pages * 4104)
        // Each batch may end a fraction of a nanosecond late.
        expect(sent.at - pages * 1000).toBeGreaterThanOrEqual(0)
        expect(sent.at - pages * 1000).toBeLessThanOrEqual(pages + channels)
        driving.ask({ type: 'flush' })
        driving.order({ type: 'throttle', fraction: 0 })
        expect([...placed].sort((a, b) => a - b)).toEqual(list)
      })
    )
  })

  it('spreads its pages over all of them: what one of them holds back is a part', () => {
    for (const channels of [2, 3, 4]) {
      const { engine, placed } = noting()
      const driving = new Driving(world({ engine, stalls: [{ lane: 'a#1', way: 'arriving', from: 0, until: 1_000_000 }] }))
      driving.ask({ type: 'send', pages: all, place: 'always', channels })
      driving.run(900_000).order({ type: 'throttle', fraction: 0 })
      const late = PAGES - placed.length
      expect([channels, late >= PAGES / channels / 2 && late <= (2 * PAGES) / channels]).toEqual([channels, true])
    }
  })

  it('goes on over the others when one stands still before its first page', () => {
    const { engine, placed } = noting()
    const driving = new Driving(world({ engine, stalls: [{ lane: 'a#1', way: 'leaving', from: 0, until: 1_000_000 }] }))
    driving.order({ type: 'send', pages: all, place: 'always', channels: 3 }).run(100_000)
    driving.order({ type: 'throttle', fraction: 0 })
    // Channel 1 took a third of what channel 0 had left of them: 11 of 32.
    expect(placed.length).toBe(PAGES - 11)
    expect(driving.heard('sent')).toEqual([])
    driving.run(1_100_000)
    expect(driving.heard('sent').length).toBe(1)
  })

  it('shares the bandwidth it may use among them', () => {
    const driving = new Driving(world())
    const sent = driving.ask({ type: 'send', pages: all, place: 'always', channels: 4, bytesPerSecond: 2052e6 })
    expect(Math.round(sent.at / 2000)).toBe(PAGES)
  })

  it('with one channel is a send without channels', () => {
    const run = (channels: 1 | undefined) => {
      const driving = new Driving(world({ writes: 1e6 }))
      driving.ask({ type: 'send', pages: all, place: 'always', channels })
      return driving.signals
    }
    expect(run(1)).toEqual(run(undefined))
  })

  it('may be overtaken by the next send of its lane, which is why a barrier must stand between: an older page arrives over a newer one', () => {
    const regressed = (barrier: boolean) => {
      const driving = new Driving(world({ writes: 1e7, stalls: [{ lane: 'a#1', way: 'arriving', from: 0, until: 200_000 }] }))
      driving.ask({ type: 'send', pages: all, place: 'always', channels: 2 })
      if (barrier) driving.ask({ type: 'flush' })
      driving.ask({ type: 'pause' })
      driving.ask({ type: 'send', pages: all, place: 'always' })
      driving.ask({ type: 'flush' })
      driving.ask({ type: 'commit' })
      driving.ask({ type: 'resume', where: 'target' })
      const [compared] = driving.heard('compared')
      return [compared.regressed.count > 0, compared.lost.count > 0]
    }
    expect(regressed(true)).toEqual([false, false])
    expect(regressed(false)).toEqual([true, true])
  })

  it('that is cancelled ends after the page under way on each, and is answered once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.nat({ max: 60_000 }),
        fc.constantFrom('versions' as const, 'marks' as const),
        (channels, at, fidelity) => {
          const driving = new Driving(world({ fidelity, latencyNs: 10 }))
          driving.order({ type: 'send', pages: all, place: 'always', channels }).run(at)
          driving.order({ type: 'cancel', tag: 0 }, { tag: 1 }).run(200_000)
          const [sent] = driving.heard('sent')
          const [cancelled] = driving.heard('cancelled')
          expect([driving.heard('sent').length, driving.heard('cancelled').length]).toEqual([1, 1])
          const pages = sent.pages.type === 'PageSet' ? sent.pages : all
          expect(pageSet.union(pages, cancelled.unsent).count).toBe(PAGES)
          expect(pageSet.intersection(pages, cancelled.unsent).count).toBe(0)
          expect(sent.bytes).toBe(pages.count * 4104)
          expect(sent.at).toBeLessThanOrEqual(Math.max(at, 0) + channels * 1000 + 2)
        }
      ),
      { numRuns: 200 }
    )
  })

  it('where only marks are kept, is spread over them too', () => {
    const driving = new Driving(
      datacentre({
        guests: { a: vm({ pages: 4096, contextBytes: 0 }) },
        link: link({ bytesPerSecond: 4104e6, latencyNs: 0 }),
        fidelity: 'marks',
        stalls: [{ lane: 'a#1', way: 'leaving', from: 0, until: 10_000_000 }]
      })
    )
    driving.order({ type: 'send', pages: pageSet.full(4096), place: 'always', channels: 2, round: 1 }).run(9_000_000)
    expect(driving.heard('sent')).toEqual([])
    driving.run(20_000_000)
    expect(driving.heard('sent').map(({ bytes, at }) => [bytes, at > 10_000_000])).toEqual([[4096 * 4104, true]])
  })

  it('is refused for no channel, or for more than 256', () => {
    for (const channels of [0, 1.5, 257]) {
      expect(new Driving(world()).ask({ type: 'send', pages: all, place: 'always', channels })).toMatchObject({
        type: 'refused',
        reason: `channels must be an integer from 1 to 256 (got ${channels})`
      })
    }
  })
})
