import { pipe } from 'fp-ts/lib/function'
import type { Recovery } from '../lib/migration/recovery'
import { concluded, prepare, release } from '../lib/migration/stages'
import * as phase from '../lib/migration/stopAndCopy'
import type { Level } from '../lib/protocol/command'
import { andThen } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * `level`: which memory is sent (default: all that the hypervisor has allocated). `channels`: the connections that carry it (default 1). `recovery`: how long a commit
 * without an answer waits for a broken link (default a minute).
 */
export type StopAndCopyOptions = { readonly level?: Level; readonly channels?: number; readonly recovery?: Recovery }

/**
 * Stop-and-copy: pause, copy everything, go on at the target. The least sent and the simplest, with a downtime of all of memory over the bandwidth (Clark et
 * al., NSDI 2005, §3.1).
 *
 *     stop-and-copy  =  stopAndCopy(all)
 */
export const stopAndCopy =
  ({ level = 'hypervisor', channels, recovery }: StopAndCopyOptions = {}): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('stop-and-copy', () => phase.stopAndCopy(level, { channels, recovery })),
      andThen('release', release),
      concluded
    )
