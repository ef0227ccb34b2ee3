import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../../lib/memory/pageSet'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { andThen, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A post-copy that lets the source go when the last page has left, and not when it has arrived. Breaks `noPageLost` on any link with a latency. */
export const releaseWithoutBarrier: Pipeline = () =>
  pipe(
    prepare(),
    andThen('pause', pause),
    andThen('select', (clockNs) =>
      pipe(request({ type: 'select', level: 'hypervisor' }), map(E.map(({ pages, nonPageable }) => ({ clockNs, pages, nonPageable }))))
    ),
    andThen('non-pageable', ({ clockNs, pages, nonPageable }) =>
      pipe(
        request({ type: 'send', pages: nonPageable, place: 'always' }),
        andThen('switch over', () => switchOver({ clockNs, missing: pageSet.difference(pages, nonPageable) })),
        andThen('push', () => request({ type: 'send', pages: pageSet.difference(pages, nonPageable), place: 'ifAbsent', unless: 'sent' }))
      )
    ),
    andThen('release', release),
    concluded
  )
