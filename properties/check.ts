import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { encodeJournal } from '../lib/codec/journal'
import type { Journal } from '../lib/protocol/journal'
import type { Pipeline } from '../lib/protocol/pipeline'
import type { World } from '../lib/protocol/world'
import { runFold } from '../lib/stream/fold'
import { untilOf, type WorldPlan, worldOf, worldPlans } from './arbitraries/worldPlan'
import { describe } from './describe'
import type { Invariant, Violation } from './invariants/invariant'
import { invariants as all } from './invariants/invariants'
import { firstDifference } from './invariants/sameSeedSameJournal'
import { journalOf } from './journalOf'
import type { NamedPipeline } from './namedPipeline'
import { sometimes as allSometimes, type Sometimes } from './sometimes'

/**
 * - `runs`: how many worlds (default 100). `seed`: of the swarm (default: one that fast-check draws; it is in the result). `path`: a counterexample's, to see
 *   it again at once.
 * - `worlds`: the swarm (default `worldPlans`). `wrap`: what is done to each world before it runs.
 * - `invariants`: what must hold (default all). `repeat`: whether each run is made twice and must give the same journal (default true). `sometimes`: what is counted.
 * - `maxEntries`: journal entries at which a run is ended as limited (default 20,000).
 */
export type CheckOptions = {
  readonly runs?: number
  readonly seed?: number
  readonly path?: string
  readonly worlds?: fc.Arbitrary<WorldPlan>
  readonly wrap?: (world: World) => World
  readonly invariants?: readonly Invariant[]
  readonly repeat?: boolean
  readonly sometimes?: readonly Sometimes[]
  readonly maxEntries?: number
}

/** The smallest world found in which an invariant does not hold: which, where, and how to see it again (`check(pipeline, { seed, path })`). */
export type Counterexample = {
  readonly seed: number
  readonly path: string
  readonly runs: number
  readonly pipeline: string
  readonly plan: WorldPlan
  readonly world: string
  readonly journal: string
  readonly invariant: string
  readonly sentence: string
  readonly violation: Violation
}

/** A swarm in which everything held: how many runs, the seed, and in how many of them each thing happened. */
export type Passed = { readonly runs: number; readonly seed: number; readonly sometimes: Readonly<Record<string, number>> }

/**
 * Runs a pipeline, or pipelines drawn from an arbitrary, in worlds drawn by swarm, and looks for a run that breaks an invariant; shrinks the first it finds.
 * An exception out of a run breaks the invariant `runs`. Cost: some milliseconds a run.
 */
export const check = (pipelines: Pipeline | fc.Arbitrary<NamedPipeline>, options: CheckOptions = {}): E.Either<Counterexample, Passed> => {
  const { runs = 100, seed, path, worlds = worldPlans, sometimes = allSometimes } = options
  const drawn = typeof pipelines === 'function' ? fc.constant({ name: 'the pipeline', pipeline: pipelines }) : pipelines
  const counts = new Map(sometimes.map(({ name }) => [name, 0]))
  let passed = 0
  const details = fc.check(
    fc.property(drawn, worlds, ({ pipeline }, plan) => {
      const { journal, broken } = judged(pipeline, plan, options)
      if (broken !== undefined) return false
      passed++
      for (const { name, fold } of sometimes) if (runFold(fold, journal)) counts.set(name, counts.get(name)! + 1)
      return true
    }),
    { numRuns: runs, seed, path, endOnFailure: false }
  )
  if (!details.failed) return E.right({ runs: passed, seed: details.seed, sometimes: Object.fromEntries(counts) })
  if (details.counterexample === null) throw details.errorInstance
  const [{ name, pipeline }, plan] = details.counterexample
  const { journal, broken } = judged(pipeline, plan, options)
  if (broken === undefined) throw new Error(`check: a counterexample must fail again (got a run that passes, seed ${details.seed})`)
  return E.left({
    seed: details.seed,
    path: details.counterexamplePath ?? '',
    runs: details.numRuns,
    pipeline: name,
    plan,
    world: describe(plan),
    journal: textOf(journal),
    ...broken
  })
}

/** A counterexample for people: what broke, where, in which world, and how to see it again. */
export const explain = ({ seed, path, runs, pipeline, world, invariant, sentence, violation, journal }: Counterexample): string =>
  [
    `${pipeline} breaks ${invariant} after ${runs} ${runs === 1 ? 'run' : 'runs'}: ${sentence}`,
    `  entry ${violation.entry} at ${violation.at} ns, migration ${violation.migration}: ${violation.problem}`,
    `  world: ${world}`,
    `  again: { seed: ${seed}, path: '${path}' }`,
    '  journal:',
    ...journal
      .trimEnd()
      .split('\n')
      .map((line, i) => `  ${i === violation.entry ? '>' : ' '} ${i} ${line}`)
  ].join('\n')

type Broken = Pick<Counterexample, 'invariant' | 'sentence' | 'violation'>

const judged = (
  pipeline: Pipeline,
  plan: WorldPlan,
  { invariants = all, repeat = true, maxEntries = 20_000, wrap = (world) => world }: CheckOptions
): { readonly journal: Journal; readonly broken?: Broken } => {
  const run = (): Journal => journalOf(pipeline, wrap(worldOf(plan)), { seed: plan.seed, until: untilOf(plan), maxEntries })
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

const textOf = (journal: Journal): string => {
  try {
    return [...encodeJournal(journal)].join('')
  } catch (error) {
    return `(not encoded: ${error instanceof Error ? error.message : String(error)})\n`
  }
}
