import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sequence, toArray } from '../../lib/memory/pageSequence'
import { fromPages, full, has, next, previous } from '../../lib/memory/pageSet'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import { byPage } from '../../lib/migration/byPage'
import { lruOrder } from '../../lib/migration/lruOrder'
import type { Prepaging } from '../../lib/migration/prepaging'
import { bubblingOsr2009, bubblingVee2009 } from '../../properties/broken/publishedBubbling'
import { type Happening, pulled, schedules } from './pullSchedule'

const shuffled = sequence([5, 1, 9, 3, 0, 12, 7, 2])

const orders: readonly Prepaging[] = [
  activePush,
  ...[1, 2, 7].flatMap((pivots) => (['dual', 'forward'] as const).map((edges) => bubbling({ pivots, edges }))),
  lruOrder(shuffled, activePush),
  lruOrder(shuffled, bubbling()),
  lruOrder(shuffled, bubbling({ pivots: 3 })),
  lruOrder(sequence([]), bubbling({ edges: 'forward' })),
  byPage('backwards', (missing) => previous(missing, missing.size - 1)),
  byPage('from the fault on', (missing, fault = 0) => Math.max(next(missing, fault), next(missing, 0)))
]

const fault = (page: number): Happening => ({ type: 'fault', page })
const take = (atMost: number): Happening => ({ type: 'take', atMost })
const pushed = (order: Prepaging, size: number, happenings: readonly Happening[]): readonly number[] =>
  pulled(order, full(size), happenings).pushed

const keepsEveryPage = (order: Prepaging) =>
  fc.property(schedules, fc.array(fc.nat({ max: 15 })), ({ size, happenings }, absent) => {
    const missing = fromPages(
      size,
      [...full(size)].filter((page) => !absent.includes(page))
    )
    const faults = happenings.filter((one) => one.type === 'take' || has(missing, one.page))
    const { sent, lost } = pulled(order, missing, faults)
    expect(lost.count).toBe(0)
    expect([...sent].sort((a, b) => a - b)).toEqual([...missing])
  })

describe('every page is sent exactly once, whatever the faults and windows', () => {
  for (const order of orders)
    it(`by ${order.name}`, () => {
      fc.assert(keepsEveryPage(order), { numRuns: 1000 })
    })

  for (const order of [bubblingVee2009, bubblingOsr2009])
    it(`but not by ${order.name}, as published`, () => {
      expect(fc.check(keepsEveryPage(order), { numRuns: 5000, seed: 2009 }).failed).toBe(true)
    })

  it('VEE 2009 loses what is queued when a fault throws the queue away', () => {
    expect([...pulled(bubblingVee2009, full(8), [take(2), fault(3), take(1), fault(6)]).lost]).toEqual([4])
  })

  it('OSR 2009 loses page 0 when the first fault, at 7 of 14, comes before the first step', () => {
    expect([...pulled(bubblingOsr2009, full(14), [fault(7)]).lost]).toEqual([0])
  })

  for (const order of orders)
    it(`${order.name} sends again what a caller puts back`, () => {
      const missing = full(16)
      let state = order.faulted(order.start(missing), 5)
      let left = fromPages(
        16,
        [...missing].filter((page) => page !== 5)
      )
      const back = fromPages(16, [2, 14])
      for (const pages of [left, back])
        for (left = pages; left.count > 0; ) {
          const [window, after] = order.take(state, left, 4)
          expect(window.length).toBeGreaterThan(0)
          expect(toArray(window).every((page) => has(left, page))).toBe(true)
          left = fromPages(
            16,
            [...left].filter((page) => !toArray(window).includes(page))
          )
          state = after
        }
    })
})

describe('orders', () => {
  it('active push ascends', () => {
    expect(pushed(activePush, 6, [take(2), fault(4)])).toEqual([0, 1, 2, 3, 5])
  })

  it('one dual pivot grows by distance, the lower page first, and on when one side has ended', () => {
    expect(pushed(bubbling(), 8, [take(1), fault(3)])).toEqual([0, 2, 4, 1, 5, 6, 7])
  })

  it('a window that ends between two pages of one distance goes on with the second', () => {
    expect(pushed(bubbling(), 8, [fault(4), take(1), take(1), take(1)])).toEqual([3, 5, 2, 6, 1, 7, 0])
  })

  it('one forward pivot goes up to the end and then from the lowest missing page', () => {
    expect(pushed(bubbling({ edges: 'forward' }), 8, [fault(4)])).toEqual([5, 6, 7, 0, 1, 2, 3])
  })

  it('edges of several pivots take turns, the newest first, and stop at sent pages', () => {
    const order = bubbling({ pivots: 2 })
    expect(pushed(order, 12, [fault(2), fault(8), take(5)])).toEqual([7, 9, 1, 3, 6, 10, 0, 4, 5, 11])
  })

  it('the oldest pivot is replaced, and then the sticky one sends what no edge reaches', () => {
    const order = bubbling({ pivots: 2, edges: 'forward' })
    expect(pushed(order, 10, [fault(1), fault(4), fault(7), take(4)])).toEqual([8, 5, 9, 6, 0, 2, 3])
  })

  it('LRU order runs in the order of the list, then by address', () => {
    expect(pushed(lruOrder(sequence([5, 1, 3]), activePush), 6, [take(1), fault(3)])).toEqual([5, 1, 0, 2, 4])
    expect(pushed(lruOrder(sequence([5, 1, 3, 0, 2, 4]), bubbling()), 6, [fault(3)])).toEqual([1, 0, 5, 2, 4])
  })

  it('LRU order with the list in address order is the order inside: its edges stop at faulted pages too', () => {
    const addresses = sequence(Array.from({ length: 12 }, (_, page) => page))
    const inside = bubbling({ pivots: 2 })
    const happenings = [fault(2), fault(8), fault(5)]
    expect(pushed(lruOrder(addresses, inside), 12, happenings)).toEqual(pushed(inside, 12, happenings))
    expect(pushed(inside, 12, happenings)).toEqual([4, 6, 7, 9, 3, 10, 11, 0, 1])
  })

  it('a user writes an order in three lines', () => {
    const backwards = byPage('backwards', (missing) => previous(missing, missing.size - 1))
    expect(pushed(backwards, 4, [take(1), fault(1)])).toEqual([3, 2, 0])
  })
})

describe('mistakes are refused', () => {
  it('when an order is built', () => {
    expect(() => bubbling({ pivots: 0 })).toThrow('bubbling: pivots must be an integer above 0 (got 0)')
    expect(() => lruOrder(sequence([1, 2, 1]), activePush)).toThrow('lruOrder: a page must be in the list once (got 1 twice)')
  })

  it('when a window is taken', () => {
    for (const order of orders)
      expect(() => order.take(order.start(full(4)), full(4), 0)).toThrow(`${order.name}: atMost must be an integer above 0 (got 0)`)
    expect(() =>
      pushed(
        byPage('stuck', () => 0),
        4,
        []
      )
    ).toThrow('byPage: stuck must name a missing page (got 0)')
  })
})
