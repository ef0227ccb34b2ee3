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
  const quanta = plan.quanta.map((touches) => {
    const first = new Map<number, Touch>()
    for (const touch of [...touches].sort((a, b) => a.at - b.at)) {
      const page = touch.page % pages
      if (!first.has(page)) first.set(page, { ...touch, page })
    }
    return [...first.values()]
  })
  const touched = [...new Set(quanta.flat().map(({ page }) => page))].sort((a, b) => a - b)
  if (touched.length === 0) return undefined
  const all = quanta.flat()
  const starts = Int32Array.from([0, ...quanta.map((_, i) => quanta.slice(0, i + 1).flat().length)])
  const trace = pageTrace({
    instructionsPerQuantum: QUANTUM,
    instructions: QUANTUM * quanta.length,
    regions: [{ firstPage: 0, virtualPage: 0, pages: touched.length }],
    columns: {
      starts,
      page: Int32Array.from(all, ({ page }) => touched.indexOf(page)),
      firstPosition: Int32Array.from(all, ({ at }) => at),
      firstIsWrite: Uint8Array.from(all, ({ write }) => Number(write)),
      lastWritePosition: Int32Array.from(all, ({ at, write, lastWrite }) => (lastWrite >= at ? lastWrite : write ? at : -1))
    }
  })
  return recorded({
    trace,
    instructionsPerSecond: (QUANTUM * 1e9) / (plan.quantumPages * pageNs),
    atEnd: plan.repeats ? 'repeat' : 'exit'
  })
}
