import fc from 'fast-check'
import { EMPTY, from, NEVER, of, Subject, take, throwError } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import type { WriteSample } from '../../lib/memory/accessWindows'
import { fromPages, toArray } from '../../lib/memory/pageSet'
import { type WorkingSet, type WorkingSetOptions, workingSet } from '../../lib/memory/workingSet'

const sample = (at: number, ...list: number[]): WriteSample => ({ at, pages: fromPages(100, list) })
const set = (at: number, ...list: number[]): WorkingSet => ({ at, pages: fromPages(100, list) })
const options: WorkingSetOptions = { size: 100, windowNs: 10, windows: 3 }
const marbles = (body: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body)
}
const samples = { a: sample(10, 1, 2), b: sample(20, 2), c: sample(30, 3, 2), d: sample(50) }
const sets = { w: set(10), x: set(20, 2), y: set(30, 2), z: set(40, 2), v: set(50) }

describe('workingSet', () => {
  it('gives the pages written in at least two of the last windows', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-d---|', samples)
      const subs = '       ^----------!'
      const expected = '   -w-x-y-(zv)|'
      expectObservable(source.pipe(workingSet(options))).toBe(expected, sets)
      expectSubscriptions(source.subscriptions).toBe(subs)
    })
  })

  it('of nothing gives nothing, passes an error on and unsubscribes early', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(NEVER.pipe(workingSet(options))).toBe('-')
      expectObservable(EMPTY.pipe(workingSet(options))).toBe('|')
      expectObservable(throwError(() => 'bad').pipe(workingSet(options))).toBe('#', {}, 'bad')
      const source = cold('-a-b-c-|', samples)
      const subs = '       ^--!'
      const expected = '   -w-(x|)'
      expectObservable(source.pipe(workingSet(options), take(2))).toBe(expected, sets)
      expectSubscriptions(source.subscriptions).toBe(subs)
    })
  })

  it('agrees with counting writes per page', () => {
    const lists = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 10 }), { maxLength: 12 })
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 5 }), fc.nat({ max: 4 }), (written, windows, less) => {
        const atLeast = Math.max(1, windows - less)
        const given: (readonly number[])[] = []
        from(written.map((list, i) => sample((i + 1) * 10, ...list)))
          .pipe(workingSet({ ...options, windows, atLeast }))
          .subscribe(({ pages }) => given.push(toArray(pages)))
        const model = written.map((_, i) => {
          const last = written.slice(Math.max(0, i + 1 - windows), i + 1)
          return Array.from({ length: 21 }, (_, page) => page).filter(
            (page) => last.filter((list) => list.includes(page)).length >= atLeast
          )
        })
        expect(given).toEqual(model)
      })
    )
  })

  it('counts per subscription and survives a re-entrant input', () => {
    const operator = workingSet(options)
    const seen: WorkingSet[][] = [[], []]
    for (const list of seen)
      of(samples.a, samples.b)
        .pipe(operator)
        .subscribe((one) => list.push(one))
    expect(seen).toEqual([
      [sets.w, sets.x],
      [sets.w, sets.x]
    ])
    const inputs = new Subject<WriteSample>()
    const given: WorkingSet[] = []
    inputs.pipe(operator).subscribe((one) => {
      given.push(one)
      if (one.at === 10) inputs.next(samples.b)
    })
    inputs.next(samples.a)
    expect(given).toEqual([sets.w, sets.x])
  })

  it('refuses windows that make no sense', () => {
    expect(() => workingSet({ ...options, atLeast: 4 })).toThrow(
      new RangeError('workingSet: 1 <= atLeast <= windows must hold for integers (got 4, 3)')
    )
    for (const bad of [{ atLeast: 0 }, { windows: 1.5 }, { windowNs: 0 }])
      expect(() => workingSet({ ...options, ...bad })).toThrow(RangeError)
  })
})
