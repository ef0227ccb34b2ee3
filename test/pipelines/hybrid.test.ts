import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSequence from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Order } from '../../lib/protocol/command'
import type { Journal } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
import { datacentre } from '../../lib/world/datacentre'
import { type HybridOptions, hybrid } from '../../pipelines/hybrid'
import { journalOf } from '../../properties/journalOf'
import { exactly } from './exactly'

const PAGES = 64
const nonPageable = pageSet.fromPages(PAGES, [5, 6, 7, 40])

const moved = (options: HybridOptions = {}, writesPerSecond = 2e6): Journal =>
  journalOf(
    hybrid(options),
    datacentre({
      guests: {
        a: vm({
          pages: PAGES,
          contextBytes: 0,
          workload: uniform({ pages: PAGES, writesPerSecond }),
          classes: pageClasses({ size: PAGES, nonPageable })
        })
      },
      link: link({ bytesPerSecond: 4104e6, latencyNs: 100 }),
      fidelity: 'versions'
    })
  )

const orders = (journal: Journal): readonly Order[] => journal.flatMap((e) => (e.type === 'commanded' ? [e.command.order] : []))

const heard = <K extends Signal['type']>(journal: Journal, type: K): readonly Extract<Signal, { type: K }>[] =>
  journal.flatMap((e) => (e.type === 'signalled' && e.signal.type === type ? [e.signal as Extract<Signal, { type: K }>] : []))

const one = <K extends Order['type']>(journal: Journal, type: K): Extract<Order, { type: K }> => {
  const [found, ...more] = orders(journal).filter((o) => o.type === type)
  if (found === undefined || more.length > 0) throw new Error(`${type} was asked for ${more.length + 1} times`)
  return found as Extract<Order, { type: K }>
}

const pagesOf = (order: Order): readonly number[] =>
  order.type !== 'send' ? [] : order.pages.type === 'PageSet' ? pageSet.toArray(order.pages) : pageSequence.toArray(order.pages)

describe('hybrid', () => {
  it('pushes one round unless told otherwise, and as many as it is told', () => {
    for (const rounds of [undefined, 1, 2, 5]) {
      const journal = moved(rounds === undefined ? {} : { until: roundsAtMost(rounds) })
      expect(heard(journal, 'round').map(({ round }) => round)).toEqual(Array.from({ length: rounds ?? 1 }, (_, i) => i + 1))
      expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
    }
  })

  it('lets the target drop its stale copies once the guest has stopped and before it resumes there', () => {
    const types = orders(moved()).map(({ type }) => type)
    const places = ['pause', 'discard', 'resume', 'release'].map((type) => types.indexOf(type as Order['type']))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
    expect(heard(moved(), 'compared').every(({ lost, regressed }) => lost.count + regressed.count === 0)).toBe(true)
  })

  it('drops what the push left and what was written up to the pause', () => {
    // Round 1 sends page p from p us on. Page 3 is written after that, page 60 before, page 9 while the guest is being stopped.
    const writes = [
      { page: 60, at: 10_000, write: true },
      { page: 3, at: 20_000, write: true },
      { page: 9, at: 70_000, write: true }
    ]
    const journal = journalOf(
      hybrid(),
      datacentre({
        guests: { a: vm({ pages: PAGES, contextBytes: 0, workload: exactly(PAGES, writes) }) },
        link: link({ bytesPerSecond: 4104e6, latencyNs: 0 }),
        source: { suspendNs: 10_000 },
        fidelity: 'versions'
      })
    )
    expect(pageSet.toArray(one(journal, 'discard').pages)).toEqual([3, 9, 60])
    expect(pageSet.toArray(one(journal, 'resume').missing!)).toEqual([3, 9, 60])
    expect(heard(journal, 'compared').map(({ owed }) => owed)).toEqual([3, 0])
  })

  it('moves the stale pages that cannot be fetched in the downtime, and pulls the others, each once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.constantFrom(1e5, 1e6, 1e7), (rounds, writesPerSecond) => {
        const journal = moved({ until: roundsAtMost(rounds) }, writesPerSecond)
        const stale = one(journal, 'discard').pages
        const missing = one(journal, 'resume').missing!
        const all = orders(journal)
        const [paused, context, resumed] = (['pause', 'sendContext', 'resume'] as const).map((type) =>
          all.findIndex((o) => o.type === type)
        )
        const inDowntime = all.slice(paused, context).flatMap(pagesOf)
        expect(inDowntime).toEqual(pageSet.toArray(pageSet.intersection(stale, nonPageable)))
        expect(pageSet.toArray(missing)).toEqual(pageSet.toArray(pageSet.difference(stale, nonPageable)))
        expect(all.slice(context, resumed).flatMap(pagesOf)).toEqual([])
        const pulled = heard(journal, 'sent')
          .filter(({ pages, to }) => pages.type === 'PageSequence' && to.lane !== '')
          .flatMap(({ pages }) => (pages.type === 'PageSet' ? [] : pageSequence.toArray(pages)))
        expect([...pulled].sort((a, b) => a - b)).toEqual(pageSet.toArray(missing))
      }),
      { numRuns: 40 }
    )
  })

  it('with a quiet guest owes nothing, pulls nothing and waits for no barrier of a pull', () => {
    const journal = moved({}, 1e-3)
    expect(one(journal, 'resume').missing).toMatchObject({ count: 0 })
    expect(orders(journal).filter(({ type }) => type === 'flush')).toHaveLength(1)
    expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
  })

  it('pulls the whole residual, held-back pages included', () => {
    const journal = moved(
      { skip: ({ owed }) => ({ hold: pageSet.intersection(owed, pageSet.fromPages(PAGES, [20, 21])), peek: true }) },
      1e5
    )
    const missing = one(journal, 'resume').missing!
    expect([pageSet.has(missing, 20), pageSet.has(missing, 21)]).toEqual([true, true])
    expect(heard(journal, 'compared').map(({ lost }) => lost.count)).toEqual([0, 0])
  })
})
