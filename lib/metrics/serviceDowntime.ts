import type { Entry } from '../protocol/journal'
import { type Fold, mapFold } from '../stream/fold'
import type { Time } from '../time/time'
import { type Milestones, milestones, overAt } from './milestones'

/**
 * The service's downtime in ticks: like `downtime`, but the pause that ends at the target ends for the service only when the network delivers there, too:
 * at the later of `activated` and `redirected`. Without `redirected` there is no network to redirect, and it is the guest's downtime. (Clark et al., NSDI 2005,
 * §3.2: the moved address is advertised by ARP.)
 *
 * Law: `downtime <= service downtime`.
 */
export const serviceDowntime: Fold<Entry, Time> = mapFold((m: Milestones) =>
  m.pauses.reduce((sum, { from, to, where }) => {
    const until = to ?? overAt(m) ?? from
    return sum + (where === 'target' ? Math.max(until, m.redirected ?? until) : until) - from
  }, 0)
)(milestones)
