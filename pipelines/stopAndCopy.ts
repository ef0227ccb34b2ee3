import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { DiskRules } from '../lib/migration/diskRules'
import { mirrored } from '../lib/migration/mirrored'
import type { Recovery } from '../lib/migration/recovery'
import { concludedOf, prepare, release } from '../lib/migration/stages'
import * as phase from '../lib/migration/stopAndCopy'
import type { Level } from '../lib/protocol/command'
import { type Compression, checkedCompression } from '../lib/protocol/compression'
import { andThen, done } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * `level`: which memory is sent (default: all that the hypervisor has allocated). `channels`: the connections that carry it (default 1). `compression`: how its pages are compressed (default: not). `recovery`: how long a commit
 * without an answer waits for a broken link (default a minute). `disk`: how a disk comes along, where the guest has one that must (default: all of it while the guest stands
 * still, as the memory).
 */
export type StopAndCopyOptions = {
  readonly level?: Level
  readonly channels?: number
  readonly compression?: Compression
  readonly recovery?: Recovery
  readonly disk?: DiskRules
}

/**
 * Stop-and-copy: pause, copy everything, go on at the target. The least sent and the simplest, with a downtime of all of memory over the bandwidth (Clark et
 * al., NSDI 2005, §3.1).
 *
 *     stop-and-copy  =  stopAndCopy(all)
 */
export const stopAndCopy = ({ level = 'hypervisor', channels, compression, recovery, disk }: StopAndCopyOptions = {}): Pipeline => {
  const checked = checkedCompression('stopAndCopy', compression)
  const withDisk = mirrored({ mirror: 'paused', ...disk })
  return (guest) =>
    pipe(
      prepare(),
      andThen('disk', () => withDisk(guest)(() => done(E.right(null)))),
      andThen('stop-and-copy', ({ disk }) => phase.stopAndCopy(level, { channels, compression: checked, recovery, disk })),
      andThen('release', release),
      concludedOf(guest)
    )
}
