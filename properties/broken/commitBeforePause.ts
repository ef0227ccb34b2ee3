import { pipe } from 'fp-ts/lib/function'
import { concluded, pause, prepare, release } from '../../lib/migration/stages'
import { andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A stop-and-copy that passes ownership while the guest still runs at the source. Breaks `onePrimary`: running implies primary. */
export const commitBeforePause: Pipeline = () =>
  pipe(
    prepare(),
    andThen('commit', () => request({ type: 'commit' })),
    andThen('pause', pause),
    andThen('copy', (clockNs) =>
      pipe(
        request({ type: 'select', level: 'hypervisor' }),
        andThen('send', ({ pages }) => request({ type: 'send', pages, place: 'always' })),
        andThen('flush', () => request({ type: 'flush' })),
        andThen('resume', () => request({ type: 'resume', where: 'target', clockNs }))
      )
    ),
    andThen('release', release),
    concluded
  )
