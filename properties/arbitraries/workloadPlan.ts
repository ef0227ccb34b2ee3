import * as fc from 'fast-check'
import { hotCold } from '../../lib/guest/hotCold'
import { idle } from '../../lib/guest/idle'
import { pageTrace } from '../../lib/guest/pageTrace'
import { phased } from '../../lib/guest/phased'
import { recorded } from '../../lib/guest/recorded'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { zipf } from '../../lib/guest/zipf'

/** One page touched in a quantum of a recorded program; `at` and `lastWrite` are hundredths of the quantum. */
export type Touch = { readonly page: number; readonly at: number; readonly write: boolean; readonly lastWrite: number }

/**
 * What a guest does, as plain values. Speeds are relative to the link: `writes` and `reads` are accesses per 16 pages of time on the wire, `phasePages` and
 * `quantumPages` are times in pages on the wire; so that any link meets guests that converge on it and guests that do not.
 */
export type WorkloadPlan =
  | { readonly type: 'idle' }
  | { readonly type: 'uniform' | 'sweep' | 'hotCold' | 'zipf'; readonly writes: number; readonly reads: number }
  | { readonly type: 'phased'; readonly phasePages: number; readonly writes: number; readonly reads: number }
  | {
      readonly type: 'recorded'
      readonly quantumPages: number
      readonly repeats: boolean
      readonly quanta: readonly (readonly Touch[])[]
    }

/** Workloads of any kind; idle in some runs and writing faster than the link carries in others. */
export const workloadPlans: fc.Arbitrary<WorkloadPlan> = fc.oneof(
  fc.constant<WorkloadPlan>({ type: 'idle' }),
  fc.record({
    type: fc.constantFrom('uniform' as const, 'sweep' as const, 'hotCold' as const, 'zipf' as const),
    writes: fc.oneof(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 0, max: 256 })),
    reads: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 128 }))
  }),
  fc.record({
    type: fc.constant('phased' as const),
    phasePages: fc.integer({ min: 1, max: 200 }),
    writes: fc.integer({ min: 0, max: 128 }),
    reads: fc.integer({ min: 0, max: 64 })
  }),
  fc.record({
    type: fc.constant('recorded' as const),
    quantumPages: fc.integer({ min: 1, max: 64 }),
    repeats: fc.boolean(),
    quanta: fc.array(
      fc.array(
        fc.record({ page: fc.nat({ max: 63 }), at: fc.nat({ max: 99 }), write: fc.boolean(), lastWrite: fc.integer({ min: -1, max: 99 }) }),
        { maxLength: 8 }
      ),
      { minLength: 1, maxLength: 6 }
    )
  })
)

/** The workload of a plan for a guest of so many pages and virtual CPUs, on a link that carries a page in `pageNs`. */
export const workloadOf = (
  plan: WorkloadPlan,
  { pages, vcpus, pageNs }: { readonly pages: number; readonly vcpus: number; readonly pageNs: number }
): Workload => {
  if (plan.type === 'idle') return idle({ vcpus })
  if (plan.type === 'recorded') return recordedOf(plan, pages, pageNs) ?? idle()
  const perSecond = (per16: number): number => (per16 * 1e9) / (16 * pageNs)
  const options = { pages, vcpus, writesPerSecond: perSecond(plan.writes), readsPerSecond: perSecond(plan.reads) }
  if (plan.writes + plan.reads === 0) return idle({ vcpus })
  if (plan.type === 'phased')
    return phased([
      { forNs: plan.phasePages * pageNs, workload: uniform(options) },
      { forNs: plan.phasePages * pageNs, workload: idle({ vcpus }) }
    ])
  if (plan.type === 'sweep') return sweep(options)
  if (plan.type === 'zipf') return zipf(options)
  return plan.type === 'uniform' || pages < 2 ? uniform(options) : hotCold(options)
}

/** Instructions in a quantum of a planned trace. */
const QUANTUM = 100

const recordedOf = (plan: Extract<WorkloadPlan, { readonly type: 'recorded' }>, pages: number, pageNs: number): Workload | undefined => {
  const firsts = plan.quanta.map((touches) => firstTouches(touches, pages))
  const entries = firsts.reduce((sum, { length }) => sum + length, 0)
  if (entries === 0) return undefined
  const numbers = numbersOf(firsts, pages)
  const columns = {
    starts: new Int32Array(firsts.length + 1),
    page: new Int32Array(entries),
    firstPosition: new Int32Array(entries),
    firstIsWrite: new Uint8Array(entries),
    lastWritePosition: new Int32Array(entries)
  }
  let entry = 0
  firsts.forEach((touches, quantum) => {
    for (const { page, at, write, lastWrite } of touches) {
      columns.page[entry] = numbers[page % pages]
      columns.firstPosition[entry] = at
      columns.firstIsWrite[entry] = write ? 1 : 0
      columns.lastWritePosition[entry++] = lastWrite >= at ? lastWrite : write ? at : -1
    }
    columns.starts[quantum + 1] = entry
  })
  const trace = pageTrace({
    instructionsPerQuantum: QUANTUM,
    instructions: QUANTUM * firsts.length,
    regions: [{ firstPage: 0, virtualPage: 0, pages: 1 + Math.max(...numbers) }],
    columns
  })
  return recorded({
    trace,
    instructionsPerSecond: (QUANTUM * 1e9) / (plan.quantumPages * pageNs),
    atEnd: plan.repeats ? 'repeat' : 'exit'
  })
}

/** The first touch of each page in a quantum, in the order of time. */
const firstTouches = (touches: readonly Touch[], pages: number): readonly Touch[] =>
  [...touches]
    .sort((a, b) => a.at - b.at)
    .filter(({ page }, i, sorted) => sorted.findIndex((other) => other.page % pages === page % pages) === i)

/** The numbers of the pages that are touched, in the order of their addresses; -1 for the others. */
const numbersOf = (quanta: readonly (readonly Touch[])[], pages: number): Int32Array => {
  const numbers = new Int32Array(pages).fill(-1)
  for (const touches of quanta) for (const { page } of touches) numbers[page % pages] = 0
  let touched = 0
  for (let page = 0; page < pages; page++) if (numbers[page] === 0) numbers[page] = touched++
  return numbers
}
