import * as O from 'fp-ts/lib/Option'
import { formatTime, milliseconds } from '../../time/time'
import { fixed, unlimited } from '../pacing'
import type { PushRules } from '../push'
import type { StopRule } from '../stopRule'
import { measuredBandwidth } from './qemuThreshold'

/**
 * Limits as a user sets them, in nanoseconds and bytes per second (`Infinity`: none), `held`, the share of its time for which the sender holds the lock of the main loop, and `guestWaits`,
 * the share of that for which the guest stands still.
 */
export type Qemu12Options = {
  readonly downtimeLimitNs?: number
  readonly maxBytesPerSecond?: number
  readonly held?: number
  readonly guestWaits?: number
}

/**
 * QEMU 1.2, which sends from its I/O thread: every 100 ms a timer calls `ram_save_iterate`, which fills the window's budget, for 50 ms at most, holding the lock of
 * the main loop (arch_init.c, buffered_file.c). Two things follow, of one figure `held`:
 *
 *     window      |== held ==|.........|== held ==|.........|
 *     bandwidth   is measured inside, so taken for 1/held of what the link carries on average
 *     guest       stands still inside, where a virtual CPU needs the lock
 *
 * So it stops while the copy still takes longer than the limit: published downtimes are 1.5 to 1.9 times the tolerated ones (Chanchio & Thaenkaew, CCGrid 2014, Fig. 3:
 * 16.21, 37.69 and 45.71 s at 10, 20 and 30 s). `held` is 0.6 by default, the reciprocal of their mean ratio of 1.68; that the guest stands still for all
 * of it is an upper bound («recalled, unverified»: a virtual CPU inside KVM runs on until it needs the lock). Defaults: limit 30 ms, 32 MiB/s (migration.c).
 *
 * Throws `RangeError` on a limit below 0, a rate that is not above 0, held outside of 0 (exclusive) to 0.99, or guestWaits outside of 0 to 1.
 */
export const qemu12 = (options: Qemu12Options = {}): PushRules => {
  const { downtimeLimitNs = milliseconds(30), maxBytesPerSecond = 32 * 2 ** 20, held = 0.6, guestWaits = 1 } = options
  if (!(downtimeLimitNs >= 0)) throw new RangeError(`qemu12: downtimeLimitNs must be at least 0 (got ${downtimeLimitNs})`)
  if (!(held > 0 && held <= 0.99)) throw new RangeError(`qemu12: held must be above 0 and at most 0.99 (got ${held})`)
  if (!(guestWaits >= 0 && guestWaits <= 1)) throw new RangeError(`qemu12: guestWaits must be from 0 to 1 (got ${guestWaits})`)
  const still = Math.round(held * guestWaits * 1e9) / 1e9
  return {
    until: believedWithin(downtimeLimitNs, held),
    pacing: maxBytesPerSecond === Number.POSITIVE_INFINITY ? unlimited : fixed(maxBytesPerSecond),
    firstThrottle: still,
    throttle: () => still
  }
}

const believedWithin =
  (limitNs: number, held: number): StopRule =>
  (pushed) => {
    const bytes = pushed.owed.count * pushed.guest.pageBytes
    const believedNs = bytes === 0 ? 0 : (bytes * held * 1e9) / measuredBandwidth(pushed)
    return believedNs <= limitNs
      ? O.some(`the downtime, believed to be ${formatTime(believedNs)}, is within ${formatTime(limitNs)}`)
      : O.none
  }
