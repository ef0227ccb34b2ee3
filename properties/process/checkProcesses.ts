import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { runFold } from '../../lib/stream/fold'
import { type ChipWiring, mppaWiring } from '../../lib/world/mppaWiring'
import { migrationDaemon } from '../../pipelines/manycore/migrationDaemon'
import { chipInvariants } from '../chip/chipInvariants'
import { answered } from '../invariants/answered'
import type { Invariant } from '../invariants/invariant'
import { firstDifference } from '../invariants/sameSeedSameJournal'
import { type Breach, breaches } from '../invariants/watcher'
import { plannedManager } from './plannedManager'
import { planned } from './plannedOrders'
import { plannedPrograms } from './plannedPrograms'
import { processInvariants } from './processInvariants'
import { type ProcessPlan, processPlans } from './processPlan'
import { type ProcessSometimes, processSometimes } from './processSometimes'
import { processJournalOf } from './processWorld'

/**
 * - `runs` (default 100), `seed` (default: drawn), `path`: of fast-check; a path leads to one run again. `faults` (default true): clusters and links break, and memory runs short.
 * - `daemon`: the program of every cluster that processes move between, and of the keeper (default `migrationDaemon()`); `manager`: the program of `io0` that asks for a plan's moves (default `plannedManager`).
 * - `alter`: what is done to each world (default nothing). `invariants` (default `processInvariants`, `chipInvariants`, `answered`). `shrinks`: how many smaller plans are tried at most (default 300).
 * - `wiring`: of the chip, where it is made already (default `mppaWiring()`).
 */
export type CheckProcessesOptions = {
  readonly runs?: number
  readonly seed?: number
  readonly path?: string
  readonly faults?: boolean
  readonly daemon?: Pipeline
  readonly manager?: (plan: ProcessPlan) => Pipeline
  readonly alter?: (world: World) => World
  readonly invariants?: readonly Invariant[]
  readonly shrinks?: number
  readonly wiring?: ChipWiring
}

/** The smallest run found that breaks an invariant: its plan and journal, what it breaks first, how to make it again, and after how many runs and smaller plans it was found. */
export type ProcessCounterexample = {
  readonly breach: Breach
  readonly plan: ProcessPlan
  readonly entries: Journal
  readonly seed: number
  readonly path: string
  readonly runs: number
  readonly shrinks: number
}

/** How many runs broke nothing, and in how many of them each of `processSometimes` happened. */
export type ProcessesPassed = {
  readonly runs: number
  readonly seed: number
  readonly sometimes: Readonly<Record<ProcessSometimes, number>>
}

/**
 * Tries daemons, or kernels, on chips drawn at random (`processPlans`): processes of two users that work, talk and are moved by every technique while clusters and links break; each run is judged by invariants, and the first of every
 * 16 made twice. What breaks one is made smaller. Cost: about 30 ms of processor time a run.
 */
export const checkProcesses = (options: CheckProcessesOptions = {}): E.Either<ProcessCounterexample, ProcessesPassed> => {
  const { runs = 100, seed, path = '', faults = true, daemon = migrationDaemon({ keeper: planned.keeper }) } = options
  const { manager = plannedManager, alter, invariants = [...processInvariants, ...chipInvariants, answered], shrinks = 300 } = options
  if (!(Number.isSafeInteger(runs) && runs > 0)) throw new RangeError(`checkProcesses: runs must be an integer above 0 (got ${runs})`)
  const { wiring = mppaWiring() } = options
  const judged = breaches(invariants)
  const counts = new Map(Object.keys(processSometimes).map((name) => [name, 0]))
  let made = 0
  let tried = 0
  let smaller = 0
  let found: Pick<ProcessCounterexample, 'breach' | 'plan' | 'entries'> | undefined

  const holds = (plan: ProcessPlan): boolean => {
    // A path to a smaller plan leads on to all that stand beside it, unless the first of them fails.
    if ((path !== '' && made === 1) || (found !== undefined && tried++ >= shrinks)) throw new fc.PreconditionFailure(true)
    const run = (): Journal => processJournalOf(plan, plannedPrograms(plan, daemon, manager(plan)), alter, wiring)
    const entries = run()
    const breach = runFold(judged, entries)[0] ?? (found === undefined && made % 16 === 0 ? unrepeated(entries, run()) : undefined)
    if (found === undefined) made++
    if (breach === undefined || (found !== undefined && breach.invariant !== found.breach.invariant)) {
      if (found === undefined)
        for (const [name, { fold }] of Object.entries(processSometimes)) if (runFold(fold, entries)) counts.set(name, counts.get(name)! + 1)
      return true
    }
    if (found !== undefined) smaller++
    found = { breach, plan, entries }
    return false
  }
  const details = fc.check(fc.property(processPlans({ faults }), holds), {
    numRuns: path === '' ? runs : 1,
    ...(seed !== undefined && { seed }),
    path,
    endOnFailure: path !== ''
  })
  if (found !== undefined)
    return E.left({ ...found, seed: details.seed, path: details.counterexamplePath ?? path, runs: made, shrinks: smaller })
  if (details.errorInstance !== null && details.failed) throw details.errorInstance
  return E.right({ runs: made, seed: details.seed, sometimes: Object.fromEntries(counts) as Readonly<Record<ProcessSometimes, number>> })
}

const unrepeated = (first: Journal, second: Journal): Breach | undefined => {
  const violation = firstDifference(first, second)
  return violation && { invariant: 'sameSeedSameJournal', sentence: 'Same seed, same journal, to the byte.', violation }
}
