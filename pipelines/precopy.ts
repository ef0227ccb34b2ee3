import { pipe } from 'fp-ts/lib/function'
import type { DiskRules } from '../lib/migration/diskRules'
import { mirrored } from '../lib/migration/mirrored'
import type { PushRules } from '../lib/migration/push'
import { push, pushInTwo } from '../lib/migration/push'
import type { Recovery } from '../lib/migration/recovery'
import { concludedOf, prepare, release } from '../lib/migration/stages'
import { stopAndCopy } from '../lib/migration/stopAndCopy'
import { downtimeWithin, or, roundsAtMost } from '../lib/migration/stopRule'
import { andThen } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'
import { milliseconds } from '../lib/time/time'

/**
 * The rules of the push; `until` is by default: expected downtime within 300 ms (QEMU's default limit), or 30 rounds (Xen of 2006: 29 and a last one). `recovery`: how
 * long a commit without an answer waits for a broken link (default a minute). `disk`: how a disk comes along, where the guest has one that must.
 */
export type PrecopyOptions = Partial<PushRules> & { readonly recovery?: Recovery; readonly disk?: DiskRules }

/**
 * Pre-copy: rounds while the guest runs, then a short stop-and-copy of what is left (Clark et al., NSDI 2005).
 *
 *     pre-copy  =  push  then residual => stopAndCopy(residual)
 */
export const precopy = (options: PrecopyOptions = {}): Pipeline => {
  const { until = or(downtimeWithin(milliseconds(300)), roundsAtMost(30)), recovery, disk, ...rules } = options
  const { channels, delta, compression } = rules
  const withDisk = mirrored(disk ?? {})
  return (guest) =>
    pipe(
      prepare(),
      andThen('push', () => withDisk(guest)(() => push({ until, ...rules })(guest), pushInTwo({ until, ...rules })(guest))),
      andThen('stop-and-copy', ({ value: { owed, bytesPerSecond }, disk }) =>
        stopAndCopy(owed, { channels, delta, compression, recovery, bytesPerSecond, disk })
      ),
      andThen('release', release),
      concludedOf(guest)
    )
}
