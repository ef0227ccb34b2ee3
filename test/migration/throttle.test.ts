import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autoConverge, none } from '../../lib/migration/throttle'
import { pushed, pushes, round } from './pushed'

/** 100 pages sent and so many dirtied. */
const dirtied = (pages: number, throttle: number) => pushed({ last: round({ dirtied: pages }), throttle })

describe('throttle', () => {
  it('none takes nothing', () => {
    expect(none(dirtied(1000, 0.5))).toBe(0)
  })

  it("auto-converge takes QEMU's steps: 20 %, 10 % more each time, 99 % at most", () => {
    const steps: number[] = []
    for (let throttle = 0, n = 0; n < 11; n++) {
      throttle = autoConverge()(dirtied(51, throttle))
      steps.push(throttle)
    }
    expect(steps).toEqual([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.99, 0.99])
  })

  it('acts above half as many bytes dirtied as sent, and keeps what it took', () => {
    expect(autoConverge()(dirtied(50, 0))).toBe(0)
    expect(autoConverge()(dirtied(51, 0))).toBe(0.2)
    expect(autoConverge()(dirtied(50, 0.3))).toBe(0.3)
    expect(autoConverge({ threshold: 1 })(dirtied(51, 0))).toBe(0)
  })

  it('never gives back and stays within 0 and its maximum', () => {
    fc.assert(
      fc.property(pushes, fc.integer({ min: 20, max: 99 }), (p, percent) => {
        const before = Math.min(p.throttle, percent / 100)
        const after = autoConverge({ max: percent / 100 })({ ...p, throttle: before })
        expect(after).toBeGreaterThanOrEqual(before)
        expect(after).toBeLessThanOrEqual(percent / 100)
      })
    )
  })

  it('refuses fractions that mean nothing', () => {
    expect(() => autoConverge({ max: 1 })).toThrow('autoConverge: max must be above 0 and at most 0.99 (got 1)')
    expect(() => autoConverge({ initial: 0 })).toThrow('autoConverge: initial must be above 0 and at most 0.99 (got 0)')
    expect(() => autoConverge({ increment: -0.1 })).toThrow('autoConverge: increment must be at least 0 (got -0.1)')
    expect(() => autoConverge({ threshold: 0 })).toThrow('autoConverge: threshold must be above 0 (got 0)')
  })
})
