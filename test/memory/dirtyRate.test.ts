import { EMPTY, NEVER, of, Subject, take, throwError } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import type { WriteSample } from '../../lib/memory/accessWindows'
import { type DirtyRate, dirtyRate } from '../../lib/memory/dirtyRate'
import { fromPages } from '../../lib/memory/pageSet'

const sample = (at: number, ...list: number[]): WriteSample => ({ at, pages: fromPages(100, list) })
const rate = (at: number, distinctPages: number): DirtyRate => ({ at, pagesPerSecond: distinctPages * 1e8, distinctPages })
const options = { size: 100, windowNs: 10 }
const marbles = (body: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body)
}
const samples = { a: sample(4, 1, 2), b: sample(10, 2, 3), c: sample(15, 4), d: sample(45, 5), e: sample(50) }
const rates = { x: rate(10, 3), y: rate(20, 1), z: rate(30, 0), w: rate(40, 0), v: rate(50, 1) }

describe('dirtyRate', () => {
  it('gives distinct pages dirtied per window, and zero for windows without input', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-d-----e-|', samples)
      const subs = '       ^--------------!'
      const expected = '   ---x---(yzw)-v-|'
      expectObservable(source.pipe(dirtyRate(options))).toBe(expected, rates)
      expectSubscriptions(source.subscriptions).toBe(subs)
    })
  })

  it('of nothing gives nothing, and an unfinished window is not given', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(NEVER.pipe(dirtyRate(options))).toBe('-')
      expectObservable(EMPTY.pipe(dirtyRate(options))).toBe('|')
      expectObservable(cold('-a-|', samples).pipe(dirtyRate(options))).toBe('---|')
    })
  })

  it('passes an error on and unsubscribes early', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(throwError(() => 'bad').pipe(dirtyRate(options))).toBe('#', {}, 'bad')
      const source = cold('-a-b-c-d-|', samples)
      const subs = '       ^--!'
      const expected = '   ---(x|)'
      expectObservable(source.pipe(dirtyRate(options), take(1))).toBe(expected, rates)
      expectSubscriptions(source.subscriptions).toBe(subs)
    })
  })

  it('counts per subscription and survives a re-entrant input', () => {
    const operator = dirtyRate(options)
    const seen: DirtyRate[][] = [[], []]
    for (const list of seen)
      of(samples.a, samples.b)
        .pipe(operator)
        .subscribe((one) => list.push(one))
    expect(seen).toEqual([[rates.x], [rates.x]])
    const inputs = new Subject<WriteSample>()
    const given: DirtyRate[] = []
    inputs.pipe(operator).subscribe((one) => {
      given.push(one)
      if (one.at === 10) inputs.next(sample(20, 7))
    })
    inputs.next(samples.b)
    expect(given).toEqual([rate(10, 2), rate(20, 1)])
  })

  it('counts a page written twice in a window once, batches included', () => {
    const given: DirtyRate[] = []
    const accesses = Int32Array.of((5 << 1) | 1, (5 << 1) | 1, 6 << 1, (7 << 1) | 1)
    of({ fromNs: 0, toNs: 10, accesses, length: 4 })
      .pipe(dirtyRate(options))
      .subscribe((one) => given.push(one))
    expect(given).toEqual([rate(10, 2)])
  })

  it('refuses windows that make no sense', () => {
    expect(() => dirtyRate({ size: 1, windowNs: 0 })).toThrow(
      new RangeError('dirtyRate: windowNs must be an integer of at least 1 (got 0)')
    )
    expect(() => dirtyRate({ size: -1, windowNs: 1 })).toThrow(new RangeError('dirtyRate: size must be an integer from 0 to 2^30 (got -1)'))
    expect(() => dirtyRate({ size: 1, windowNs: 1, startNs: 0.5 })).toThrow(RangeError)
  })
})
