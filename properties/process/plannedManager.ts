import type { Data } from '../../lib/protocol/data'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { type Asking, reactor } from '../../lib/protocol/reactor'
import { DAEMON_PORT, type DaemonRequest } from '../../pipelines/manycore/daemonMessage'
import { PLAN_MS, planned } from './plannedOrders'
import type { PlannedMove, ProcessPlan } from './processPlan'

/**
 * The program that tells daemons of a plan's moves at their times: every daemon each of them, since it does not know where a process is by then; those that have it not say so. It asks what their clusters run, takes all replies, and never
 * ends by itself.
 */
export const plannedManager =
  ({ moves }: Pick<ProcessPlan, 'moves'>): Pipeline =>
  () =>
    reactor<readonly string[], never>({
      name: 'manager',
      start: {
        state: [],
        ask: [
          { order: { type: 'create', end: 'replies', kind: 'mailbox' }, label: 'replies' },
          ...planned.daemons.map(
            (remote): Asking => ({
              order: { type: 'attach', end: remote, kind: 'mailbox', remote, port: DAEMON_PORT },
              label: `attached ${remote}`
            })
          ),
          ...moves.map(({ atMs }, id): Asking => ({ order: { type: 'wake', afterNs: atMs * 1_000_000 }, label: `move ${id}` })),
          ...LOOKS_MS.map((ms): Asking => ({ order: { type: 'wake', afterNs: ms * 1_000_000 }, label: `look ${ms}` }))
        ]
      },
      hear: (state, { label, signal }) => {
        if (label === undefined || signal.type === 'refused') return undefined
        if (label === 'replies') return { state, ask: [{ order: { type: 'receive', end: 'replies' }, label }] }
        const [what, number] = label.split(' ')
        if (what !== 'move' && what !== 'look') return undefined
        const id = Number(number)
        const request: DaemonRequest = what === 'look' ? { type: 'observe', id } : { type: 'migrate', id, ...wishOf(moves[id]) }
        return {
          state,
          ask: planned.daemons.map((end): Asking => ({ order: { type: 'mail', end, message: request as unknown as Data } }))
        }
      },
      ended: () => undefined
    })

const wishOf = ({ process, to, technique }: PlannedMove) => ({ process, to, technique })

/** When it asks what runs: while processes move, and when all is quiet. */
const LOOKS_MS = [PLAN_MS / 2, 3 * PLAN_MS]
