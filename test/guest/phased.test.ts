import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idle } from '../../lib/guest/idle'
import { phased } from '../../lib/guest/phased'
import { recorded } from '../../lib/guest/recorded'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { key, split } from '../../lib/random/random'
import { smallTrace } from './traces'
import { first, keepsTheLaws, type Taken, take } from './workloadLaws'

const options = { pages: 50, writesPerSecond: 1e6 }

/** The model: each workload's own accesses, each shifted to where its stretch of the workload's clock lies in the whole. */
const model = (phases: readonly { forNs: number; workload: Workload }[], n: number, seed: number): Taken => {
  const cycleNs = phases.reduce((sum, { forNs }) => sum + forNs, 0)
  let offset = 0
  const all = phases.flatMap(({ forNs, workload }, i) => {
    const { accesses, times } = take(workload.open(split(key(seed), i), 0), [n])
    const start = offset
    offset += forNs
    return accesses.map((access, j) => {
      const cycle = Math.floor(times[j] / forNs)
      return { access, at: cycle * cycleNs + start + (times[j] - cycle * forNs) }
    })
  })
  const ordered = all.sort((a, b) => a.at - b.at).slice(0, n)
  return { accesses: ordered.map(({ access }) => access), times: ordered.map(({ at }) => at) }
}

const workloads = fc.oneof(
  fc.constantFrom<Workload>(idle(), recorded({ trace: smallTrace }), recorded({ trace: smallTrace, atEnd: 'repeat', from: 3 })),
  fc.record({ pages: fc.integer({ min: 1, max: 60 }), writesPerSecond: fc.double({ min: 10, max: 2e8, noNaN: true }) }).map(uniform)
)
const phases = fc.array(fc.record({ forNs: fc.integer({ min: 1, max: 5000 }), workload: workloads }), { minLength: 1, maxLength: 4 })

describe('phased', () => {
  keepsTheLaws(phases.map(phased))

  it('each workload goes on where it was left, at the times of its turns', () => {
    fc.assert(
      fc.property(phases, fc.integer({ min: 0, max: 1000 }), (list, seed) => {
        expect(first(phased(list), 200, seed)).toEqual(model(list, 200, seed))
      }),
      { numRuns: 200 }
    )
  })

  it('takes turns', () => {
    const turns = phased([
      { forNs: 3000, workload: sweep({ pages: 50, writesPerSecond: 1e6 }) },
      { forNs: 2000, workload: sweep({ pages: 50, from: 100, writesPerSecond: 1e6 }) }
    ])
    const { accesses, times } = first(turns, 9)
    expect(accesses.map((access) => access >>> 1)).toEqual([0, 1, 100, 2, 3, 4, 101, 102, 5])
    expect(times).toEqual([1000, 2000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000])
  })

  it('days without an access cost nothing, and it ends before 2^53 ns', () => {
    const seldom = { forNs: 1, workload: uniform({ pages: 5, writesPerSecond: 1e-6 }) }
    const { times } = first(phased([seldom, { forNs: 1, workload: idle() }]), 20)
    expect(times).toEqual([2e15, 4e15, 6e15, 8e15])
  })

  it('ends when no phase will ever make an access again, and is idle when none ever makes one', () => {
    const ending = phased([
      { forNs: 70, workload: recorded({ trace: smallTrace }) },
      { forNs: 30, workload: idle() }
    ])
    expect(first(ending, 10).times).toEqual([0, 50, 160])
    expect(phased([{ forNs: 5, workload: idle() }]).open(key(1), 0).accessesPerSecond).toBe(0)
  })

  it('refuses no phase, times that are none, and virtual CPUs that differ', () => {
    const workload = uniform(options)
    expect(() => phased([])).toThrow(new RangeError('phased: phases must not be empty (got 0 phases)'))
    expect(() => phased([{ forNs: 0, workload }])).toThrow(new RangeError('phased: forNs must be an integer of at least 1 (got 0)'))
    expect(() =>
      phased([
        { forNs: 1, workload },
        { forNs: 1, workload: uniform({ ...options, vcpus: 2 }) }
      ])
    ).toThrow(new RangeError('phased: all workloads must have 1 vcpus (got 2 of uniform)'))
  })
})
