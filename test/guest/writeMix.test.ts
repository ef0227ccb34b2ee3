import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mixWrites, writeMix } from '../../lib/guest/writeMix'

const writesAmong = (n: number, writesPerSecond: number, readsPerSecond: number, k = 0): number => {
  const accesses = new Int32Array(n)
  mixWrites(accesses, n, 0, writeMix({ writesPerSecond, readsPerSecond }), k)
  return accesses.reduce((sum, access) => sum + (access & 1), 0)
}

describe('writeMix', () => {
  it('evenly mixed: of the first m accesses floor(m * share) are writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 3000 }), (w, r, m) => {
        fc.pre(w + r > 0)
        expect(writesAmong(m, w, r)).toBe(Math.floor((m * w) / (w + r)))
      }),
      { numRuns: 300 }
    )
  })

  it('begins anywhere as if it had begun at the first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 2000 }), (w, r, k) => {
        expect(writesAmong(k, w, r) + writesAmong(500, w, r, k)).toBe(writesAmong(k + 500, w, r))
      })
    )
  })

  it('adds the first page and keeps the kind in the lowest bit', () => {
    const accesses = Int32Array.of(0, 1, 2, 3)
    mixWrites(accesses, 4, 10, writeMix({ writesPerSecond: 1, readsPerSecond: 1 }), 0)
    expect([...accesses]).toEqual([20, 23, 24, 27])
    mixWrites(accesses.fill(5), 2, 10, writeMix({ writesPerSecond: 1, readsPerSecond: 0 }), 0)
    mixWrites(accesses.subarray(2), 2, 10, writeMix({ writesPerSecond: 0, readsPerSecond: 1 }), 0)
    expect([...accesses]).toEqual([31, 31, 30, 30])
  })
})
