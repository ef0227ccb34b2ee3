import type { Entry } from '../protocol/journal'
import { type Fold, mapFold } from '../stream/fold'
import type { Time } from '../time/time'
import { type Milestones, milestones, overAt } from './milestones'

/**
 * Total migration time in ticks: the migration's first command to `released`, when the source is no longer needed; to `ended` when it was never released.
 * `undefined` before that, and without a command. (Hines & Gopalan, VEE 2009, §3; Clark et al., NSDI 2005, §3.1, "total migration time".)
 *
 * Law: `total = preparation + downtime + resume` for a migration that completes with one pause.
 */
export const totalTime: Fold<Entry, Time | undefined> = mapFold((m: Milestones) => {
  const over = overAt(m)
  return over === undefined || m.started === undefined ? undefined : over - m.started
})(milestones)
