import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CoreCounts } from '../../lib/guest/kernelCore'
import { kernelText } from '../../lib/guest/kernelText'
import { mppaCores } from '../../lib/guest/mppaCores'
import { type ProcessLayout, scatteredLayout, uAreaLayout } from '../../lib/guest/processLayout'
import { type ThreadExperiment, threadExperiment } from '../../lib/guest/threadExperiment'
import { type Key, key, split } from '../../lib/random/random'

const core = mppaCores.compute
const on = (
  layout: (key: Key) => ProcessLayout,
  seed: number,
  more: Partial<Parameters<typeof threadExperiment>[0]> = {}
): ThreadExperiment => threadExperiment({ layout: layout(split(key(seed), 'data')), core, key: key(seed), threads: 17, ...more })
const scattered = (stream: Key): ProcessLayout => scatteredLayout({ key: stream })
const uArea = (stream: Key): ProcessLayout => uAreaLayout({ key: stream })
const seeds = Array.from({ length: 8 }, (_, i) => i)
const total = (runs: readonly ThreadExperiment[], of: (run: ThreadExperiment) => number): number =>
  runs.reduce((sum, run) => sum + of(run), 0)

describe('the thread experiment', () => {
  it('has the same counts where the layouts are the same, whatever they are called', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 17 }), fc.constantFrom(scattered, uArea), (seed, threads, layout) => {
        const renamed = (stream: Key): ProcessLayout => ({ ...layout(stream), name: 'another' })
        expect(on(renamed, seed, { threads })).toEqual(on(layout, seed, { threads }))
      }),
      { numRuns: 20 }
    )
  })

  it('creates with fewer branches and misses of data from a UArea, and joins as before', () => {
    const [before, after] = [seeds.map((seed) => on(scattered, seed)), seeds.map((seed) => on(uArea, seed))]
    const change = (of: (run: ThreadExperiment) => number): number => total(after, of) / total(before, of) - 1
    for (const name of ['branches', 'dataMisses', 'dataStalls', 'cycles'] as const)
      expect(change(({ create }) => create[name])).toBeLessThan(0)
    expect(Math.abs(change(({ join }) => join.dataMisses))).toBeLessThan(0.03)
    expect(Math.abs(change(({ join }) => join.cycles))).toBeLessThan(0.05)
  })

  it('finds as many branches when the search begins at the process’s threads in either, one thread at a time', () => {
    const told = (stream: Key): ProcessLayout => scatteredLayout({ key: stream }, { mixed: false })
    for (const seed of seeds) {
      const branches = (layout: (stream: Key) => ProcessLayout): number => on(layout, seed, { threads: 1 }).create.branches
      expect(Math.abs(branches(told) - branches(uArea))).toBeLessThanOrEqual(6)
      expect(branches(scattered) - branches(told)).toBe(2 * 18)
    }
    const misses = (layout: (stream: Key) => ProcessLayout): number =>
      total(
        seeds.map((seed) => on(layout, seed)),
        ({ create }) => create.dataMisses
      )
    expect(misses(uArea)).toBeLessThan(misses(told))
  })

  it('spares fewer misses of data where nothing empties the caches: neither locks nor the pages that are cleared', () => {
    const calm = { coherent: true, core: { ...core, costs: { ...core.costs, storesFill: false } } }
    const spared = (more: object): number =>
      total(
        seeds.map((seed) => on(scattered, seed, more)),
        ({ create }) => create.dataMisses
      ) -
      total(
        seeds.map((seed) => on(uArea, seed, more)),
        ({ create }) => create.dataMisses
      )
    expect(spared(calm)).toBeLessThan(spared({}) / 2)
  })

  it('misses data again after every lock and page, unless caches are coherent', () => {
    const around = { core: { ...core, costs: { ...core.costs, storesFill: false } } }
    const misses = (coherent: boolean): number => on(uArea, 1, { ...around, coherent }).create.dataMisses
    expect(misses(false)).toBeGreaterThan(2 * misses(true))
  })

  it('comes to an end for any number of threads: all are joined, also those that wait in the queue for a core', () => {
    for (let threads = 1; threads <= 17; threads++)
      for (const seed of seeds) expect(on(uArea, seed, { threads }).join.cycles).toBeGreaterThan(threads * 1000)
  })

  it('counts nothing below zero, and work within the time there was', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 13 }), fc.nat(4), (seed, threads, others) => {
        const { create, join } = on(uArea, seed, { threads, others })
        for (const counts of [create, join]) {
          for (const name of Object.keys(counts) as readonly (keyof CoreCounts)[]) expect(counts[name]).toBeGreaterThanOrEqual(0)
          expect(counts.dataStalls + counts.instructionStalls + counts.branchStalls).toBeLessThanOrEqual(counts.cycles)
        }
      }),
      { numRuns: 20 }
    )
  })

  it('clears pages by branches when hardware does not count the rounds: 8192 for each thread', () => {
    const rounds = (counted: boolean): number => on(uArea, 1, { threads: 1, clearing: { cycles: 30, counted } }).create.branches
    expect(rounds(false) - rounds(true)).toBe(8192)
  })

  it('refuses more threads than there are pages for', () => {
    expect(() => on(uArea, 1, { threads: 14, others: 4 })).toThrow(
      new RangeError('threadExperiment: threads and others must be 1 to 17 (got 14 and 4)')
    )
  })
})

it('code is shorter by eight bytes for each symbol less, and begins at the same addresses', () => {
  const [one, other] = [scattered(key(1)), uArea(key(1))].map((layout) => kernelText(layout, key(2)))
  expect(one.createThread.bytes - other.createThread.bytes).toBe(2 * 8)
  expect(Object.values(one).map(({ address }) => address)).toEqual(Object.values(other).map(({ address }) => address))
})
