import * as fc from 'fast-check'
import { from, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { nothingSeen, sustained, sustainedStep } from '../../lib/stream/sustained'
import { marbles } from './marbles'

const values = { t: true, f: false }

describe('sustained', () => {
  it('stays silent on never, completes on empty, passes an error on', () =>
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<boolean>('--- ').pipe(sustained({ k: 2, n: 3 }))).toBe('---')
      expectObservable(cold<boolean>('--| ').pipe(sustained({ k: 2, n: 3 }))).toBe('--|')
      expectObservable(cold<boolean>('--# ').pipe(sustained({ k: 2, n: 3 }))).toBe('--#')
    }))

  it('answers one input by itself', () =>
    marbles(({ cold, expectObservable }) => {
      const answers = '   -t-|'
      const held = '      -t-|'
      expectObservable(cold(answers, values).pipe(sustained({ k: 1, n: 3 }))).toBe(held, values)
    }))

  it('holds from the k-th true among the last n until one too many has left', () =>
    marbles(({ cold, expectObservable }) => {
      const answers = '   t-f-t-t-f-f-t-|'
      const held = '      f-f-t-t-t-f-f-|'
      expectObservable(cold(answers, values).pipe(sustained({ k: 2, n: 3 }))).toBe(held, values)
    }))

  it('leaves its source on an early unsubscribe', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('   t-t-t-|', values)
      const unsubscribed = '  ---!'
      const held = '          f-t'
      const subscribed = '    ^--!'
      expectObservable(source.pipe(sustained({ k: 2, n: 3 })), unsubscribed).toBe(held, values)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    }))

  it('takes re-entrant answers in order', () => {
    const answers = new Subject<boolean>()
    const seen: boolean[] = []
    answers.pipe(sustained({ k: 2, n: 2 })).subscribe((held) => {
      seen.push(held)
      if (seen.length < 3) answers.next(true)
    })
    answers.next(true)
    expect(seen).toEqual([false, true, true])
  })

  it('refuses k and n out of order or out of range', () => {
    expect(() => sustained({ k: 0, n: 3 })).toThrow('sustained: k must be an integer from 1 to n = 3 (got 0)')
    expect(() => sustained({ k: 4, n: 3 })).toThrow(RangeError)
    expect(() => sustained({ k: 1, n: 33 })).toThrow('sustained: n must be an integer from 1 to 32 (got 33)')
    expect(() => sustained({ k: 1.5, n: 3 })).toThrow(RangeError)
  })

  it('says whether at least k of the last n answers were true', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 80 }), fc.integer({ min: 1, max: 32 }), fc.nat(31), (answers, n, m) => {
        const k = 1 + (m % n)
        const expected = answers.map((_, i) => answers.slice(Math.max(0, i + 1 - n), i + 1).filter((a) => a).length >= k)
        const seen: boolean[] = []
        from(answers)
          .pipe(sustained({ k, n }))
          .subscribe((held) => seen.push(held))
        expect(seen).toEqual(expected)
        const step = sustainedStep({ k, n })
        let state = nothingSeen
        expect(
          answers.map((answer) => {
            const [held, next] = step(state, answer)
            state = next
            return held
          })
        ).toEqual(expected)
      })
    )
  })
})
