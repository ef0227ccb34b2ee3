import type { Entry } from '../protocol/journal'
import { type Fold, mapFold } from '../stream/fold'
import type { Time } from '../time/time'
import { type Milestones, milestones } from './milestones'

/**
 * Resume time in ticks: the switch (`activated` at the target) to `released`, when no dependency on the source is left: for post-copy all its pulling, for
 * pre-copy only the source's dropping of its copy. `undefined` when either did not happen. (Hines & Gopalan, VEE 2009, §3.)
 */
export const resumeTime: Fold<Entry, Time | undefined> = mapFold(({ switched, released }: Milestones) =>
  switched === undefined || released === undefined ? undefined : released - switched
)(milestones)
