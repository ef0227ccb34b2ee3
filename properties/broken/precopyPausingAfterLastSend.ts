import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../../lib/memory/pageSet'
import { push } from '../../lib/migration/push'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { andThen, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A pre-copy that reads the log a last time and sends what it names while the guest still runs, and pauses only then. Breaks `noPageLost`. */
export const precopyPausingAfterLastSend: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('push', () => push({ until: roundsAtMost(1) })(guest)),
    andThen('last sync', ({ owed }) => pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => pageSet.union(owed, dirty))))),
    andThen('last copy', (pages) => request({ type: 'send', pages, place: 'always' })),
    andThen('pause', pause),
    andThen('switch over', (clockNs) => switchOver({ clockNs })),
    andThen('release', release),
    concluded
  )
