import * as fc from 'fast-check'
import { EMPTY, from, lastValueFrom, map, NEVER, Subject, throwError, toArray } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import * as pageSequence from '../../lib/memory/pageSequence'
import { empty, fromPages, full } from '../../lib/memory/pageSet'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import { type PageFault, type PrefetchOptions, prefetchOrder, prefetchStep } from '../../lib/migration/prefetchOrder'
import type { Prepaging } from '../../lib/migration/prepaging'
import type { Data } from '../../lib/protocol/data'
import { bubblingOsr2009 } from '../../properties/broken/publishedBubbling'

// A page every 10 ns.
const options: PrefetchOptions<Data> = { missing: full(8), prepaging: bubbling() as Prepaging, pagesPerSecond: 1e8, window: 3 }

const windows = (faults: readonly PageFault[], given: Partial<PrefetchOptions<Data>> = {}): Promise<readonly (readonly number[])[]> =>
  lastValueFrom(from(faults).pipe(prefetchOrder({ ...options, ...given }), map(pageSequence.toArray), toArray()))

describe('prefetchOrder', () => {
  it('pushes what is due before a fault, around the fault what comes after, and at the end the rest', async () => {
    expect(await windows([{ at: 25, page: 6 }])).toEqual([
      [0, 1],
      [5, 7, 4],
      [3, 2]
    ])
  })

  it('counts what is due from the start, so that fractions of a page are not lost', async () => {
    const faults = [5, 15, 25].map((at) => ({ at, page: 0 }))
    expect(await windows(faults, { prepaging: activePush as Prepaging })).toEqual([[1], [2], [3, 4, 5], [6, 7]])
    expect(await windows([{ at: 1015, page: 7 }], { startedAt: 1000, prepaging: activePush as Prepaging })).toEqual([
      [0],
      [1, 2, 3],
      [4, 5, 6]
    ])
  })

  it('does not move for a fault on a page that is not missing', async () => {
    expect(
      await windows(
        [
          { at: 20, page: 7 },
          { at: 20, page: 0 }
        ],
        { window: 8 }
      )
    ).toEqual([
      [0, 1],
      [6, 5, 4, 3, 2]
    ])
    expect(await windows([{ at: 0, page: 3 }], { missing: empty(8) })).toEqual([])
  })

  it('gives every missing page once, in a window or by its fault, in windows of the size asked for at most', async () => {
    const faults = fc
      .array(fc.record({ at: fc.nat({ max: 200 }), page: fc.nat({ max: 15 }) }), { maxLength: 5 })
      .map((list) => list.sort((a, b) => a.at - b.at))
    const missing = fc.uniqueArray(fc.nat({ max: 15 })).map((pages) => fromPages(16, pages))
    const orders = fc.constantFrom<Prepaging[]>(activePush, bubbling(), bubbling({ pivots: 7 }), bubbling({ edges: 'forward' }))
    await fc.assert(
      fc.asyncProperty(faults, missing, orders, fc.integer({ min: 1, max: 6 }), async (list, pages, prepaging, window) => {
        const found = await windows(list, { missing: pages, prepaging, window })
        const pushed = found.flat()
        expect(new Set(pushed).size).toBe(pushed.length)
        expect(found.every(({ length }) => length > 0 && length <= window)).toBe(true)
        const faulted = list.map(({ page }) => page)
        expect(pushed.every((page) => [...pages].includes(page))).toBe(true)
        expect([...pages].every((page) => pushed.includes(page) || faulted.includes(page))).toBe(true)
      }),
      { numRuns: 300 }
    )
  })

  it('is its step, folded over the faults', () => {
    const start = { missing: full(8), order: bubbling().start(full(8)), pushed: 0, at: 0 }
    const step = prefetchStep({ ...options, prepaging: bubbling(), startedAt: 0 })
    const [first, state] = step(start, { at: 25, page: 6 })
    const [rest, end] = step(state, null)
    expect([...first, ...rest].map(pageSequence.toArray)).toEqual([
      [0, 1],
      [5, 7, 4],
      [3, 2]
    ])
    expect([end.missing.count, end.pushed, end.at]).toEqual([0, 7, 25])
  })

  it('refuses options and faults that mean nothing, and an order that gives up', async () => {
    expect(() => prefetchOrder({ ...options, pagesPerSecond: 0 })).toThrow('prefetchOrder: pagesPerSecond must be above 0 (got 0)')
    expect(() => prefetchOrder({ ...options, window: 0 })).toThrow('prefetchOrder: window must be an integer above 0 (got 0)')
    await expect(
      windows([
        { at: 9, page: 1 },
        { at: 8, page: 2 }
      ])
    ).rejects.toThrow('prefetchOrder: a fault must not be before 9 ns (got 8)')
    const [absent, earlier] = [
      { at: 20, page: 7 },
      { at: 10, page: 2 }
    ]
    await expect(windows([{ at: 5, page: 7 }, absent, earlier])).rejects.toThrow('prefetchOrder: a fault must not be before 20 ns (got 10)')
    await expect(windows([{ at: 0, page: 7 }], { prepaging: bubblingOsr2009 as Prepaging })).rejects.toThrow(
      'prefetchOrder: bubblingOsr2009 must give a page while 1 are missing (got none)'
    )
  })
})

describe('as an operator', () => {
  const marbles = (run: Parameters<TestScheduler['run']>[0]) => new TestScheduler((a, b) => expect(a).toEqual(b)).run(run)
  // Built by each test: one that throws while a file is read fails no test.
  const operator = () => prefetchOrder(options)

  it('emits at each fault what was due by then, and all the rest at the end', () => {
    marbles(({ cold, expectObservable }) => {
      const faults = cold('p--q----|', { p: { at: 25, page: 6 }, q: { at: 35, page: 2 } })
      const expected = '   a--b----(c|)'
      expectObservable(faults.pipe(operator(), map(pageSequence.toArray))).toBe(expected, { a: [0, 1], b: [5], c: [3, 4, 7] })
    })
  })

  it('never, empty, error and early unsubscription', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(NEVER.pipe(operator())).toBe('-')
      expectObservable(
        EMPTY.pipe(
          operator(),
          map(({ length }) => `${length}`)
        )
      ).toBe('(332|)')
      expectObservable(throwError(() => 'gone').pipe(operator())).toBe('#', undefined, 'gone')
      const faults = cold('a---', { a: { at: 0, page: 1 } })
      expectObservable(faults.pipe(operator()), '^-!').toBe('---')
      expectSubscriptions(faults.subscriptions).toBe('^-!')
    })
  })

  it('takes a fault that arrives while windows are being delivered after them', () => {
    const faults = new Subject<PageFault>()
    const seen: (readonly number[])[] = []
    faults.pipe(operator(), map(pageSequence.toArray)).subscribe((pages) => {
      seen.push(pages)
      if (seen.length === 1) faults.next({ at: 60, page: 7 })
    })
    faults.next({ at: 50, page: 6 })
    expect(seen).toEqual([[0, 1, 2], [3, 4], [5]])
  })
})
