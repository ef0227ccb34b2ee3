import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { checkpointPipelines, thenRestored } from '../../../properties/arbitraries/checkpointPipelines'
import { brokenCheckpoints } from '../../../properties/checkpoints/brokenCheckpoints'
import { checkCheckpoints } from '../../../properties/checkpoints/checkCheckpoints'
import { checkpointInvariants } from '../../../properties/checkpoints/checkpointInvariants'
import { checkpointSometimes } from '../../../properties/checkpoints/checkpointSometimes'
import { chainOfImages, rightOwing } from '../../../properties/checkpoints/wrongChains'
import { explain } from '../../../properties/explain'

const RUNS = Number(process.env.RUNS ?? 150)
const SEED = Number(process.env.SEED ?? 1)

describe('checkpointing of any kind', () => {
  it('keeps every invariant of checkpoints on the swarm, failures and delays included', () => {
    const result = checkCheckpoints(checkpointPipelines, { runs: RUNS, seed: SEED })
    if (E.isLeft(result)) throw new Error(explain(result.left))
    if (process.env.SHOW) console.log(result.right)
    for (const { name } of checkpointSometimes) expect(result.right.sometimes[name], name).toBeGreaterThan(0)
  })
})

describe('broken checkpoints', () => {
  it.each(brokenCheckpoints.map((broken) => [broken.name, broken] as const))(
    '%s: is caught within 300 runs',
    (_name, { pipeline, invariant }) => {
      const result = checkCheckpoints(pipeline, {
        runs: 300,
        seed: 3,
        invariants: checkpointInvariants.filter(({ name }) => name === invariant)
      })
      if (E.isRight(result)) throw new Error(`passed ${result.right.runs} runs: ${JSON.stringify(result.right.sometimes)}`)
      expect(result.left.invariant).toBe(invariant)
      if (process.env.SHOW) console.log(explain(result.left).slice(0, 1500))
    }
  )

  it('every invariant of checkpoints has one that breaks it', () => {
    const broken = new Set(brokenCheckpoints.map(({ invariant }) => invariant))
    expect(checkpointInvariants.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([])
  })

  it('the chain with the right rule of owing passes', () => {
    const result = checkCheckpoints(thenRestored(chainOfImages({ owing: rightOwing })), { runs: 150, seed: 3 })
    if (E.isLeft(result)) throw new Error(explain(result.left))
  })
})
