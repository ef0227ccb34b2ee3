import { pipe } from 'fp-ts/lib/function'
import { push } from '../../lib/migration/push'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A pre-copy that pauses and sends the push's residual, and never reads what was dirtied between the last sync and the pause. Breaks `noPageLost`. */
export const precopyDroppingLastSync: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('push', () => push({ until: roundsAtMost(2) })(guest)),
    andThen('pause', ({ owed }) =>
      pipe(
        pause(),
        andThen('final copy', (clockNs) =>
          pipe(
            request({ type: 'send', pages: owed, place: 'always' }),
            andThen('switch over', () => switchOver({ clockNs }))
          )
        )
      )
    ),
    andThen('release', release),
    concluded
  )
