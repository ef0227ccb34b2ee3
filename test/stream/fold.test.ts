import * as fc from 'fast-check'
import { from, Subject, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { combine, type Fold, fold, folded, mapFold, runFold } from '../../lib/stream/fold'
import { marbles } from './marbles'

const sum: Fold<number, number> = fold<number, number, number>({ init: () => 0, step: (s, x) => s + x, done: (s) => s })
const listed: Fold<number, readonly number[]> = fold<number, readonly number[], number[]>({
  init: () => [],
  step: (s, x) => {
    s.push(x)
    return s
  },
  done: (s) => [...s]
})
const letters = fold<string, string, string>({ init: () => '', step: (s, x) => s + x, done: (s) => s })

describe('fold', () => {
  it('folded stays silent on never', () =>
    marbles(({ cold, expectObservable }) => {
      const inputs = '  ---'
      const outputs = ' ---'
      expectObservable(cold(inputs).pipe(folded(letters))).toBe(outputs)
    }))

  it('folded emits the empty result on empty', () =>
    marbles(({ cold, expectObservable }) => {
      const inputs = '  --|'
      const outputs = ' --(0|)'
      expectObservable(cold(inputs).pipe(folded(letters))).toBe(outputs, { 0: '' })
    }))

  it('folded emits once, when the inputs complete', () =>
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-|').pipe(folded(letters))).toBe('  ---(r|)', { r: 'a' })
      expectObservable(cold('-a-b-c|').pipe(folded(letters))).toBe('------(r|)', { r: 'abc' })
    }))

  it('folded passes an error on and emits nothing', () =>
    marbles(({ cold, expectObservable }) => {
      const inputs = '  -a-b-#'
      const outputs = ' -----#'
      expectObservable(cold(inputs).pipe(folded(letters))).toBe(outputs)
    }))

  it('folded sends an error thrown by the fold to the error channel and leaves its source', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|')
      const outputs = '    ---#'
      const subscribed = ' ^--!'
      const picky: Fold<string, string> = fold<string, string, string>({
        ...letters,
        init: () => '',
        done: (s) => s,
        step: (s, x) => {
          if (x === 'b') throw 'error'
          return s + x
        }
      })
      expectObservable(source.pipe(folded(picky))).toBe(outputs)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    }))

  it('folded leaves its source on an early unsubscribe', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('   -a-b-c|')
      const unsubscribed = '  ---!'
      const outputs = '       ---'
      const subscribed = '    ^--!'
      expectObservable(source.pipe(folded(letters)), unsubscribed).toBe(outputs)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    }))

  it('folded counts an input that arrives while its result is read', () => {
    const inputs = new Subject<number>()
    const seen: unknown[] = []
    inputs.pipe(take(2), folded(sum)).subscribe((total) => {
      seen.push(total)
      inputs.next(100)
    })
    inputs.next(1)
    inputs.next(2)
    expect(seen).toEqual([3])
  })

  it('from(xs).pipe(folded(f)) emits runFold(f, xs), for each subscription anew', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (xs) => {
        const result = from(xs).pipe(folded(listed), toArray())
        const seen: unknown[] = []
        result.subscribe((all) => seen.push(all))
        result.subscribe((all) => seen.push(all))
        expect(seen).toEqual([[runFold(listed, xs)], [runFold(listed, xs)]])
      })
    )
  })

  it('runFold(combine({ a, b }), xs) = { a: runFold(a, xs), b: runFold(b, xs) }', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (xs) => {
        const both = combine({ a: sum, b: listed, nested: combine({ c: sum }) })
        const expected = { a: runFold(sum, xs), b: runFold(listed, xs), nested: { c: runFold(sum, xs) } }
        expect(runFold(both, xs)).toEqual(expected)
        expect(runFold(both, xs)).toEqual(expected)
      })
    )
  })

  it('mapFold(x => x) = identity, mapFold(g) . mapFold(f) = mapFold(g . f)', () => {
    const f = (n: number): number => n * 3
    const g = (n: number): string => `<${n}>`
    fc.assert(
      fc.property(fc.array(fc.integer()), (xs) => {
        expect(runFold(mapFold((n: number) => n)(sum), xs)).toBe(runFold(sum, xs))
        expect(runFold(mapFold(g)(mapFold(f)(sum)), xs)).toBe(runFold(mapFold((n: number) => g(f(n)))(sum), xs))
      })
    )
  })
})
