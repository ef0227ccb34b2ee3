import fc from 'fast-check'
import { lastValueFrom, take as takeFirst, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { type BatchOptions, batches, batchIterable } from '../../lib/guest/batches'
import { idle } from '../../lib/guest/idle'
import { phased } from '../../lib/guest/phased'
import { recorded } from '../../lib/guest/recorded'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { dirtyRate } from '../../lib/memory/dirtyRate'
import { key } from '../../lib/random/random'
import { smallTrace } from './traces'
import { first } from './workloadLaws'

const workloads = fc.oneof(
  fc.constantFrom<Workload>(
    idle({ vcpus: 2 }),
    recorded({ trace: smallTrace }),
    phased([{ forNs: 1000, workload: uniform({ pages: 9, writesPerSecond: 1e7 }) }])
  ),
  fc
    .record({
      pages: fc.integer({ min: 1, max: 60 }),
      writesPerSecond: fc.double({ min: 1, max: 1e9, noNaN: true }),
      vcpus: fc.integer({ min: 1, max: 3 })
    })
    .map(uniform)
)

/** The model: every virtual CPU's accesses up to a time, sorted by time and virtual CPU. */
const model = (workload: Workload, untilNs: number) =>
  Array.from({ length: workload.vcpus }, (_, vcpu) => {
    const { accesses, times } = first(workload, 1000, 1, vcpu)
    return accesses.map((access, i) => ({ access, at: times[i], vcpu }))
  })
    .flat()
    .filter(({ at }) => at < untilNs)
    .sort((a, b) => a.at - b.at || a.vcpu - b.vcpu)

describe('batches', () => {
  it('the accesses at fromNs <= time < toNs, none left out, none twice', () => {
    fc.assert(
      fc.property(workloads, fc.integer({ min: 1, max: 700 }), fc.integer({ min: 0, max: 900 }), (workload, quantumNs, untilNs) => {
        const expected = model(workload, untilNs)
        let fromNs = 0
        for (const batch of batchIterable(workload, { key: key(1), quantumNs, untilNs })) {
          expect([batch.fromNs, batch.toNs]).toEqual([fromNs, Math.min(fromNs + quantumNs, untilNs)])
          const inside = expected.filter(({ at }) => at >= batch.fromNs && at < batch.toNs)
          expect([...batch.accesses.subarray(0, batch.length)]).toEqual(inside.map(({ access }) => access))
          fromNs = batch.toNs
        }
        // A program that has ended gives no more batches; the others go on to the end.
        if (workload.name !== 'recorded') expect(fromNs).toBe(untilNs)
        else expect(expected.filter(({ at }) => at >= fromNs)).toEqual([])
      }),
      { numRuns: 200 }
    )
  })

  it('[...batchIterable(w, o)] = what batches(w, o) emits, on every subscription', async () => {
    const options: BatchOptions = { key: key(3), quantumNs: 100, untilNs: 1000 }
    const workload = uniform({ pages: 10, writesPerSecond: 1e8, vcpus: 2 })
    const stream = batches(workload, options)
    const expected = [...batchIterable(workload, options)]
    expect(expected).toHaveLength(10)
    for (const _ of ['once', 'again']) expect(await lastValueFrom(stream.pipe(toArray()))).toEqual(expected)
  })

  it('an endless workload ends when enough has been taken', async () => {
    const stream = batches(uniform({ pages: 10, writesPerSecond: 1e8 }), { key: key(3), quantumNs: 100 })
    expect((await lastValueFrom(stream.pipe(takeFirst(3), toArray()))).map(({ length }) => length)).toEqual([9, 10, 10])
  })

  it('completes after the batch in which the program ended', () => {
    const lengths = [...batchIterable(recorded({ trace: smallTrace }), { key: key(1), quantumNs: 60 })].map(({ length }) => length)
    expect(lengths).toEqual([2, 0, 1])
  })

  it('completes in the same way when the accesses are regular, however little a fill gives', () => {
    const fiveAccesses: Workload = {
      ...idle(),
      name: 'five',
      pages: 1,
      open: () => {
        let left = 5
        const fill = (accesses: Int32Array, _: Float64Array, capacity: number): number => {
          const filled = Math.min(left, capacity, 2)
          left -= filled
          accesses.fill(1, 0, filled)
          return filled
        }
        return { accessesPerSecond: 1e9, fill }
      }
    }
    const lengths = [...batchIterable(fiveAccesses, { key: key(1), quantumNs: 4 })].map(({ length }) => length)
    expect(lengths).toEqual([3, 2])
  })

  it('feeds the dirty rate', async () => {
    const stream = batches(uniform({ pages: 1000, writesPerSecond: 1e6 }), { key: key(3), quantumNs: 1e5, untilNs: 1e8 })
    const rates = await lastValueFrom(stream.pipe(dirtyRate({ size: 1000, windowNs: 1e6 }), toArray()))
    expect(rates.length).toBeGreaterThan(97)
    const mean = rates.reduce((sum, { distinctPages }) => sum + distinctPages, 0) / rates.length
    expect(Math.abs(mean - 1000 * (1 - Math.exp(-1)))).toBeLessThan(10)
  })

  it('refuses times that are none', () => {
    const workload = idle()
    expect(() => batches(workload, { key: key(1), quantumNs: 0.5 })).toThrow(
      new RangeError('batches: quantumNs must be an integer of at least 1 (got 0.5)')
    )
    expect(() => batchIterable(workload, { key: key(1), quantumNs: 1, untilNs: -1 })).toThrow(
      new RangeError('batchIterable: untilNs must be an integer of at least 0 or Infinity (got -1)')
    )
  })
})
