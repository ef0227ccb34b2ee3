import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accessesUntil, timeOfAccess } from '../../lib/guest/regularTimes'

const rates = fc.oneof(
  fc.integer({ min: 1, max: 5_000_000 }),
  fc.double({ min: 1e-3, max: 1e10, noNaN: true }),
  fc.constantFrom(600_000, 600_000 / 7, 1e9, 3e9)
)

describe('regularTimes', () => {
  it('access k is at floor((k + 1) * 1e9 / rate), exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 0, max: 8_999_999 }), (rate, k) => {
        expect(timeOfAccess(rate, k)).toBe(Number((BigInt(k + 1) * 1_000_000_000n) / BigInt(rate)))
      })
    )
  })

  it('timeOfAccess(r, n - 1) <= ns < timeOfAccess(r, n), n being accessesUntil(r, ns)', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 0, max: 1_000_000_000_000 }), (rate, ns) => {
        const n = accessesUntil(rate, ns)
        expect(timeOfAccess(rate, n)).toBeGreaterThan(ns)
        if (n > 0) expect(timeOfAccess(rate, n - 1)).toBeLessThanOrEqual(ns)
      }),
      { numRuns: 500 }
    )
  })

  it('an access counts from its own nanosecond on, and not before', () => {
    fc.assert(
      fc.property(rates, fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1_000_000_000 })), (rate, k) => {
        const at = timeOfAccess(rate, k)
        fc.pre(Number.isSafeInteger(at))
        expect(accessesUntil(rate, at)).toBeGreaterThan(k)
        if (at > 0) expect(accessesUntil(rate, at - 1)).toBeLessThanOrEqual(k)
      }),
      { numRuns: 500 }
    )
    expect(accessesUntil(1_000_000, 999)).toBe(0)
  })

  it('600,000 accesses per second are 600,000 in the first second, the last of them at its end', () => {
    expect(accessesUntil(600_000, 1e9)).toBe(600_000)
    expect(accessesUntil(600_000, 1e9 - 1)).toBe(599_999)
    expect(timeOfAccess(600_000, 599_999)).toBe(1e9)
  })

  it('answers also where counts are beyond all integers', () => {
    expect(accessesUntil(1e12, 1e15)).toBe(1e18 + 1000)
  })

  it('at rate 0 there is never an access', () => {
    expect(timeOfAccess(0, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(accessesUntil(0, 1e15)).toBe(0)
  })
})
