import { seconds } from '../../time/time'
import type { PushRules } from '../push'
import { bandwidthOf, dirtyRateOf } from '../round'
import { downtimeWithin } from '../stopRule'
import type { Throttle } from '../throttle'

/** The switch-over that is aimed at, in nanoseconds, and how far below the transmission rate the guest's dirty rate is to be brought. */
export type VmotionOptions = { readonly switchoverNs?: number; readonly slowTo?: number }

/**
 * vMotion as far as it is documented: iterative pre-copy until the rest can be switched over in a second (VMware, vMotion Architecture, Performance and Best Practices in
 * vSphere 5, 2011; vMotion Enhancements in vSphere 7, 2020: the switch-over is to stay under a second; 500 ms is «recalled, unverified»), and, from vSphere 5 on, Stun During
 * Page Send: where the guest dirties pages faster than they are sent, its virtual CPUs are put to sleep for milliseconds at a time, so that the copy can end. How long they sleep is
 * not published: here as long as brings the dirty rate to half of the transmission rate. Throws `RangeError` on a switch-over below 0 or slowTo outside of 0 to 1.
 */
export const vmotion = ({ switchoverNs = seconds(1), slowTo = 0.5 }: VmotionOptions = {}): PushRules => ({
  until: downtimeWithin(switchoverNs),
  throttle: stunDuringPageSend(slowTo)
})

/** Takes nothing while the guest dirties less than is sent; else so much that it would dirty `slowTo` of that, going by its speed now. Never gives back. */
export const stunDuringPageSend = (slowTo: number): Throttle => {
  if (!(slowTo > 0 && slowTo < 1)) throw new RangeError(`stunDuringPageSend: slowTo must be above 0 and below 1 (got ${slowTo})`)
  return ({ last, guest, throttle }) => {
    const sent = bandwidthOf(last)
    const dirtied = dirtyRateOf(last) * guest.pageBytes
    if (sent === 0 || dirtied <= sent) return throttle
    const fraction = 1 - (1 - throttle) * ((slowTo * sent) / dirtied)
    return Math.min(0.99, Math.max(throttle, Math.ceil(fraction * 1000) / 1000))
  }
}
