import fc from 'fast-check'
import { expect, it } from 'vitest'
import { timeOfAccess } from '../../lib/guest/regularTimes'
import type { Accesses, Workload } from '../../lib/guest/workload'
import { key } from '../../lib/random/random'

/** Accesses taken from a cursor, with their times whether regular or stamped. */
export interface Taken {
  readonly accesses: readonly number[]
  readonly times: readonly number[]
}

/** Takes accesses by fills of these sizes, ending early when the program ends. */
export const take = (of: Accesses, sizes: readonly number[]): Taken => {
  const accesses: number[] = []
  const times: number[] = []
  for (const size of sizes) {
    const into = new Int32Array(size)
    const at = new Float64Array(size)
    const filled = of.fill(into, at, size)
    const before = accesses.length
    for (let i = 0; i < filled; i++) {
      accesses.push(into[i])
      times.push(of.accessesPerSecond === undefined ? at[i] : timeOfAccess(of.accessesPerSecond, before + i))
    }
    if (filled === 0) break
  }
  return { accesses, times }
}

/** The first `n` accesses of a virtual CPU under a seed, as long as the program lasts. */
export const first = (workload: Workload, n: number, seed: number | string = 1, vcpu = 0): Taken => {
  const { accesses, times } = take(workload.open(key(seed), vcpu), new Array(Math.ceil(n / 512)).fill(512))
  return { accesses: accesses.slice(0, n), times: times.slice(0, n) }
}

/** The laws every workload keeps, as tests of the workloads drawn. */
export const keepsTheLaws = (workloads: fc.Arbitrary<Workload>): void => {
  const sizes = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 8 })

  it('same key and vcpu, same accesses', () => {
    fc.assert(
      fc.property(workloads, fc.integer(), sizes, (workload, seed, by) => {
        const vcpu = workload.vcpus - 1
        expect(take(workload.open(key(seed), vcpu), by)).toEqual(take(workload.open(key(seed), vcpu), by))
      }),
      { numRuns: 25 }
    )
  })

  it('fills of any sizes concatenate to the same sequence', () => {
    fc.assert(
      fc.property(workloads, fc.integer(), sizes, (workload, seed, by) => {
        const total = by.reduce((sum, size) => sum + size, 0)
        const whole = take(workload.open(key(seed), 0), [total])
        const pieces = take(workload.open(key(seed), 0), by)
        const length = Math.min(whole.accesses.length, pieces.accesses.length)
        expect(pieces.accesses.slice(0, length)).toEqual(whole.accesses.slice(0, length))
        expect(pieces.times.slice(0, length)).toEqual(whole.times.slice(0, length))
      }),
      { numRuns: 25 }
    )
  })

  it('all pages are inside, and times are integers that never fall', () => {
    fc.assert(
      fc.property(workloads, fc.integer(), (workload, seed) => {
        for (let vcpu = 0; vcpu < workload.vcpus; vcpu++) {
          const { accesses, times } = take(workload.open(key(seed), vcpu), [700, 700])
          expect(accesses.every((access) => access >= 0 && access >>> 1 < workload.pages)).toBe(true)
          expect(times.every((at, i) => Number.isInteger(at) && at >= (i === 0 ? 0 : times[i - 1]))).toBe(true)
        }
      }),
      { numRuns: 25 }
    )
  })

  it('its description is plain JSON with its name', () => {
    fc.assert(
      fc.property(workloads, (workload) => {
        expect(JSON.parse(JSON.stringify(workload.description))).toEqual(workload.description)
        expect(workload.description.name).toBe(workload.name)
      }),
      { numRuns: 25 }
    )
  })

  it('a virtual CPU that is not there is refused', () => {
    fc.assert(
      fc.property(workloads, (workload) => {
        for (const vcpu of [-1, 0.5, workload.vcpus]) expect(() => workload.open(key(1), vcpu)).toThrow(/vcpu must be an integer from 0 to/)
      }),
      { numRuns: 10 }
    )
  })
}

/** Options of the synthetic workloads. */
export const workloadOptions = fc.record({
  pages: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 2, max: 1 << 24 })),
  from: fc.integer({ min: 0, max: 5000 }),
  writesPerSecond: fc.double({ min: 0.5, max: 1e9, noNaN: true }),
  readsPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })),
  vcpus: fc.integer({ min: 1, max: 5 })
})

/** Pearson's statistic of counts against expected counts, in standard deviations above its mean: a few at most when they agree. */
export const excess = (counts: readonly number[], expected: readonly number[]): number => {
  const freedom = counts.length - 1
  const chiSquare = counts.reduce((sum, count, i) => sum + (count - expected[i]) ** 2 / expected[i], 0)
  return (chiSquare - freedom) / Math.sqrt(2 * freedom)
}

/** How often each of the first `pages` pages is met in these accesses. */
export const countsOf = (accesses: readonly number[], pages: number): readonly number[] => {
  const counts = new Array<number>(pages).fill(0)
  for (const access of accesses) counts[access >>> 1]++
  return counts
}
