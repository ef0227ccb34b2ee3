import * as fc from 'fast-check'
import type { ChipFault } from '../../lib/world/chipOptions'
import { type TechniqueName, techniqueNames } from '../../pipelines/manycore/daemonOptions'
import {
  PLAN_MS,
  planned,
  plannedNames,
  plannedOpening,
  plannedOrder,
  plannedTime,
  plannedTogether,
  plannedUsers,
  type TimedOrders
} from './plannedOrders'

/** A process of a plan: where it begins, whose it is, what it has, and how many writes a second its threads make to its pages (0: none); `cpuMs`: core time that each thread needs (absent: without end). */
export type PlannedProcess = {
  readonly cluster: string
  readonly user: string
  readonly threads: number
  readonly pages: number
  readonly writesPerSecond: number
  readonly cpuMs?: number
}

/** A wish to move a process, told to the daemons at a time. */
export type PlannedMove = { readonly atMs: number; readonly process: string; readonly to: string; readonly technique: TechniqueName }

/**
 * A chip with processes of two users as plain values: what a swarm draws, shrinks and prints. `orders`: of the processes' programs, most of which wait for each other, or try what they may not, and of a server on `cc9`.
 * `frames`, `kernelPages`: of each compute cluster.
 */
export type ProcessPlan = {
  readonly fidelity: 'hop' | 'flit'
  readonly seed: number
  /** Whether a daemon runs beside the server, as on every cluster of Nanvix; without one nobody there is told of moves. */
  readonly serverHasDaemon: boolean
  /** Whether kernels take far less time than those of Nanvix, so that the times of other things matter more. */
  readonly isQuick: boolean
  readonly processes: Readonly<Record<string, PlannedProcess>>
  readonly orders: Readonly<Record<string, TimedOrders>>
  readonly moves: readonly PlannedMove[]
  readonly faults: readonly ChipFault[]
  readonly frames: number
  readonly kernelPages: number
}

const cluster = fc.constantFrom(...planned.daemons)

const processOf = (user: string): fc.Arbitrary<PlannedProcess> =>
  fc.record(
    {
      cluster,
      user: fc.constant(user),
      threads: fc.oneof(
        { withCrossShrink: true },
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }) },
        { weight: 1, arbitrary: fc.integer({ min: 14, max: 17 }) }
      ),
      pages: fc.integer({ min: 0, max: 6 }),
      writesPerSecond: fc.constantFrom(0, 200, 20_000),
      cpuMs: fc.integer({ min: 1, max: 600 })
    },
    { requiredKeys: ['cluster', 'user', 'threads', 'pages', 'writesPerSecond'] }
  )

const move = fc.record({
  atMs: fc.integer({ min: 2, max: PLAN_MS }),
  process: fc.constantFrom(...plannedNames),
  to: cluster,
  technique: fc.constantFrom(...techniqueNames)
})

const fault: fc.Arbitrary<ChipFault> = fc.oneof(
  fc.record({ at: plannedTime, cluster }),
  fc.record({ at: plannedTime, link: fc.constantFrom<readonly [number, number]>([0, 1], [1, 0], [1, 5], [5, 1]) })
)

/** Plans of processes that work, talk and move; `faults: false`: nothing breaks, and there is memory enough. Each cluster has room for the processes that begin there, and for a few more. */
export const processPlans = ({ faults = true }: { readonly faults?: boolean } = {}): fc.Arbitrary<ProcessPlan> =>
  fc
    .record({
      fidelity: fc.constantFrom('hop' as const, 'hop' as const, 'flit' as const),
      seed: fc.nat(1000),
      serverHasDaemon: fc.boolean(),
      isQuick: fc.boolean(),
      processes: fc.record(Object.fromEntries(plannedNames.map((name) => [name, processOf(plannedUsers[name])]))),
      own: fc.tuple(...plannedNames.map((me) => fc.array(fc.tuple(plannedTime, plannedOrder(me)), { maxLength: 12 }))),
      shared: fc.array(plannedTogether, { maxLength: 10 }),
      moves: fc.array(move, { minLength: 1, maxLength: 8 }),
      faults: faults
        ? fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(fault, { minLength: 1, maxLength: 2 }) })
        : fc.constant([]),
      spare: faults ? fc.record({ frames: fc.nat(20), kernelPages: fc.nat(40) }) : fc.constant({ frames: 100, kernelPages: 200 })
    })
    .map(({ own, shared, spare, processes, ...rest }) => ({
      ...rest,
      processes,
      frames: spare.frames + mostOn(processes, ({ pages }) => 3 + pages),
      kernelPages: spare.kernelPages + mostOn(processes, ({ threads, pages }) => 2 * threads + Math.min(pages, 1)),
      orders: Object.fromEntries(
        [...plannedNames, planned.server].map((name, i) => [
          name,
          [
            ...plannedOpening(name),
            ...(own[i] ?? []),
            ...shared.flat().flatMap(([who, at, one]) => (who === name ? [[at, one] as const] : []))
          ]
        ])
      )
    }))

/** The most that the processes which begin on one cluster take together. */
const mostOn = (processes: ProcessPlan['processes'], of: (one: PlannedProcess) => number): number =>
  Math.max(...planned.daemons.map((where) => Object.values(processes).reduce((sum, one) => sum + (one.cluster === where ? of(one) : 0), 0)))
