import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Order } from '../../../lib/protocol/command'
import type { Journal } from '../../../lib/protocol/journal'
import { runFold } from '../../../lib/stream/fold'
import { mppaWiring } from '../../../lib/world/mppaWiring'
import { chipInvariants } from '../../../properties/chip/chipInvariants'
import { timedPrograms } from '../../../properties/chip/chipPlan'
import { answered } from '../../../properties/invariants/answered'
import { breaches } from '../../../properties/invariants/watcher'
import { planned, type TimedOrders } from '../../../properties/process/plannedOrders'
import { processInvariants } from '../../../properties/process/processInvariants'
import { type ProcessPlan, processPlans } from '../../../properties/process/processPlan'
import { processJournalOf } from '../../../properties/process/processWorld'

const wiring = mppaWiring()
const judged = breaches([...processInvariants, ...chipInvariants, answered])

/** In place of every move the process is frozen where it is, looked at, and goes on. */
const stops = (plan: ProcessPlan, cluster: string): TimedOrders =>
  plan.moves
    .filter(({ process }) => plan.processes[process].cluster === cluster)
    .flatMap(({ atMs, process }) =>
      (['freeze', 'describe', 'observe', 'unfreeze'] as const).map((type, i): readonly [number, Order] => [
        (atMs + 10 * i) * 1_000_000,
        type === 'observe' ? { type } : { type, process }
      ])
    )

const journal = (plan: ProcessPlan): Journal =>
  processJournalOf(
    plan,
    timedPrograms({ orders: Object.fromEntries(planned.daemons.map((name) => [name, stops(plan, name)])) }),
    undefined,
    wiring
  )

describe('processes that are frozen and go on where they are', () => {
  it('keep all invariants, whatever they do and whatever breaks', () => {
    fc.assert(
      fc.property(processPlans(), (plan) => {
        expect(runFold(judged, journal(plan))).toEqual([])
      }),
      { numRuns: 10 }
    )
  })
})
