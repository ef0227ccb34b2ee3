import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { encodeJournal } from '../lib/codec/journal'
import type { Journal } from '../lib/protocol/journal'
import type { Pipeline } from '../lib/protocol/pipeline'
import { runFold } from '../lib/stream/fold'
import { type WorldPlan, worldPlans } from './arbitraries/worldPlan'
import type { CheckOptions, Passed, Progress } from './checkOptions'
import type { Counterexample } from './counterexample'
import { describe } from './describe'
import { invariants as all } from './invariants/invariants'
import { type Judged, judge } from './judge'
import type { NamedPipeline } from './namedPipeline'
import { sometimes as everything } from './sometimes'

/** What a check judges: a pipeline, one with a name, or pipelines drawn from an arbitrary. */
export type Checked = Pipeline | NamedPipeline | fc.Arbitrary<NamedPipeline>

/** A search for a violation in its parts: what is drawn, what is asked of each draw, and what the answers come to. */
export type Search = {
  readonly pipelines: fc.Arbitrary<NamedPipeline>
  readonly worlds: fc.Arbitrary<WorldPlan>
  readonly parameters: fc.Parameters<[NamedPipeline, WorldPlan]>
  /** Whether a run is right; told in the order in which they are drawn. Throws fast-check's `PreconditionFailure` when the search is to end. */
  readonly holds: (named: NamedPipeline, plan: WorldPlan) => boolean
  readonly result: (details: fc.RunDetails<[NamedPipeline, WorldPlan]>) => E.Either<Counterexample, Passed>
}

/**
 * A search as `check` makes it, before somebody drives it: fast-check draws and shrinks, this judges. Shrinking keeps to the invariant that was broken
 * first: a smaller run that breaks another one first is passed over, so that what is found is explained, and a path leads to the same violation again.
 */
export const search = (of: Checked, options: CheckOptions): Search => {
  const {
    runs = 100,
    seed,
    path = '',
    worlds = worldPlans,
    sometimes = everything,
    invariants = all,
    maxEntries = 20_000,
    world,
    wrap,
    until
  } = options
  atLeastOne('runs', runs)
  atLeastOne('maxEntries', maxEntries)
  const every = repeatEvery(options.repeat ?? 16)
  const replaying = path !== ''
  const counts = new Map(sometimes.map(({ name }) => [name, 0]))
  const judging = judge({ invariants, maxEntries, world, wrap, until })
  let made = 0
  let passed = 0
  let tried = 0
  let shrinks = 0
  let found: (Judged & { readonly named: NamedPipeline; readonly plan: WorldPlan }) | undefined

  const tell = (): void => options.progress?.(progressOf({ runs: passed, of: runs, found, shrinks, tried }))

  const holds = (named: NamedPipeline, plan: WorldPlan): boolean => {
    if (options.stop?.() === true || (replaying && made === 1)) throw new fc.PreconditionFailure(true)
    const repeat = found === undefined ? every > 0 && (replaying || made % every === 0) : found.broken?.invariant === SAME
    const judged = judging({ pipeline: named.pipeline, plan, repeat })
    const { broken, journal } = judged
    const right = broken === undefined || (found !== undefined && broken.invariant !== found.broken?.invariant)
    if (found === undefined) made++
    else if (right) tried++
    else shrinks++
    if (!right) found = { ...judged, named, plan }
    else if (found === undefined) {
      passed++
      for (const { name, fold } of sometimes) if (runFold(fold, journal)) counts.set(name, counts.get(name)! + 1)
    }
    tell()
    return right
  }

  const result = (details: fc.RunDetails<[NamedPipeline, WorldPlan]>): E.Either<Counterexample, Passed> => {
    if (found?.broken === undefined) {
      if (replaying && made === 0 && !details.interrupted) throw wrongPath(path)
      if (details.failed && !details.interrupted) throw details.errorInstance
      const interrupted = details.interrupted && !replaying
      return E.right({ runs: passed, seed: details.seed, interrupted, sometimes: Object.fromEntries(counts) })
    }
    const where = details.counterexamplePath ?? ''
    return E.left({
      ...found.broken,
      seed: details.seed,
      path: where,
      runs: Number(where.split(':')[0]) + 1,
      shrinks: where.split(':').length - 1,
      interrupted: details.interrupted,
      pipeline: found.named.name,
      plan: found.plan,
      world: describe(found.plan),
      entries: found.journal,
      journal: textOf(found.journal)
    })
  }

  return {
    pipelines: arbitraryOf(of),
    worlds,
    parameters: { numRuns: replaying ? 1 : runs, seed, path, endOnFailure: replaying },
    holds,
    result
  }
}

/** What fast-check says of a path that leads nowhere, in the kit's own words; any other error as it is. */
export const ofPath = (error: unknown, path = ''): unknown =>
  error instanceof Error && error.message.startsWith('Unable to replay') ? wrongPath(path) : error

const wrongPath = (path: string): RangeError => new RangeError(`check: path must lead to a run of this check (got ${path})`)

const SAME = 'sameSeedSameJournal'

const arbitraryOf = (of: Checked): fc.Arbitrary<NamedPipeline> => {
  if (typeof of === 'function') return fc.constant({ name: 'the pipeline', pipeline: of })
  return 'pipeline' in of ? fc.constant(of) : of
}

const atLeastOne = (name: 'runs' | 'maxEntries', given: number): void => {
  if (!Number.isInteger(given) || given < 1) throw new RangeError(`check: ${name} must be an integer from 1 on (got ${given})`)
}

/** Every how many runs one is made twice; 0: never. */
const repeatEvery = (repeat: boolean | number): number => {
  if (typeof repeat === 'boolean') return repeat ? 1 : 0
  if (!Number.isInteger(repeat) || repeat < 0)
    throw new RangeError(`check: repeat must be a boolean or an integer from 0 on (got ${repeat})`)
  return repeat
}

const progressOf = ({
  runs,
  of,
  found,
  shrinks,
  tried
}: {
  readonly runs: number
  readonly of: number
  readonly found: Judged | undefined
  readonly shrinks: number
  readonly tried: number
}): Progress =>
  found?.broken === undefined
    ? { type: 'searching', runs, of }
    : { type: 'shrinking', runs, invariant: found.broken.invariant, shrinks, tried, entries: found.journal.length }

const textOf = (journal: Journal): string => {
  try {
    return [...encodeJournal(journal)].join('')
  } catch (error) {
    return `(not encoded: ${error instanceof Error ? error.message : String(error)})\n`
  }
}
