import * as fc from 'fast-check'
import { from, map, Observable, of, Subject, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { mealy } from '../../lib/stream/mealy'
import { marbles } from './marbles'

// Emits the running sum, and once more in capitals at every third input.
const step = (n: number, input: string): readonly [readonly string[], number] => [
  n % 3 === 2 ? [input, input.toUpperCase()] : [input],
  n + 1
]

describe('mealy', () => {
  it('stays silent on never', () =>
    marbles(({ cold, expectObservable }) => {
      const inputs = '   ---'
      const outputs = '  ---'
      expectObservable(cold(inputs).pipe(mealy(step, 0))).toBe(outputs)
    }))

  it('completes on empty', () =>
    marbles(({ cold, expectObservable }) => {
      const inputs = '   --|'
      const outputs = '  --|'
      expectObservable(cold(inputs).pipe(mealy(step, 0))).toBe(outputs)
    }))

  it('emits the outputs of one input', () =>
    marbles(({ cold, expectObservable }) => {
      const inputs = '   --a--|'
      const outputs = '  --a--|'
      expectObservable(cold(inputs).pipe(mealy(step, 0))).toBe(outputs)
    }))

  it('carries its state over many inputs', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a-b-c-----d|')
      const outputs = '    --a-b-(cC)--d|'
      const subscribed = ' ^------------!'
      expectObservable(source.pipe(mealy(step, 0))).toBe(outputs)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    }))

  it('passes an error on after the outputs before it', () =>
    marbles(({ cold, expectObservable }) => {
      const inputs = '   --a-b-#'
      const outputs = '  --a-b-#'
      expectObservable(cold(inputs).pipe(mealy(step, 0))).toBe(outputs)
    }))

  it('sends an error thrown by the step to the error channel and leaves its source', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a-b-c-|')
      const outputs = '    --a-#'
      const subscribed = ' ^---!'
      const throwing = mealy((n: number, input: string): readonly [readonly string[], number] => {
        if (n === 1) throw 'error'
        return [[input], n + 1]
      }, 0)
      expectObservable(source.pipe(throwing)).toBe(outputs)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    }))

  it('leaves its source on an early unsubscribe', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot(' --a-b-c-d-|')
      const unsubscribed = '------!'
      const outputs = '    --a-b--'
      const subscribed = ' ^-----!'
      expectObservable(source.pipe(mealy((n: number, i: string) => [n < 2 ? [i] : [], n + 1], 0)), unsubscribed).toBe(outputs)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    }))

  it('a synchronous source stops as soon as nobody listens', () => {
    let produced = 0
    const endless = new Observable<number>((observer) => {
      while (!observer.closed && produced < 1000) observer.next(produced++)
    })
    const seen: number[] = []
    endless
      .pipe(
        mealy((s: number, i: number) => [[i, i], s], 0),
        take(5)
      )
      .subscribe((x) => seen.push(x))
    expect([seen, produced]).toEqual([[0, 0, 1, 1, 2], 3])
  })

  it('re-entrant inputs wait until the outputs under way are delivered', () => {
    const inputs = new Subject<number>()
    const seen: string[] = []
    inputs.pipe(mealy((n: number, i: number) => [[`${i}.${n}a`, `${i}.${n}b`], n + 1], 0)).subscribe({
      next: (output) => {
        seen.push(output)
        if (output === '1.0a') inputs.next(2)
        if (output === '2.1a') {
          inputs.next(3)
          inputs.complete()
        }
      },
      complete: () => seen.push('end')
    })
    inputs.next(1)
    expect(seen).toEqual(['1.0a', '1.0b', '2.1a', '2.1b', '3.2a', '3.2b', 'end'])
  })

  it('state is born per subscription', () => {
    const counted = of('x', 'y').pipe(
      mealy((n: number, _: string) => [[n], n + 1], 0),
      toArray()
    )
    const seen: number[][] = []
    counted.subscribe((all) => seen.push(all))
    counted.subscribe((all) => seen.push(all))
    expect(seen).toEqual([
      [0, 1],
      [0, 1]
    ])
  })

  it('mealy((s, i) => [[i], s], s0) = identity, and outputs are those of folding the step', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 }), (xs, s0, widths) => {
        const all = <A>(operator: Observable<A>): A[] => {
          const seen: A[] = []
          operator.subscribe((a) => seen.push(a))
          return seen
        }
        expect(all(from(xs).pipe(mealy((s: number, i: number) => [[i], s], s0)))).toEqual(xs)
        const wide = (s: number, i: number): readonly [readonly number[], number] => [
          Array(widths[Math.abs(s) % widths.length]).fill(s ^ i),
          s + 1
        ]
        let state = s0
        const folded = xs.flatMap((x) => {
          const [outputs, next] = wide(state, x)
          state = next
          return outputs
        })
        expect(
          all(
            from(xs).pipe(
              mealy(wide, s0),
              map((x) => x)
            )
          )
        ).toEqual(folded)
      })
    )
  })
})
