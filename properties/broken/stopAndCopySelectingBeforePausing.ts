import { pipe } from 'fp-ts/lib/function'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A stop-and-copy that looks up which pages are in use before the guest has stopped: it can still come to use others. Breaks `noPageLost`. */
export const stopAndCopySelectingBeforePausing: Pipeline = () =>
  pipe(
    prepare(),
    andThen('select', () => request({ type: 'select', level: 'guestOs' })),
    andThen('pause', ({ pages }) =>
      pipe(
        pause(),
        andThen('copy', (clockNs) =>
          pipe(
            request({ type: 'send', pages, place: 'always' }),
            andThen('switch over', () => switchOver({ clockNs }))
          )
        )
      )
    ),
    andThen('release', release),
    concluded
  )
