import { run } from '../../lib/loop/run'
import { type ChipEnergy, chipEnergy } from '../../lib/metrics/chipEnergy'
import { type ChipTemperatures, chipTemperatures } from '../../lib/metrics/chipTemperatures'
import { type ProcessTimes, processTimes } from '../../lib/metrics/processTimes'
import type { Motive } from '../../lib/motive/chipDecision'
import type { ChipView } from '../../lib/motive/chipView'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import type { Seed } from '../../lib/random/random'
import { combine, type Fold, folded } from '../../lib/stream/fold'
import type { Time } from '../../lib/time/time'
import { chip } from '../../lib/world/chip'
import type { ChipOptions } from '../../lib/world/chipOptions'
import type { ChipProcess } from '../../lib/world/processOptions'
import type { DaemonOptions } from '../manycore/daemonOptions'
import { migrationDaemon } from '../manycore/migrationDaemon'
import { chipHops } from './chipHops'
import { type ManagerOptions, manager, managerLog } from './manager'
import type { LoggedDecision } from './managerState'

/**
 * A chip with processes, and who manages it, if anybody does: `motive`, by a manager on io0 that looks at `clusters` every `everyNs`, and daemons there. `programs` of processes, by name. `over`: when the manager has nothing to do any more
 * (default: when no process is left). `heat`: temperatures are wanted, too. `until`: virtual time at which a run is ended.
 */
export type Managed = {
  readonly processes: Readonly<Record<string, ChipProcess>>
  readonly programs?: Readonly<Record<string, Pipeline>>
  readonly clusters: readonly string[]
  readonly chip?: ChipOptions
  readonly motive?: Motive
  readonly everyNs: Time
  readonly over?: (view: ChipView) => boolean
  readonly daemon?: DaemonOptions
  readonly heat?: boolean
  readonly until: Time
  readonly seed: Seed
}

/** What came of it, read off the journal. `wrongPieces`: pieces of memory that were not as they should be when a process went on, by the oracle's word. */
export type ManagedRun = {
  readonly times: Readonly<Record<string, ProcessTimes>>
  readonly traffic: ChipEnergy
  readonly temperatures?: ChipTemperatures
  readonly log: readonly LoggedDecision[]
  readonly wrongPieces: number
}

/** The names of the compute clusters, as the thermal model has them. */
export const computeClusters: readonly string[] = Array.from({ length: 16 }, (_, i) => `cc${i}`)

/** Runs it. Errors: as `chip`, `manager` and `migrationDaemon`. */
export const managedRun = (options: Managed): ManagedRun => {
  const { world, pipelines, log } = managedParts(options)
  const fold: Fold<Entry, ManagedRun> = combine({
    times: processTimes,
    traffic: chipEnergy({ hops: chipHops() }),
    temperatures: options.heat === true ? chipTemperatures({ clusters: computeClusters }) : none,
    log,
    wrongPieces
  })
  let made: ManagedRun | undefined
  run(pipelines, world, { seed: options.seed, until: options.until })
    .pipe(folded(fold))
    .subscribe((result) => {
      made = result
    })
  if (made === undefined) throw new Error('managedRun: the run did not end')
  return made
}

/** The world and the pipelines of it, for who wants the journal. */
export const managedParts = (
  options: Managed
): {
  readonly world: World
  readonly pipelines: Readonly<Record<string, Pipeline>>
  readonly log: Fold<Entry, readonly LoggedDecision[]>
} => {
  const { processes, programs = {}, clusters, motive, everyNs, daemon } = options
  const lastBirth = Math.max(0, ...Object.values(processes).map(({ at = 0 }) => at))
  const { over = (view) => view.at > lastBirth && view.clusters.every((one) => one.processes.length === 0) } = options
  const world = chip({ ...options.chip, processes })
  if (motive === undefined) return { world, pipelines: { ...programs, io0: idle }, log: nothing }
  const management: ManagerOptions = { motive, clusters, everyNs, over }
  const daemons = Object.fromEntries(clusters.map((cluster) => [cluster, migrationDaemon(daemon)]))
  return { world, pipelines: { ...programs, ...daemons, io0: manager(management) }, log: managerLog('io0', management) }
}

/** A program that does nothing, and goes on until nothing more can happen. */
const idle: Pipeline = () => ({ requests: [], phase: { type: 'awaiting', name: 'idle', data: null, on: () => undefined } })

const none: Fold<Entry, undefined> = { init: () => undefined, step: () => undefined, done: () => undefined }

const nothing: Fold<Entry, readonly LoggedDecision[]> = { init: () => [], step: () => [], done: () => [] }

const wrongPieces: Fold<Entry, number> = {
  init: () => 0,
  step: (count, entry) => {
    if (entry.type !== 'signalled' || entry.signal.type !== 'checked' || entry.signal.when !== 'unfrozen') return count
    const { lost, stale, foreign } = entry.signal
    return (count as number) + lost.length + stale.length + foreign.length
  },
  done: (count) => count as number
}
