import { pipe } from 'fp-ts/lib/function'
import { concluded, pause, prepare, release } from '../../lib/migration/stages'
import { andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A stop-and-copy that does not tell the target what the guest's clock had shown. Breaks `clockMonotone` where the target's clock is behind. */
export const resumeWithoutClock: Pipeline = () =>
  pipe(
    prepare(),
    andThen('pause', pause),
    andThen('select', () => request({ type: 'select', level: 'hypervisor' })),
    andThen('send', ({ pages }) => request({ type: 'send', pages, place: 'always' })),
    andThen('flush', () => request({ type: 'flush' })),
    andThen('commit', () => request({ type: 'commit' })),
    andThen('resume', () => request({ type: 'resume', where: 'target' })),
    andThen('release', release),
    concluded
  )
