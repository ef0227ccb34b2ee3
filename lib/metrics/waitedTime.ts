import type { Entry } from '../protocol/journal'
import type { WaitedFor } from '../protocol/signal'
import type { Fold } from '../stream/fold'
import { overSignals } from './overSignals'

/**
 * Waited time: how long the guest stood still at the target because pages were missing there, in ticks, as the last `released` tells: all its virtual CPUs at once (`postcopy-blocktime` of
 * QEMU, migration/postcopy-ram.c), and each of them (`postcopy-vcpu-blocktime`). `undefined` when it never did, and before the source has let go. It is what a post-copy costs beside
 * its downtime.
 *
 *     vcpu 0   ====x.......x......====      waited: 13
 *     vcpu 1   ======x....====x.....==      waited: 9, all at once: 4 + 3
 */
export const waitedTime: Fold<Entry, WaitedFor | undefined> = overSignals<WaitedFor | undefined, WaitedFor | undefined>({
  init: () => undefined,
  step: (waited, signal) => (signal.type === 'released' ? signal.waited : waited),
  done: (waited) => waited
})
