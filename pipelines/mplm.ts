import { pipe } from 'fp-ts/lib/function'
import type { DiskRules } from '../lib/migration/diskRules'
import { type AlternatingOptions, alternatingPush } from '../lib/migration/engines/alternatingPush'
import { mirrored } from '../lib/migration/mirrored'
import type { Recovery } from '../lib/migration/recovery'
import { concludedOf, prepare, release } from '../lib/migration/stages'
import { stopAndCopy } from '../lib/migration/stopAndCopy'
import { andThen } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * The batches and the interval; `recovery`: how long a commit without an answer waits for a broken link (default a minute). `disk`: how a disk comes along, where the guest has
 * one that must.
 */
export type MplmOptions = AlternatingOptions & { readonly recovery?: Recovery; readonly disk?: DiskRules }

/**
 * MPLM, pre-copy whose live stage is bounded by memory instead of by what the guest writes (Chanchio, on QEMU 2.9; kasidit/qemu-mplm).
 *
 *     mplm  =  alternatingPush  then residual => stopAndCopy(residual)
 */
export const mplm = ({ recovery, disk, ...batches }: MplmOptions = {}): Pipeline => {
  const push = alternatingPush(batches)
  const withDisk = mirrored(disk ?? {})
  return (guest) =>
    pipe(
      prepare(),
      andThen('push', () => withDisk(guest)(() => push(guest))),
      andThen('stop-and-copy', ({ value: { owed }, disk }) => stopAndCopy(owed, { recovery, disk })),
      andThen('release', release),
      concludedOf(guest)
    )
}
