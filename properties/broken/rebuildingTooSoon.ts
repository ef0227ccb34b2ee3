import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { andKeep, andThen, done, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

const dumping =
  (rebuild: boolean): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('pause', pause),
      andThen('dump', (clockNs) =>
        pipe(
          request({ type: 'select', level: 'hypervisor' }),
          andKeep('file', ({ pages }) => request({ type: 'dump', pages })),
          andKeep('transfer', ({ pages }) => request({ type: 'send', pages, place: 'always' })),
          andThen('rebuild', ({ pages }) => (rebuild ? request({ type: 'rebuild', pages }) : done(E.right(null)))),
          andThen('switch over', () => switchOver({ clockNs }))
        )
      ),
      andThen('release', release),
      concluded
    )

/** A container that is made anew while its file may still be on its way. Breaks `rebuiltFromFiles`. */
export const rebuildingTooSoon: Pipeline = dumping(true)

/** A container that is never made anew. Breaks `rebuiltFromFiles`. */
export const rebuildingNothing: Pipeline = dumping(false)
