import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import {
  demandPostcopies,
  dumpsAndRestores,
  hybrids,
  postcopies,
  precopies,
  stopAndCopies
} from '../../properties/arbitraries/pipelineArbitraries'
import { hugePageWorldPlans } from '../../properties/arbitraries/worldPlan'
import { check } from '../../properties/check'
import { explain } from '../../properties/explain'

const RUNS = Number(process.env.RUNS ?? 400)
const SEED = Number(process.env.SEED ?? 1)

const swarm = { stopAndCopies, precopies, postcopies, demandPostcopies, hybrids, dumpsAndRestores }

const happensIn: Readonly<Record<keyof typeof swarm, readonly string[]>> = {
  stopAndCopies: ['completes', 'aborts', 'isUndecided', 'isLost', 'exits'],
  precopies: ['completes', 'aborts', 'isUndecided', 'isLost', 'skips', 'dirties', 'doesNotConverge'],
  postcopies: ['completes', 'aborts', 'isUndecided', 'isLost', 'faults', 'skips', 'recovers'],
  demandPostcopies: ['completes', 'aborts', 'isLost', 'isLimited', 'faults', 'exits'],
  hybrids: ['completes', 'aborts', 'isUndecided', 'isLost', 'faults', 'skips', 'dirties', 'doesNotConverge', 'recovers'],
  dumpsAndRestores: ['completes', 'aborts', 'isUndecided', 'dirties']
}

describe('shipped pipelines', () => {
  it.each(['postcopies', 'hybrids', 'demandPostcopies'] as const)(
    '%s pass every invariant where huge pages are placed as wholes',
    (name) => {
      const result = check(swarm[name], { runs: RUNS / 4, seed: SEED, worlds: hugePageWorldPlans })
      if (E.isLeft(result)) throw new Error(explain(result.left))
      expect(result.right.sometimes.faults).toBeGreaterThan(0)
    }
  )

  it.each(Object.keys(swarm) as (keyof typeof swarm)[])('%s pass every invariant on the swarm, delays and faults included', (name) => {
    const result = check(swarm[name], { runs: RUNS, seed: SEED })
    if (E.isLeft(result)) throw new Error(explain(result.left))
    expect(result.right.runs).toBe(RUNS)
    if (process.env.SHOW) console.log(name, result.right)
    for (const what of happensIn[name]) expect(result.right.sometimes[what], what).toBeGreaterThan(0)
  })
})
