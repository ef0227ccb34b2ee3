import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { key } from '../../lib/random/random'
import { execution, type Progress } from '../../lib/world/execution'
import { type WorkloadPlan, workloadOf, workloadPlans } from '../../properties/arbitraries/workloadPlan'

/** The accesses of a guest from its progress on, over a while; looked at closely, or in bulk. */
const observed = (
  plan: WorkloadPlan,
  from: readonly Progress[] | undefined,
  { ns, careful }: { readonly ns: number; readonly careful: boolean }
) => {
  const made: number[] = []
  const exec = execution({
    workload: workloadOf(plan, { pages: 16, vcpus: 2, pageNs: 1000 }),
    key: key(7),
    batchAccesses: 50,
    from,
    port: {
      apply: (accesses, n) => made.push(...accesses.subarray(0, n)),
      marks: () => undefined,
      touch: (access) => {
        made.push(access)
        return access % 7
      },
      isTrapped: () => false,
      onFault: () => undefined
    }
  })
  exec.setCareful(0, careful)
  exec.start(0)
  exec.advance(ns)
  exec.stop(ns)
  return { made, progress: exec.progress(), guestNs: exec.guestNs(ns) }
}

describe('an execution', () => {
  it('goes on from its progress as if it had never stopped', () => {
    fc.assert(
      fc.property(workloadPlans, fc.nat({ max: 30_000 }), fc.nat({ max: 30_000 }), fc.boolean(), (plan, first, second, careful) => {
        const begun = observed(plan, undefined, { ns: first, careful })
        const rest = observed(plan, begun.progress, { ns: second, careful })
        const whole = observed(plan, undefined, { ns: first + second, careful })
        expect([...begun.made, ...rest.made].sort()).toEqual([...whole.made].sort())
        expect(rest.guestNs).toBe(whole.guestNs)
      }),
      { numRuns: 60 }
    )
  })

  it('has made nothing before it starts', () => {
    const { made, progress } = observed({ type: 'uniform', writes: 16, reads: 0 }, undefined, { ns: 0, careful: false })
    expect(progress.every(({ made: n }) => n === made.length / 2)).toBe(true)
  })
})
