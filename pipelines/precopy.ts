import { pipe } from 'fp-ts/lib/function'
import type { PushRules } from '../lib/migration/push'
import { push } from '../lib/migration/push'
import { concluded, prepare, release } from '../lib/migration/stages'
import { stopAndCopy } from '../lib/migration/stopAndCopy'
import { downtimeWithin, or, roundsAtMost } from '../lib/migration/stopRule'
import { andThen } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'
import { milliseconds } from '../lib/time/time'

/** The rules of the push; `until` is by default: expected downtime within 300 ms (QEMU's default limit), or 30 rounds (Xen of 2006: 29 and a last one). */
export type PrecopyOptions = Partial<PushRules>

/**
 * Pre-copy: rounds while the guest runs, then a short stop-and-copy of what is left (Clark et al., NSDI 2005).
 *
 *     pre-copy  =  push  then residual => stopAndCopy(residual)
 */
export const precopy =
  ({ until = or(downtimeWithin(milliseconds(300)), roundsAtMost(30)), ...rules }: PrecopyOptions = {}): Pipeline =>
  (guest) =>
    pipe(
      prepare(),
      andThen('push', () => push({ until, ...rules })(guest)),
      andThen('stop-and-copy', ({ owed }) => stopAndCopy(owed)),
      andThen('release', release),
      concluded
    )
