import { milliseconds } from '../../time/time'
import { fixed, unlimited } from '../pacing'
import type { PushRules } from '../push'
import { qemuThreshold } from './qemuThreshold'

/** Limits as a user sets them, in nanoseconds and bytes per second; a rate of `Infinity` is none. */
export type Qemu14Options = { readonly downtimeLimitNs?: number; readonly maxBytesPerSecond?: number }

/**
 * QEMU 1.4 and 1.5, which send from a thread of their own: the guest runs meanwhile, the bandwidth is measured over whole windows, no number of rounds ends it, and the
 * last copy is not limited in rate (migration_thread of migration.c). Defaults: limit 30 ms, 32 MiB/s.
 *
 * Throws `RangeError` on a limit below 0 or a rate that is not above 0.
 */
export const qemu14 = ({ downtimeLimitNs = milliseconds(30), maxBytesPerSecond = 32 * 2 ** 20 }: Qemu14Options = {}): PushRules => ({
  until: qemuThreshold(downtimeLimitNs),
  pacing: maxBytesPerSecond === Number.POSITIVE_INFINITY ? unlimited : fixed(maxBytesPerSecond)
})
