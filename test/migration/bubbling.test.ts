import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toArray } from '../../lib/memory/pageSequence'
import { fromPages, full, range } from '../../lib/memory/pageSet'
import { bubbling } from '../../lib/migration/bubbling'
import { type Happening, pulled, schedules } from './pullSchedule'

type Growing = { low: number; high: number }

/**
 * The published order page by page, with sets of numbers: what is pushed of `size` pages, all of which are missing; and what happens, without the faults on pages
 * that have been sent, which no order hears of.
 */
const model = (pivots: number, edges: 'dual' | 'forward', size: number, happenings: readonly Happening[]) => {
  const missing = new Set(Array.from({ length: size }, (_, page) => page))
  const pushed: number[] = []
  const heard: Happening[] = []
  let [pivot, turn]: [number | undefined, number] = [undefined, 0]
  let bubbles: Growing[] = []
  const push = (page: number): void => {
    missing.delete(page)
    pushed.push(page)
  }
  const single = (): readonly number[] => {
    const at = pivot ?? 0
    const ascending = [...missing].sort((a, b) => a - b)
    if (pivot === undefined) return ascending
    if (edges === 'dual') return ascending.sort((a, b) => Math.abs(a - at) - Math.abs(b - at) || a - b)
    return ascending.some((page) => page >= at) ? ascending.filter((page) => page >= at) : ascending
  }
  const several = (atMost: number): readonly number[] => {
    const ends = bubbles.flatMap(({ low, high }) => [low, high]).map((page) => (missing.has(page) ? page : -1))
    const taken: number[] = []
    for (let stopped = 0; taken.length < atMost && stopped < ends.length; turn = (turn + 1) % ends.length) {
      const page = ends[turn]
      stopped++
      if (!missing.has(page) || taken.includes(page)) ends[turn] = -1
      else {
        taken.push(page)
        ends[turn] += turn % 2 === 0 ? -1 : 1
        stopped = 0
      }
    }
    bubbles = bubbles.map((_, b) => ({ low: ends[2 * b], high: ends[2 * b + 1] }))
    return taken
  }
  const take = (atMost: number): void => {
    const want = Math.min(atMost, missing.size)
    const grown = pivots > 1 ? several(want) : single().slice(0, want)
    for (const page of grown.length > 0 ? grown : [...missing].sort((a, b) => a - b).slice(0, want)) push(page)
  }
  for (const happening of happenings) {
    if (happening.type === 'fault' && !missing.has(happening.page)) continue
    heard.push(happening)
    if (happening.type === 'take') take(happening.atMost)
    else {
      const { page } = happening
      missing.delete(page)
      pivot = page
      const growing = bubbles.filter(({ low, high }) => low >= 0 || high >= 0)
      bubbles = [{ low: edges === 'dual' ? page - 1 : -1, high: page + 1 }, ...growing].slice(0, pivots)
      turn = 0
    }
  }
  while (missing.size > 0) take(3)
  return { pushed, heard }
}

describe('bubbling', () => {
  for (const pivots of [1, 2, 3, 7])
    for (const edges of ['dual', 'forward'] as const)
      it(`with ${pivots} ${edges} pivots pushes what a model pushes that looks at every page`, () => {
        fc.assert(
          fc.property(schedules, ({ size, happenings }) => {
            const { pushed, heard } = model(pivots, edges, size, happenings)
            expect(pulled(bubbling({ pivots, edges }), full(size), heard).pushed).toEqual(pushed)
          }),
          { numRuns: 500 }
        )
      })

  it('gives distinct members of what is missing, at least one, whatever comes back and wherever the guest faults', () => {
    const pages = fc.uniqueArray(fc.nat({ max: 15 }))
    const happening = fc.oneof(
      fc.record({ page: fc.nat({ max: 15 }) }),
      fc.record({ missing: pages, atMost: fc.integer({ min: 1, max: 9 }) })
    )
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 12 }),
        fc.constantFrom(1, 2, 3, 7),
        fc.constantFrom('dual', 'forward'),
        (list, pivots, edges) => {
          const order = bubbling({ pivots, edges })
          let state = order.start(full(16))
          for (const one of list)
            if ('page' in one) state = order.faulted(state, one.page)
            else {
              const [window, next] = order.take(state, fromPages(16, one.missing), one.atMost)
              const taken = toArray(window)
              expect(taken.every((page) => one.missing.includes(page))).toBe(true)
              expect(new Set(taken).size).toBe(taken.length)
              expect(taken.length > 0).toBe(one.missing.length > 0)
              expect(taken.length).toBeLessThanOrEqual(one.atMost)
              state = next
            }
        }
      ),
      { numRuns: 1000 }
    )
  })

  it('with one forward pivot sends again what came back behind the pivot, and what came back ahead of it first', () => {
    const order = bubbling({ edges: 'forward' })
    const state = order.faulted(order.start(full(16)), 8)
    const [window, after] = order.take(state, range(16, 9, 16), 16)
    expect(toArray(window)).toEqual([9, 10, 11, 12, 13, 14, 15])
    expect(toArray(order.take(after, fromPages(16, [3, 12]), 4)[0])).toEqual([3, 12])
    const [, less] = order.take(state, range(16, 9, 16), 2)
    expect(toArray(order.take(less, fromPages(16, [3, 9, 12]), 4)[0])).toEqual([12])
  })

  it('with one forward pivot whose end is reached goes on from where it was before any fault', () => {
    const order = bubbling({ edges: 'forward' })
    const [, before] = order.take(order.start(full(16)), full(16), 3)
    let state = order.faulted(before, 8)
    for (const [missing, expected] of [
      [
        [14, 15],
        [14, 15]
      ],
      [
        [3, 4],
        [3, 4]
      ],
      [[1, 12], [12]],
      [[1], [1]]
    ] as const) {
      const [window, next] = order.take(state, fromPages(16, missing), 4)
      expect(toArray(window)).toEqual(expected)
      state = next
    }
  })

  it('with one pivot gives the pivot itself first, should it be missing', () => {
    for (const edges of ['dual', 'forward'] as const) {
      const order = bubbling({ edges })
      expect(toArray(order.take(order.faulted(order.start(full(8)), 5), full(8), 2)[0])[0]).toBe(5)
    }
  })

  it('begins without a pivot, and keeps how far it has come from one', () => {
    for (const [edges, bubble] of [
      ['dual', { pivot: 5, low: 4, high: 6 }],
      ['forward', { pivot: 5, low: -1, high: 7 }]
    ] as const) {
      const order = bubbling({ edges })
      const start = order.start(full(8))
      expect(start).toEqual({ bubbles: [], turn: 0, from: 0 })
      const [, state] = order.take(order.faulted(start, 5), fromPages(8, [5, 6]), 2)
      expect(state).toEqual({ bubbles: [bubble], turn: 0, from: 0 })
    }
  })

  it('takes nothing and stays where it is when nothing is missing', () => {
    for (const options of [{}, { edges: 'forward' }, { pivots: 2 }] as const) {
      const order = bubbling(options)
      const [window, state] = order.take(order.start(full(8)), full(8), 3)
      expect(toArray(window)).toEqual([0, 1, 2])
      const [none, same] = order.take(state, fromPages(8, []), 3)
      expect([none.length, same]).toEqual([0, state])
      expect(toArray(order.take(same, fromPages(8, [1, 4]), 1)[0])).toEqual([4])
    }
  })
})
