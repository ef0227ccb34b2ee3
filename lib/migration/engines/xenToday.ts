import * as O from 'fp-ts/lib/Option'
import type { PushRules } from '../push'
import { or, roundsAtMost, type StopRule } from '../stopRule'

/** The limits of Xen's policy, in rounds and pages. */
export type XenTodayOptions = { readonly maxIterations?: number; readonly targetDirtyPages?: number }

/**
 * Xen's tools today (`simple_precopy_policy` and `send_memory_live` of tools/libs/guest/xg_sr_save.c, xen-project/xen c447b730): five rounds at most, as fast as the link
 * allows, without a peek; a round that begins with fewer than 50 dirty pages is still sent, and is the last, because the policy is asked before a round and stops after it.
 *
 * Throws `RangeError` unless the iterations are an integer above 0 and the pages at least 0.
 */
export const xenToday = ({ maxIterations = 5, targetDirtyPages = 50 }: XenTodayOptions = {}): PushRules => ({
  until: or(roundsAtMost(maxIterations), begunBelow(targetDirtyPages))
})

const begunBelow = (pages: number): StopRule => {
  if (!(pages >= 0)) throw new RangeError(`xenToday: targetDirtyPages must be at least 0 (got ${pages})`)
  return ({ previous }) =>
    previous !== null && previous.dirtied < pages ? O.some(`the round began with ${previous.dirtied} dirty pages, below ${pages}`) : O.none
}
