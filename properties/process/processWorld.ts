import { uniform } from '../../lib/guest/uniform'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { seconds } from '../../lib/time/time'
import { chip } from '../../lib/world/chip'
import { type ChipWiring, mppaWiring } from '../../lib/world/mppaWiring'
import type { ChipProcess } from '../../lib/world/processOptions'
import { timedPrograms } from '../chip/chipPlan'
import { journalOf } from '../journalOf'
import type { PlannedProcess, ProcessPlan } from './processPlan'

/** The chip of a plan. `wiring`: made once for many plans, as it takes most of the time. */
export const processWorldOf = (
  { fidelity, isQuick, processes, faults, frames, kernelPages }: Omit<ProcessPlan, 'orders' | 'moves' | 'seed' | 'serverHasDaemon'>,
  wiring: ChipWiring = mppaWiring()
): World =>
  chip({
    wiring,
    fidelity,
    faults,
    driftPpm: { cc1: 40, cc5: -60 },
    processes: Object.fromEntries(Object.entries(processes).map(([name, one]) => [name, processOf(one)])),
    ...(isQuick && { kernel: QUICK }),
    room: { compute: { frames, kernelPages } }
  })

const QUICK = { unfreeze: 20_000, extract: 2_000, install: 2_000 }

const processOf = ({ cluster, user, threads, pages, writesPerSecond, cpuMs }: PlannedProcess): ChipProcess => ({
  cluster,
  user,
  threads,
  pages,
  ...(cpuMs !== undefined && { cpuNs: cpuMs * 1_000_000 }),
  ...(writesPerSecond > 0 && { workload: uniform({ pages: pages + 3, writesPerSecond, vcpus: threads }) })
})

/** The journal of a plan, with these programs of clusters besides those of its processes and its server; a run is ended after two seconds. */
export const processJournalOf = (
  plan: ProcessPlan,
  programs: Readonly<Record<string, Pipeline>>,
  alter: (world: World) => World = (world) => world,
  wiring: ChipWiring = mppaWiring()
): Journal =>
  journalOf({ ...timedPrograms(plan), ...programs }, alter(processWorldOf(plan, wiring)), { seed: plan.seed, until: seconds(2) })
