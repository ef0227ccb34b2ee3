import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uniform } from '../../lib/guest/uniform'
import { key, split, uniformInt } from '../../lib/random/random'
import { countsOf, excess, first, keepsTheLaws, workloadOptions } from './workloadLaws'

describe('uniform', () => {
  keepsTheLaws(workloadOptions.map(uniform))

  it('access k is to page from + uniformInt(split(key, vcpu), k, pages)', () => {
    fc.assert(
      fc.property(workloadOptions, fc.integer(), ({ vcpus, ...options }, seed) => {
        const { accesses } = first(uniform({ ...options, vcpus }), 20, seed, vcpus - 1)
        const stream = split(key(seed), vcpus - 1)
        expect(accesses.map((access) => access >>> 1)).toEqual(accesses.map((_, k) => options.from + uniformInt(stream, k, options.pages)))
      })
    )
  })

  it('meets all pages alike', () => {
    const { accesses } = first(uniform({ pages: 100, writesPerSecond: 1 }), 100_000, 7)
    expect(excess(countsOf(accesses, 100), new Array(100).fill(1000))).toBeLessThan(4)
  })

  it('dirties W (1 - exp(-n / W)) distinct pages with n writes', () => {
    const { accesses } = first(uniform({ pages: 10_000, writesPerSecond: 1 }), 10_000, 3)
    expect(Math.abs(new Set(accesses).size - 10_000 * (1 - Math.exp(-1)))).toBeLessThan(150)
  })

  it('divides its rate among virtual CPUs, which differ', () => {
    const workload = uniform({ pages: 1000, writesPerSecond: 500_000, readsPerSecond: 100_000, vcpus: 4 })
    expect(workload.open(key(1), 3).accessesPerSecond).toBe(150_000)
    expect(first(workload, 20, 1, 0)).not.toEqual(first(workload, 20, 1, 1))
  })

  it('refuses what cannot be', () => {
    const good = { pages: 10, writesPerSecond: 5 }
    expect(() => uniform({ ...good, pages: 0 })).toThrow(new RangeError('uniform: pages must be an integer of at least 1 (got 0)'))
    expect(() => uniform({ ...good, from: -1 })).toThrow(new RangeError('uniform: from must be an integer of at least 0 (got -1)'))
    expect(() => uniform({ ...good, from: 2 ** 30 - 9 })).toThrow(
      new RangeError('uniform: from + pages must be at most 2^30 (got 1073741825)')
    )
    expect(() => uniform({ ...good, writesPerSecond: -1 })).toThrow(
      new RangeError('uniform: writesPerSecond must be from 0 to 1e12 (got -1)')
    )
    expect(() => uniform({ ...good, writesPerSecond: 0 })).toThrow(/must be positive \(got 0\); see idle/)
    expect(() => uniform({ ...good, readsPerSecond: Number.NaN })).toThrow(/readsPerSecond must be from 0 to 1e12 \(got NaN\)/)
    expect(() => uniform({ ...good, vcpus: 1.5 })).toThrow(new RangeError('uniform: vcpus must be an integer of at least 1 (got 1.5)'))
  })

  it('marks what it would have filled, in any mixture of the two', () => {
    const workload = uniform({ pages: 100, from: 7, writesPerSecond: 1000 })
    const [whole, mixed] = [workload.open(key(3), 0), workload.open(key(3), 0)]
    const accesses = new Int32Array(90)
    whole.fill(accesses, new Float64Array(0), 90)
    const words = new Int32Array(4)
    const some = new Int32Array(30)
    const newly = mixed.mark!(words, 20)
    mixed.fill(some, new Float64Array(0), 30)
    const more = mixed.mark!(words, 40)
    const marked = [...accesses.subarray(0, 20), ...accesses.subarray(50, 90)].map((access) => access >> 1)
    expect([...some]).toEqual([...accesses.subarray(20, 50)])
    expect(newly + more).toBe(new Set(marked).size)
    for (const page of marked) expect((words[page >> 5] >>> (page & 31)) & 1).toBe(1)
    expect(uniform({ pages: 100, writesPerSecond: 1, readsPerSecond: 1 }).open(key(3), 0).mark).toBeUndefined()
  })
})
