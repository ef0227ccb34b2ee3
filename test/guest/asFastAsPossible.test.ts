import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asFastAsPossible } from '../../lib/guest/asFastAsPossible'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import { key } from '../../lib/random/random'
import { first, keepsTheLaws } from './workloadLaws'

describe('asFastAsPossible', () => {
  keepsTheLaws(
    fc
      .record({
        pages: fc.integer({ min: 1, max: 100_000 }),
        order: fc.constantFrom('sweep' as const, 'uniform' as const),
        pageNs: fc.double({ min: 0.5, max: 5000, noNaN: true }),
        vcpus: fc.integer({ min: 1, max: 4 })
      })
      .map(asFastAsPossible)
  )

  it('every virtual CPU writes a page each 390 ns', () => {
    const workload = asFastAsPossible({ pages: 100, vcpus: 3 })
    for (const vcpu of [0, 1, 2]) {
      expect(workload.open(key(1), vcpu).accessesPerSecond).toBeCloseTo(1e9 / 390, 6)
      expect(first(workload, 3, 1, vcpu).times).toEqual([390, 780, 1170])
    }
  })

  it('only writes, as sweep or uniform do', () => {
    const take = (order: 'sweep' | 'uniform') => first(asFastAsPossible({ pages: 7, order }), 50, 4).accesses
    expect(take('sweep')).toEqual(first(sweep({ pages: 7, writesPerSecond: 1 }), 50, 4).accesses)
    expect(take('uniform')).toEqual(first(uniform({ pages: 7, writesPerSecond: 1 }), 50, 4).accesses)
  })

  it('refuses a time per page that is none', () => {
    for (const pageNs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => asFastAsPossible({ pages: 7, pageNs })).toThrow(/pageNs must be at least 0.001 and finite/)
  })
})
