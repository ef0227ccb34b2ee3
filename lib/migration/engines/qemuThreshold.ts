import * as O from 'fp-ts/lib/Option'
import { formatTime } from '../../time/time'
import { bandwidthOf, type Pushed } from '../round'
import type { StopRule } from '../stopRule'

/**
 * When QEMU's own migration thread completes (migration.c of 1.4 to 1.6): nothing is left, or less than the measured bandwidth carries within the downtime limit. The
 * bandwidth is that of the last round; QEMU's is that of its last window of 100 ms. Unlike `downtimeWithin`, a residual of exactly the threshold goes on. Nor is the
 * state of devices part of it: what was pending in these versions was memory and the blocks of disks (`save_live_pending`; recalled, unverified).
 *
 * Throws `RangeError` on a limit below 0.
 */
export const qemuThreshold = (downtimeLimitNs: number | ((pushed: Pushed) => number)): StopRule => {
  if (typeof downtimeLimitNs === 'number' && !(downtimeLimitNs >= 0))
    throw new RangeError(`qemuThreshold: downtimeLimitNs must be at least 0 (got ${downtimeLimitNs})`)
  return (pushed) => {
    const limit = typeof downtimeLimitNs === 'number' ? downtimeLimitNs : downtimeLimitNs(pushed)
    const bytes = pushed.owed.count * pushed.guest.pageBytes
    const bandwidth = measuredBandwidth(pushed)
    const threshold = (bandwidth * limit) / 1e9
    return bytes === 0 || bytes < threshold ? O.some(`${bytes} bytes are left, below what ${formatTime(limit)} carry`) : O.none
  }
}

/** Bytes per second of the last round, or of the whole push where that sent nothing. @internal */
export const measuredBandwidth = ({ last, bytes, startedAt }: Pushed): number =>
  bandwidthOf(last.bytes > 0 ? last : { ...last, bytes, startedAt })
