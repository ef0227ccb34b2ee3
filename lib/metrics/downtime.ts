import type { Entry } from '../protocol/journal'
import { type Fold, mapFold } from '../stream/fold'
import type { Time } from '../time/time'
import { type Milestones, milestones, overAt } from './milestones'

/**
 * The guest's downtime in ticks: `suspended` to the next `activated`, wherever that is, summed over the migration's pauses; 0 when it never stopped. A
 * pause still open counts to the end of the migration. (Clark et al., NSDI 2005, §3.1; Hines & Gopalan, VEE 2009, §3.) Stalls at missing pages are no
 * downtime: they are part of `applicationDegradation`.
 *
 * Law: `downtime <= total time`.
 */
export const downtime: Fold<Entry, Time> = mapFold((m: Milestones) =>
  m.pauses.reduce((sum, { from, to }) => sum + ((to ?? overAt(m) ?? from) - from), 0)
)(milestones)
