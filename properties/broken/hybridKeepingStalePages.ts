import { pipe } from 'fp-ts/lib/function'
import { push } from '../../lib/migration/push'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A hybrid that neither discards its stale copies at the target nor has their first access trapped, and sends them while the guest runs. Breaks `noPageLost`. */
export const hybridKeepingStalePages: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('push', () => push({ until: roundsAtMost(1) })(guest)),
    andThen('switch', ({ owed }) =>
      pipe(
        pause(),
        andThen('switch over', (clockNs) => switchOver({ clockNs })),
        andThen('rest', () => request({ type: 'send', pages: owed, place: 'ifNewer' })),
        andThen('flush', () => request({ type: 'flush' }))
      )
    ),
    andThen('release', release),
    concluded
  )
