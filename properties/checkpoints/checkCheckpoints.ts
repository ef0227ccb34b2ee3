import type * as E from 'fp-ts/lib/Either'
import { type CheckpointPlan, checkpointPlans, checkpointUntilOf, checkpointWorldOf } from '../arbitraries/checkpointPlan'
import { check } from '../check'
import type { CheckOptions, Passed } from '../checkOptions'
import type { Counterexample } from '../counterexample'
import type { Checked } from '../search'
import { checkpointInvariants } from './checkpointInvariants'
import { checkpointSometimes } from './checkpointSometimes'

/** `check` in worlds that keep images, against the invariants of checkpoints: for a pipeline that checkpoints its guest, or restores it. */
export const checkCheckpoints = (of: Checked, options: CheckOptions = {}): E.Either<Counterexample, Passed> =>
  check(of, {
    worlds: checkpointPlans,
    world: (plan) => checkpointWorldOf(plan as CheckpointPlan),
    until: checkpointUntilOf,
    invariants: checkpointInvariants,
    sometimes: checkpointSometimes,
    ...options
  })
