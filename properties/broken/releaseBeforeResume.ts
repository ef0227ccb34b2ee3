import { pipe } from 'fp-ts/lib/function'
import { concluded, pause } from '../../lib/migration/stages'
import { andKeep, andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A stop-and-copy that pauses first of all, and lets the source go before the guest runs at the target. Breaks `downtimeWithinTotal`. */
export const releaseBeforeResume: Pipeline = () =>
  pipe(
    pause(),
    andThen('copy', (clockNs) =>
      pipe(
        request({ type: 'select', level: 'hypervisor' }),
        andThen('send', ({ pages }) => request({ type: 'send', pages, place: 'always' })),
        andThen('flush', () => request({ type: 'flush' })),
        andThen('commit', () => request({ type: 'commit' })),
        andThen('release', () => request({ type: 'release' })),
        andKeep('resume', () => request({ type: 'resume', where: 'target', clockNs }))
      )
    ),
    andThen('needs', ({ needs }) => ({ requests: [], phase: { type: 'done', value: { _tag: 'Right', right: needs } } })),
    concluded
  )
