import type { Entry } from '../protocol/journal'
import { type Fold, mapFold } from '../stream/fold'
import type { Time } from '../time/time'
import { type Milestones, milestones } from './milestones'

/**
 * Preparation time in ticks: the migration's first command to the `suspended` that precedes the switch to the target: for pre-copy all its rounds, for
 * post-copy and stop-and-copy only the stages before the pause. `undefined` when the guest never ran at the target. (Hines & Gopalan, VEE 2009, §3.)
 */
export const preparationTime: Fold<Entry, Time | undefined> = mapFold(({ started, pauses }: Milestones) => {
  const last = pauses.find(({ where }) => where === 'target')
  return started === undefined || last === undefined ? undefined : last.from - started
})(milestones)
