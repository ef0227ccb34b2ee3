import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import { type BalloonInput, type BalloonState, ballooned, emptyBalloon, freePageHints, selfBallooning } from '../../lib/memory/balloon'
import { pageClasses } from '../../lib/memory/pageClasses'
import { complement, equals, range, toArray } from '../../lib/memory/pageSet'

const second = 1e9
const calm = (at: number, freePages: number): BalloonInput => ({ at, freePages, cachePages: 0, pressure: 0 })

describe('selfBallooning', () => {
  it('inflates to 95 % of the memory nobody uses, every 5 s', () => {
    const step = selfBallooning()
    const [first, state] = step(emptyBalloon, calm(0, 1000))
    expect(first).toEqual({ dropCache: 0, inflate: 950, deflate: 0, nextAt: 5 * second })
    expect(step(state, calm(2 * second, 50))[0]).toEqual({ dropCache: 0, inflate: 0, deflate: 0, nextAt: 5 * second })
    expect(step(state, calm(5 * second, 50))[0].inflate).toBe(0)
    expect(step(state, calm(5 * second, 150))[0].inflate).toBe(95)
  })

  it('gives back whole batches of 128 pages under pressure and waits 10 intervals', () => {
    const step = selfBallooning()
    const state: BalloonState = { inflated: 1000, nextAt: 15 * second }
    const [output, after] = step(state, { ...calm(12 * second, 0), pressure: 130 })
    expect(output).toEqual({ dropCache: 0, inflate: 0, deflate: 256, nextAt: 62 * second })
    expect(after).toEqual({ inflated: 744, nextAt: 62 * second })
    expect(step(after, calm(61 * second, 5000))[0].inflate).toBe(0)
    expect(step(after, calm(62 * second, 5000))[0].inflate).toBe(4712)
    expect(step({ inflated: 7, nextAt: 0 }, { ...calm(0, 0), pressure: 1 })[0].deflate).toBe(7)
  })

  it('drops the share of the page cache it was told to before it inflates', () => {
    const [output] = selfBallooning({ cacheFraction: 1, fraction: 1 })(emptyBalloon, { at: 0, freePages: 10, cachePages: 30, pressure: 0 })
    expect(output).toEqual({ dropCache: 30, inflate: 40, deflate: 0, nextAt: 5 * second })
  })

  it('never holds more than the fraction of unused memory nor gives back more than it holds', () => {
    const inputs = fc.array(
      fc.record({ after: fc.nat({ max: 20 }), used: fc.nat({ max: 1000 }), pressure: fc.oneof(fc.constant(0), fc.nat({ max: 500 })) })
    )
    fc.assert(
      fc.property(inputs, (list) => {
        const step = selfBallooning()
        let [state, at] = [emptyBalloon, 0]
        for (const { after, used, pressure } of list) {
          at += after * second
          const freePages = Math.max(0, 1000 - used - state.inflated)
          const [output, next] = step(state, { at, freePages, cachePages: 0, pressure })
          expect(next.inflated).toBe(state.inflated + output.inflate - output.deflate)
          expect(output.inflate).toBeLessThanOrEqual(freePages)
          expect(next.inflated).toBeGreaterThanOrEqual(0)
          if (output.inflate > 0) expect(next.inflated).toBeLessThanOrEqual(0.95 * (freePages + state.inflated))
          state = next
        }
      })
    )
  })

  it('refuses options that make no sense', () => {
    expect(() => selfBallooning({ intervalNs: 0 })).toThrow(
      new RangeError('selfBallooning: intervalNs must be an integer of at least 1 (got 0)')
    )
    for (const bad of [{ fraction: 0 }, { fraction: 1.1 }, { backOffIntervals: -1 }, { shrinkPages: 0.5 }, { cacheFraction: Number.NaN }])
      expect(() => selfBallooning(bad)).toThrow(RangeError)
  })
})

describe('ballooned and freePageHints', () => {
  const classes = pageClasses({ size: 20, hypervisor: range(20, 0, 18), guestOs: range(20, 0, 10), cache: range(20, 6, 9) })

  it('moves pages between classes as decided', () => {
    const after = ballooned({ dropCache: 2, inflate: 3, deflate: 0, nextAt: 0 })(classes)
    expect([toArray(after.cache), toArray(complement(after.hypervisor))]).toEqual([[8], [6, 7, 10, 18, 19]])
    const back = pipe(after, ballooned({ dropCache: 0, inflate: 0, deflate: 4, nextAt: 0 }))
    expect(toArray(complement(back.hypervisor))).toEqual([19])
  })

  it('hints are the free pages', () => {
    expect(equals(freePageHints(classes), range(20, 10, 18))).toBe(true)
  })
})
