import { lanes } from '../../lib/protocol/lanes'
import { map } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { timedPrograms } from '../chip/chipPlan'
import { planned } from './plannedOrders'
import type { ProcessPlan } from './processPlan'

/** What runs on the clusters of a plan: daemons between which processes move, the keeper's, the server's where it has one, and who asks them. */
export const plannedPrograms = (plan: ProcessPlan, daemon: Pipeline, manager: Pipeline): Readonly<Record<string, Pipeline>> => {
  const { [planned.server]: server } = timedPrograms(plan)
  const both: Pipeline = (guest) =>
    map(({ serves }: { readonly serves: Outcome; readonly moves: Outcome }) => serves)(
      lanes({ serves: server(guest), moves: daemon(guest) })
    )
  return {
    ...Object.fromEntries([...planned.daemons, planned.keeper].map((name) => [name, daemon])),
    [planned.server]: plan.serverHasDaemon ? both : server,
    [planned.manager]: manager
  }
}
