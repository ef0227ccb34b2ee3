import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { toArray as inOrder } from '../../../lib/memory/pageSequence'
import * as pageSet from '../../../lib/memory/pageSet'
import { type AlternatingOptions, alternatingAtMost, alternatingPush } from '../../../lib/migration/engines/alternatingPush'
import { Asking } from '../../protocol/asking'

const PAGES = 12
const set = (...pages: readonly number[]) => pageSet.fromPages(PAGES, pages)

/** A live stage with batches of two and one, whose orders are answered in turn. */
const live = (options: AlternatingOptions = {}) => {
  const asking = new Asking<unknown>(
    alternatingPush({ nonDirtyPages: 2, dirtyPages: 1, intervalNs: 100, ...options })({ name: 'guest', pages: PAGES, pageBytes: 1000 })
  )
  let next = 0
  const answered = {
    asking,
    begun: (pages: pageSet.PageSet) => {
      asking.answer(next++, { type: 'done' })
      asking.answer(next++, { type: 'selected', pages, nonPageable: set() })
      return answered
    },
    sent: (at = 0) => {
      const { order } = asking.commands[next]
      if (order.type !== 'send') throw new Error(`a send was expected (got ${order.type})`)
      asking.answer(next++, { type: 'sent', pages: order.pages, skipped: set(), bytes: 1 }, at)
      return answered
    },
    synced: (dirty: pageSet.PageSet, at = 0) => {
      asking.synced(next++, dirty, at)
      return answered
    },
    wound: () => {
      asking.fact({ type: 'wound' })
      return answered
    },
    batches: () => asking.orders().flatMap((o) => (o.type === 'send' && o.pages.type === 'PageSequence' ? [inOrder(o.pages)] : [])),
    types: () => asking.orders().map(({ type }) => type),
    owed: () => {
      const value = asking.value() as E.Either<unknown, { readonly owed: pageSet.PageSet }>
      return E.isRight(value) ? pageSet.toArray(value.right.owed) : undefined
    }
  }
  return answered
}

describe('alternatingPush', () => {
  it('sends pages never dirtied alone until it knows of dirty ones, then both by turns', () => {
    const stage = live().begun(pageSet.full(PAGES)).sent(10).sent(100).synced(set(0, 7), 100).sent(150).sent(160)
    expect(stage.batches()).toEqual([
      [0, 1],
      [2, 3, 4],
      [5, 6, 0],
      [8, 9, 7],
      [10, 11]
    ])
    expect(stage.types()).toEqual(['track', 'select', 'send', 'send', 'sync', 'send', 'send', 'send'])
  })

  it('reads the log when the interval is over, at the end of a batch, counting from the last reading', () => {
    const stage = live().begun(pageSet.full(PAGES)).sent(99)
    expect(stage.types().at(-1)).toBe('send')
    stage.sent(120)
    expect(stage.types().at(-1)).toBe('sync')
    stage.synced(set(), 130).sent(229)
    expect(stage.types().at(-1)).toBe('send')
    stage.sent(230)
    expect(stage.types().at(-1)).toBe('sync')
  })

  it('ends with a last reading when no page is left that was never dirtied, and owes what is dirty', () => {
    const stage = live({ nonDirtyPages: 12 })
      .begun(set(0, 1, 2, 3))
      .sent(5)
      .synced(set(1, 9), 6)
    expect(stage.asking.value()).toEqual(E.right({ owed: set(1, 9), reason: 'every page has been sent or dirtied' }))
  })

  it('ends at a reading that leaves none, and sends a page that was dirtied before its turn once at most', () => {
    const stage = live()
      .begun(set(0, 1, 2, 3))
      .sent(100)
      .synced(set(2, 3), 100)
    expect(stage.batches()).toEqual([[0, 1]])
    expect(stage.owed()).toEqual([2, 3])
  })

  it('goes on behind the last page of each kind, and round', () => {
    const stage = live()
      .begun(pageSet.full(PAGES))
      .sent(100)
      .synced(set(0, 1, 3), 100)
      .sent(110)
      .sent(200)
      .synced(set(0, 5), 200)
    stage.sent(210).sent(220)
    expect(stage.batches()).toEqual([[0, 1], [2, 4, 0], [5, 6, 1], [7, 8, 3], [9, 10, 5], [11]])
  })

  it('winds down: cancels its batch, reads the log, and owes the rest', () => {
    const stage = live()
      .begun(set(0, 1, 2, 3))
      .wound()
    expect(stage.types().slice(2)).toEqual(['send', 'cancel'])
    stage.asking.answer(2, { type: 'sent', pages: set(0), skipped: set(), bytes: 1 })
    stage.asking.answer(3, { type: 'cancelled', unsent: set(1) })
    stage.asking.synced(4, set(9))
    expect(stage.asking.value()).toEqual(E.right({ owed: set(1, 2, 3, 9), reason: 'told to wind down' }))
  })

  it('winds down before its first batch, and while it reads the log', () => {
    const early = live()
    early.wound().begun(set(0, 1)).synced(set(5))
    expect(early.owed()).toEqual([0, 1, 5])
    expect(early.types()).toEqual(['track', 'select', 'sync'])
    const reading = live()
      .begun(set(0, 1, 2, 3))
      .sent(100)
      .wound()
      .synced(set(1), 100)
    expect(reading.owed()).toEqual([1, 2, 3])
  })

  it('hands a refusal on', () => {
    const stage = live().begun(set(0))
    stage.asking.answer(2, { type: 'refused', reason: 'cut' })
    expect(stage.asking.value()).toMatchObject({ left: { order: 'send', reason: 'cut' } })
  })

  it('sends at most its pages and as many dirty ones as fit into their batches', () => {
    expect([0, 1, 50, 51].map((pages) => alternatingAtMost(pages))).toEqual([0, 51, 100, 151])
    expect(alternatingAtMost(10, { nonDirtyPages: 10, dirtyPages: 1 })).toBe(11)
  })

  it('sends no more than that, each page of the first kind once, and loses none, whatever the guest writes when', () => {
    const some = fc.uniqueArray(fc.nat({ max: PAGES - 1 })).map((pages) => set(...pages))
    const batches = fc.record({
      nonDirtyPages: fc.integer({ min: 1, max: 4 }),
      dirtyPages: fc.integer({ min: 1, max: 4 }),
      intervalNs: fc.nat({ max: 5 })
    })
    fc.assert(
      fc.property(batches, some, fc.array(some, { minLength: 1 }), (options, selected, dirtied) => {
        const stage = live(options).begun(selected)
        let [owed, sends, syncs] = [selected, 0, 0]
        for (let turn = 1; stage.asking.value() === undefined; turn++) {
          if (stage.types().at(-1) === 'sync') {
            const dirty = dirtied[syncs++ % dirtied.length]
            stage.synced(dirty, turn)
            owed = pageSet.union(owed, dirty)
          } else {
            stage.sent(turn)
            const batch = stage.batches()[sends++]
            expect(batch.filter((page) => !pageSet.has(owed, page))).toEqual([])
            owed = pageSet.removeAll(owed, batch)
          }
        }
        expect(stage.batches().flat().length).toBeLessThanOrEqual(alternatingAtMost(selected.count, options))
        expect(stage.owed()).toEqual(pageSet.toArray(owed))
      })
    )
  })

  it('refuses batches and intervals that are none', () => {
    expect(() => alternatingPush({ dirtyPages: 0 })).toThrow('alternatingPush: dirtyPages must be an integer above 0 (got 0)')
    expect(() => alternatingPush({ nonDirtyPages: 1.5 })).toThrow('alternatingPush: nonDirtyPages must be an integer above 0 (got 1.5)')
    expect(() => alternatingPush({ intervalNs: -1 })).toThrow('alternatingPush: intervalNs must be at least 0 (got -1)')
  })
})
