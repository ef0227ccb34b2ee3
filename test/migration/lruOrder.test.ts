import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sequence, toArray } from '../../lib/memory/pageSequence'
import { empty, fromPages, full, next } from '../../lib/memory/pageSet'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import { byPage } from '../../lib/migration/byPage'
import { lruOrder } from '../../lib/migration/lruOrder'
import type { Prepaging } from '../../lib/migration/prepaging'
import { type Happening, pulled, schedules } from './pullSchedule'

const SIZE = 16
const inners = fc.constantFrom(activePush, bubbling(), bubbling({ pivots: 3 }), bubbling({ edges: 'forward' })) as fc.Arbitrary<Prepaging>
const taken = (order: Prepaging, happenings: readonly Happening[], pages = full(SIZE)) => pulled(order, pages, happenings).pushed

describe('lruOrder', () => {
  it('is the order inside on places: in the list, and behind it by address', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: SIZE - 1 })), inners, schedules, (list, inner, schedule) => {
        // One page at a time: a list fills a window where the order inside ends one early, so that more is gone when the next fault comes.
        const happenings = schedule.happenings.map((one) => (one.type === 'take' ? { ...one, atMost: 1 } : one))
        const placeOf = (page: number): number => (list.includes(page) ? list.indexOf(page) : list.length + page)
        const pageAt = (place: number): number => (place < list.length ? list[place] : place - list.length)
        const places = fromPages(
          list.length + SIZE,
          Array.from({ length: SIZE }, (_, page) => placeOf(page))
        )
        const within = happenings.map((one) => (one.type === 'fault' ? { ...one, page: placeOf(one.page) } : one))
        expect(taken(lruOrder(sequence(list), inner), happenings)).toEqual(taken(inner, within, places).map(pageAt))
      }),
      { numRuns: 500 }
    )
  })

  it('gives what came back behind what it had left, each once, and in the order of the list', () => {
    const lowest = byPage('lowest', (missing) => next(missing, 0))
    const order = lruOrder(sequence([5, 1, 3, 0]), lowest)
    const [first, after] = order.take(order.start(fromPages(8, [5, 1, 3])), fromPages(8, [5, 1, 3]), 2)
    expect(toArray(first)).toEqual([5, 1])
    const [rest, end] = order.take(after, fromPages(8, [3, 1, 5]), 8)
    expect([toArray(rest), end.ranks.count]).toEqual([[3, 5, 1], 0])
    const [some, left] = order.take(order.start(fromPages(8, [5])), fromPages(8, [5, 1, 3, 0]), 2)
    expect([toArray(some), left.ranks.count]).toEqual([[5, 1], 2])
  })

  it('passes over what is missing no more', () => {
    const order = lruOrder(sequence([5, 1, 3]), activePush)
    const [window] = order.take(order.start(full(8)), fromPages(8, [1, 2]), 8)
    expect(toArray(window)).toEqual([1, 2])
  })

  it('takes nothing and changes nothing when nothing is missing', () => {
    const order = lruOrder(sequence([5, 1, 3]), activePush)
    const start = order.start(full(8))
    const [window, state] = order.take(start, empty(8), 4)
    expect([window.length, state]).toEqual([0, start])
  })

  it('takes a list that names page 0, and refuses it twice', () => {
    expect(taken(lruOrder(sequence([0]), activePush), [], full(4))).toEqual([0, 1, 2, 3])
    expect(() => lruOrder(sequence([0, 0]), activePush)).toThrow('lruOrder: a page must be in the list once (got 0 twice)')
  })
})
