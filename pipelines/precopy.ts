import { pipe } from 'fp-ts/lib/function'
import type { PushRules } from '../lib/migration/push'
import { push } from '../lib/migration/push'
import type { Recovery } from '../lib/migration/recovery'
import { concluded, prepare, release } from '../lib/migration/stages'
import { stopAndCopy } from '../lib/migration/stopAndCopy'
import { downtimeWithin, or, roundsAtMost } from '../lib/migration/stopRule'
import { andThen } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'
import { milliseconds } from '../lib/time/time'

/**
 * The rules of the push; `until` is by default: expected downtime within 300 ms (QEMU's default limit), or 30 rounds (Xen of 2006: 29 and a last one). `recovery`: how
 * long a commit without an answer waits for a broken link (default a minute).
 */
export type PrecopyOptions = Partial<PushRules> & { readonly recovery?: Recovery }

/**
 * Pre-copy: rounds while the guest runs, then a short stop-and-copy of what is left (Clark et al., NSDI 2005).
 *
 *     pre-copy  =  push  then residual => stopAndCopy(residual)
 */
export const precopy = (options: PrecopyOptions = {}): Pipeline => {
  const { until = or(downtimeWithin(milliseconds(300)), roundsAtMost(30)), recovery, ...rules } = options
  const { channels, delta } = rules
  return (guest) =>
    pipe(
      prepare(),
      andThen('push', () => push({ until, ...rules })(guest)),
      andThen('stop-and-copy', ({ owed, bytesPerSecond }) => stopAndCopy(owed, { channels, delta, recovery, bytesPerSecond })),
      andThen('release', release),
      concluded
    )
}
