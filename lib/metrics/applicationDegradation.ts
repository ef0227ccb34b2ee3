import type { Entry } from '../protocol/journal'
import { type Fold, mapFold } from '../stream/fold'
import { nanoseconds, type TimeUnit } from '../time/time'
import { type GuestProgress, guestProgress } from './guestProgress'

/**
 * Application degradation, a fraction: what the migration took from the guest's running, `1 - progress / elapsed`, from the migration's first command
 * to its last `suspended`, `activated` or `released` (see `guestProgress`). Downtime, stalls at missing pages, throttling and the host's costs are all in it; 0 is an
 * unhurt guest, 1 one that stood still. (Hines & Gopalan, VEE 2009, §3.) `undefined` without such a signal, and when no time passed.
 */
export const applicationDegradation = (unit: TimeUnit = nanoseconds): Fold<Entry, number | undefined> =>
  mapFold((of: GuestProgress | undefined) => (of === undefined || !(of.elapsedNs > 0) ? undefined : 1 - of.progressNs / of.elapsedNs))(
    guestProgress(unit)
  )
