import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atOnce, evenly, inGroups, untilDue } from '../../lib/checkpoint/staggering'

describe('staggering', () => {
  it('gives each guest its time', () => {
    const times = (rule: typeof atOnce) => [0, 1, 2, 3].map((index) => rule({ index, count: 4 }))
    expect(times(atOnce)).toEqual([0, 0, 0, 0])
    expect(times(evenly(1000))).toEqual([0, 250, 500, 750])
    expect(times(inGroups({ size: 3, apartNs: 70 }))).toEqual([0, 0, 0, 70])
    expect(() => evenly(-1)).toThrow(new RangeError('evenly: overNs must be an integer from 0 on (got -1)'))
    expect(() => inGroups({ size: 0, apartNs: 1 })).toThrow(new RangeError('inGroups: size must be an integer from 1 on (got 0)'))
    expect(() => inGroups({ size: 1, apartNs: 0.5 })).toThrow(new RangeError('inGroups: apartNs must be an integer from 0 on (got 0.5)'))
  })

  it('is due at a multiple of the interval that has not passed, and never before the next', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 99 }),
        fc.integer({ min: 1, max: 50 }),
        fc.nat({ max: 9 }),
        fc.nat({ max: 999 }),
        (first, everyNs, begun, late) => {
          const now = first + late
          const wait = untilDue({ first, everyNs, begun, now })
          expect(wait).toBeGreaterThanOrEqual(0)
          expect((now + wait - first) % everyNs).toBe(0)
          expect(now + wait).toBeGreaterThanOrEqual(first + begun * everyNs)
        }
      )
    )
  })
})
