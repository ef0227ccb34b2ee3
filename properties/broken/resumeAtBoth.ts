import { pipe } from 'fp-ts/lib/function'
import { push } from '../../lib/migration/push'
import { concluded, prepare, release, switchOver } from '../../lib/migration/stages'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { andThen } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A pre-copy that never pauses the guest at the source before it runs at the target. Breaks `onePrimary`: two copies run. */
export const resumeAtBoth: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('push', () => push({ until: roundsAtMost(2) })(guest)),
    andThen('switch over', () => switchOver({ clockNs: 0 })),
    andThen('release', release),
    concluded
  )
