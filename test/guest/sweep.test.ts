import { describe, expect, it } from 'vitest'
import { sweep } from '../../lib/guest/sweep'
import { countsOf, first, keepsTheLaws, workloadOptions } from './workloadLaws'

const pagesOf = (accesses: readonly number[]): readonly number[] => accesses.map((access) => access >>> 1)

describe('sweep', () => {
  keepsTheLaws(workloadOptions.map(sweep))

  it('goes from the first page to the last and again', () => {
    const { accesses } = first(sweep({ pages: 4, from: 10, writesPerSecond: 1 }), 9)
    expect(pagesOf(accesses)).toEqual([10, 11, 12, 13, 10, 11, 12, 13, 10])
    expect(accesses.every((access) => (access & 1) === 1)).toBe(true)
  })

  it('virtual CPUs begin at even distances', () => {
    const workload = sweep({ pages: 10, writesPerSecond: 1, vcpus: 3 })
    expect([0, 1, 2].map((vcpu) => pagesOf(first(workload, 8, 1, vcpu).accesses))).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [3, 4, 5, 6, 7, 8, 9, 0],
      [6, 7, 8, 9, 0, 1, 2, 3]
    ])
  })

  it('uses no chance', () => {
    const workload = sweep({ pages: 9, writesPerSecond: 3, readsPerSecond: 2 })
    expect(first(workload, 100, 1)).toEqual(first(workload, 100, 2))
  })

  it('gives every page its share of writes, also where a pass is a multiple of the mix', () => {
    const { accesses } = first(sweep({ pages: 8, writesPerSecond: 1, readsPerSecond: 3 }), 8000)
    const writes = countsOf(
      accesses.filter((access) => (access & 1) === 1),
      8
    )
    for (const count of writes) expect(Math.abs(count - 250)).toBeLessThan(15)
    expect(Math.abs(writes.reduce((sum, count) => sum + count, 0) - 2000)).toBeLessThan(10)
  })
})
