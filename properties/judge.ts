import { run } from '../lib/loop/run'
import type { Entry, Journal } from '../lib/protocol/journal'
import type { Pipeline } from '../lib/protocol/pipeline'
import type { World } from '../lib/protocol/world'
import { runFold } from '../lib/stream/fold'
import type { Time } from '../lib/time/time'
import { untilOf, type WorldPlan, worldOf } from './arbitraries/worldPlan'
import type { Invariant } from './invariants/invariant'
import { firstDifference } from './invariants/sameSeedSameJournal'
import { type Breach, breaches } from './invariants/watcher'

/** How runs are judged: the invariants they must keep, how many entries one may have, what makes a plan's world, and what is done to it first. */
export type Rules = {
  readonly invariants: readonly Invariant[]
  readonly maxEntries: number
  readonly world?: (plan: WorldPlan) => World
  readonly wrap?: (world: World) => World
  readonly until?: (plan: WorldPlan) => Time
}

/** A pipeline in the world of a plan; `repeat`: whether the run is made twice and must give the same journal. */
export type Run = { readonly pipeline: Pipeline; readonly plan: WorldPlan; readonly repeat: boolean }

/** A run's journal, and the invariant that it breaks, if any. */
export type Judged = { readonly journal: Journal; readonly broken?: Breach }

/**
 * Makes runs and judges them. Of the invariants that a run breaks the first in their order is the answer, where it is broken first; then, with `repeat`,
 * whether a second run gives the same journal; an exception out of a run breaks the invariant `runs`. Cost: the run's own (twice with `repeat`, which also
 * encodes both journals), and one pass over the journal for all invariants.
 */
export const judge = ({ invariants, maxEntries, world, wrap, until }: Rules): ((run: Run) => Judged) => {
  const judged = breaches(invariants)
  return ({ pipeline, plan, repeat }) => {
    const journal: Entry[] = []
    try {
      make({ pipeline, plan, maxEntries, world, wrap, until }, journal)
      const found = runFold(judged, journal)
      if (found.length > 0) return { journal, broken: firstOf(invariants, found) }
      if (!repeat) return { journal }
      const again: Entry[] = []
      make({ pipeline, plan, maxEntries, world, wrap, until }, again)
      const violation = firstDifference(journal, again)
      if (violation === undefined) return { journal }
      return { journal, broken: { invariant: 'sameSeedSameJournal', sentence: 'Same seed, same journal, to the byte.', violation } }
    } catch (error) {
      const problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
      const violation = { entry: Math.max(0, journal.length - 1), at: journal.at(-1)?.at ?? 0, migration: '', problem }
      return { journal, broken: { invariant: 'runs', sentence: 'A run is free of exceptions.', violation } }
    }
  }
}

/** Runs a pipeline in the world of a plan and appends its entries, of which those before an exception are there when it is thrown. */
const make = (
  {
    pipeline,
    plan,
    maxEntries,
    world: worldFrom = worldOf,
    wrap,
    until = untilOf
  }: Pick<Run, 'pipeline' | 'plan'> & Pick<Rules, 'maxEntries' | 'world' | 'wrap' | 'until'>,
  journal: Entry[]
): void => {
  const world = worldFrom(plan)
  let bug: { readonly error: unknown } | undefined
  run(pipeline, wrap === undefined ? world : wrap(world), { seed: plan.seed, until: until(plan), maxEntries }).subscribe({
    next: (entry) => journal.push(entry),
    error: (error: unknown) => {
      bug = { error }
    }
  })
  if (bug !== undefined) throw bug.error
}

const firstOf = (invariants: readonly Invariant[], found: readonly Breach[]): Breach | undefined =>
  invariants.flatMap(({ name }) => found.find(({ invariant }) => invariant === name) ?? [])[0]
