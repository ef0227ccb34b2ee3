import type { Journal } from '../lib/protocol/journal'
import type { Pipeline } from '../lib/protocol/pipeline'
import type { World } from '../lib/protocol/world'
import { runFold } from '../lib/stream/fold'
import { untilOf, type WorldPlan, worldOf } from './arbitraries/worldPlan'
import type { Broken } from './counterexample'
import type { Invariant } from './invariants/invariant'
import { firstDifference } from './invariants/sameSeedSameJournal'
import { journalOf } from './journalOf'

/** How one run is judged: the invariants it must keep, whether it is made twice, how many entries it may have, and what is done to its world first. */
export type Rules = {
  readonly invariants: readonly Invariant[]
  readonly repeat: boolean
  readonly maxEntries: number
  readonly wrap?: (world: World) => World
}

/** A run's journal, and the first of the invariants that it breaks, if any. */
export type Judged = { readonly journal: Journal; readonly broken?: Broken }

/**
 * Runs a pipeline in the world of a plan and judges the run. The invariants are asked in their order and the first that is broken is the answer; then, with
 * `repeat`, whether a second run gives the same journal; an exception out of a run breaks the invariant `runs`. Cost: the run's own (twice with `repeat`,
 * which also encodes both journals), besides a pass over the journal for each invariant.
 */
export const judge = (pipeline: Pipeline, plan: WorldPlan, { invariants, repeat, maxEntries, wrap }: Rules): Judged => {
  const run = (): Journal => {
    const world = worldOf(plan)
    return journalOf(pipeline, wrap === undefined ? world : wrap(world), { seed: plan.seed, until: untilOf(plan), maxEntries })
  }
  let journal: Journal = []
  try {
    journal = run()
    for (const { name, sentence, fold } of invariants) {
      const [violation] = runFold(fold, journal)
      if (violation !== undefined) return { journal, broken: { invariant: name, sentence, violation } }
    }
    const violation = repeat ? firstDifference(journal, run()) : undefined
    return violation === undefined
      ? { journal }
      : { journal, broken: { invariant: 'sameSeedSameJournal', sentence: 'Same seed, same journal, to the byte.', violation } }
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const violation = { entry: journal.length, at: journal.at(-1)?.at ?? 0, migration: '', problem }
    return { journal, broken: { invariant: 'runs', sentence: 'A run is free of exceptions.', violation } }
  }
}
