import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import type { Attempt } from '../../lib/protocol/phase'
import { andThen, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A post-copy that is right in everything but its pull, which is whatever is given: what the planted faults of the pull phase have in common. */
export const postcopyPulling =
  (pull: (missing: PageSet) => Attempt<unknown>): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('pause', pause),
      andThen('select', (clockNs) =>
        pipe(request({ type: 'select', level: 'hypervisor' }), map(E.map(({ pages, nonPageable }) => ({ clockNs, pages, nonPageable }))))
      ),
      andThen('non-pageable', ({ clockNs, pages, nonPageable }) => {
        const missing = pageSet.difference(pages, nonPageable)
        return pipe(
          request({ type: 'send', pages: nonPageable, place: 'always' }),
          andThen('switch over', () => switchOver({ clockNs, missing })),
          andThen('pull', () => pull(missing)),
          andThen('flush', () => request({ type: 'flush' }))
        )
      }),
      andThen('release', release),
      concluded
    )
