import { pipe } from 'fp-ts/lib/function'
import { concluded, prepare, release } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/**
 * A pre-copy that sends everything, thinks better of it and abandons, and then tries again with what the log names since, as if the target had kept its
 * copies: the dirty bits were cleared for an attempt that came to nothing (Firecracker 0d0cab9, Propolis issue 232). Breaks `freshAfterAbort`.
 */
export const retryKeepingPages: Pipeline = () =>
  pipe(
    prepare(),
    andThen('track', () => request({ type: 'track', on: true })),
    andThen('select', () => request({ type: 'select', level: 'hypervisor' })),
    andThen('round', ({ pages }) => request({ type: 'send', pages, place: 'always', round: 1 })),
    andThen('abandon', () => request({ type: 'abandon' })),
    andThen('again', prepare),
    andThen('select again', () => request({ type: 'select', level: 'hypervisor' })),
    andThen('read', () => request({ type: 'sync' })),
    andThen('stop-and-copy', ({ dirty }) => stopAndCopy(dirty)),
    andThen('release', release),
    concluded
  )
