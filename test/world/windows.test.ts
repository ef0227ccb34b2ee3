import * as fc from 'fast-check'
import { tap } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { Driving } from './driving'

const PAGES = 4096
const PAGE = 4104
/** A page a microsecond on the link, windows of a millisecond, slices of half of one. */
const world = (options: Partial<DatacentreOptions> = {}, pages = PAGES) =>
  datacentre({
    guests: { a: vm({ pages, contextBytes: 0, workload: idle() }) },
    link: link({ bytesPerSecond: PAGE * 1e6, latencyNs: 0 }),
    sender: { windowNs: 1_000_000, sliceNs: 510_000 },
    ...options
  })

/** Drives a world, and has a word at once when it speaks. */
class Reacting extends Driving {
  constructor(of: World, react: (signal: Signal, order: Driving['order']) => void) {
    super({
      ...of,
      signals: (ports) => of.signals(ports).pipe(tap((signal) => react(signal, this.order.bind(this))))
    })
  }
}

const sending = (
  bytesPerSecond: number,
  options: Partial<DatacentreOptions> = {},
  react: ConstructorParameters<typeof Reacting>[1] = () => {}
) => new Reacting(world(options), react).order({ type: 'send', pages: pageSet.full(PAGES), place: 'always', bytesPerSecond })

describe('a sender that keeps to windows', () => {
  it('sends a window of its rate at once, then nothing until the window ends', () => {
    // A window of 100 pages and a byte begins page 101 too.
    const driving = sending(PAGE * 100_000 + 1000).run(4_999_999)
    expect(driving.heard('progress').map(({ at, pages }) => [at, pages])).toEqual([
      [1e6, 101],
      [2e6, 202],
      [3e6, 303],
      [4e6, 404]
    ])
    expect(driving.heard('sent')).toEqual([])
  })

  it('looks once a slice where the link is slower than the rate, and never waits', () => {
    const driving = sending(1e15).run(PAGES * 1000)
    expect(driving.heard('progress').map(({ at, pages }) => [at, pages])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((n) => [n * 510_000, n * 510])
    )
    expect(driving.heard('sent').map(({ at }) => at)).toEqual([PAGES * 1000])
  })

  it('leaves a send without a rate as it is', () => {
    const driving = new Driving(world()).order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' }).run(PAGES * 1000)
    expect(driving.heard('progress')).toEqual([])
    expect(driving.heard('sent').map(({ at }) => at)).toEqual([PAGES * 1000])
  })

  it('may be cancelled where it looks, before its window begins', () => {
    const driving = sending(PAGE * 100_000, {}, (signal, order) => {
      if (signal.type === 'progress') order({ type: 'cancel', tag: 0 })
    }).run(1e6)
    expect(driving.heard('sent').map(({ at, pages }) => [at, pages.type === 'PageSet' && pages.count])).toEqual([[1e6, 101]])
    expect(driving.heard('cancelled').map(({ unsent }) => unsent.count)).toEqual([PAGES - 101])
  })

  it('goes on in the same window with what it is told to send next', () => {
    const driving = sending(PAGE * 100_000).run(40_000)
    driving.order({ type: 'cancel', tag: 0 }).run(50_000)
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always', bytesPerSecond: PAGE * 100_000 }, { tag: 1 }).run(1e6)
    expect(driving.heard('progress').map(({ at, pages }) => [at, pages])).toEqual([[1e6, 101]])
  })

  it('refuses windows and slices that are not whole and above 0', () => {
    const made = (windowNs: number, sliceNs: number) => () => world({ sender: { windowNs, sliceNs } })
    expect(made(0, 1)).toThrow('datacentre: sender: windowNs must be an integer above 0 (got 0)')
    expect(made(1, 0.5)).toThrow('datacentre: sender: sliceNs must be an integer above 0 (got 0.5)')
  })

  it('keeps to its rate over many windows, within what a window may be overrun by, in every fidelity and over any number of channels', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('marks' as const, 'versions' as const),
        fc.integer({ min: 40, max: 900 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(PAGES - 1),
        (fidelity, perWindow, channels, from) => {
          const driving = new Driving(world({ fidelity }))
          driving.order({
            type: 'send',
            pages: pageSet.full(PAGES),
            place: 'always',
            channels,
            from,
            bytesPerSecond: PAGE * 1000 * perWindow
          })
          driving.run(200e6)
          const at = driving.heard('sent')[0].at
          const windows = Math.floor(at / 1e6) + 1
          // In words a window is overrun by up to a word a channel, which counts in the next.
          const most = (perWindow + 2) * windows + 32 * channels
          const least = (perWindow - 1) * (windows - 1) - 32 * channels
          expect(PAGES).toBeGreaterThanOrEqual(least)
          expect(PAGES).toBeLessThanOrEqual(most)
        }
      ),
      { numRuns: 40 }
    )
  })
})

describe('from', () => {
  it('begins a set at that page and sends what is below it last', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(99), { minLength: 1 }), fc.nat(99), (members, from) => {
        const driving = new Driving(world({ batchPages: 1 }, 100))
        driving.order({ type: 'send', pages: pageSet.fromPages(100, members), place: 'always', from })
        driving.run(0)
        const sorted = [...members].sort((a, b) => a - b)
        const expected = [...sorted.filter((page) => page >= from), ...sorted.filter((page) => page < from)]
        driving.run(members.length * 1000 - 500)
        driving.order({ type: 'cancel', tag: 0 }).run(members.length * 1000)
        // Half of the last page has left: it is the only one that a cancellation still lets through.
        const [sent] = driving.heard('sent')
        expect(sent.pages.type === 'PageSet' && sent.pages.count).toBe(members.length)
        const half = Math.ceil(members.length / 2)
        const again = new Driving(world({ batchPages: 1 }, 100))
        again.order({ type: 'send', pages: pageSet.fromPages(100, members), place: 'always', from }).run(half * 1000 - 500)
        again.order({ type: 'cancel', tag: 0 }).run(half * 1000)
        const [some] = again.heard('sent')
        expect(some.pages.type === 'PageSet' && pageSet.toArray(some.pages)).toEqual(expected.slice(0, half).sort((a, b) => a - b))
      })
    )
  })

  it('must be a page of the guest', () => {
    const answer = new Driving(world({}, 8)).ask({ type: 'send', pages: pageSet.full(8), place: 'always', from: 8 })
    expect(answer).toMatchObject({ type: 'refused', reason: "from must be one of the guest's 8 pages (got 8)" })
  })
})
