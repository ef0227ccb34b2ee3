import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../../lib/memory/pageSet'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A stop-and-copy that sends the lower half of the pages in use and says that it has completed. Breaks `allSent`, and `noPageLost` with it. */
export const stopAndCopyOfHalf: Pipeline = () =>
  pipe(
    prepare(),
    andThen('pause', pause),
    andThen('copy', (clockNs) =>
      pipe(
        request({ type: 'select', level: 'hypervisor' }),
        andThen('half', ({ pages }) => request({ type: 'send', pages: pageSet.take(pages, Math.floor(pages.count / 2)), place: 'always' })),
        andThen('switch over', () => switchOver({ clockNs }))
      )
    ),
    andThen('release', release),
    concluded
  )
