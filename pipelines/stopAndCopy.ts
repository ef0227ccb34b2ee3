import { pipe } from 'fp-ts/lib/function'
import { concluded, prepare, release } from '../lib/migration/stages'
import * as phase from '../lib/migration/stopAndCopy'
import type { Level } from '../lib/protocol/command'
import { andThen } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/** `level`: which memory is sent (default: all that the hypervisor has allocated). */
export type StopAndCopyOptions = { readonly level?: Level }

/**
 * Stop-and-copy: pause, copy everything, go on at the target. The least sent and the simplest, with a downtime of all of memory over the bandwidth (Clark et
 * al., NSDI 2005, §3.1).
 *
 *     stop-and-copy  =  stopAndCopy(all)
 */
export const stopAndCopy =
  ({ level = 'hypervisor' }: StopAndCopyOptions = {}): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('stop-and-copy', () => phase.stopAndCopy(level)),
      andThen('release', release),
      concluded
    )
