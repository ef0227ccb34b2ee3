import { pipe } from 'fp-ts/lib/function'
import { concluded, prepare, release } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { andKeep, andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/**
 * A pre-copy of one round that looks up which pages are in use before dirty logging is on: a page that comes into use between the two is neither named nor
 * logged. Breaks `noPageLost` where answers take time.
 */
export const precopySelectingBeforeTracking: Pipeline = () =>
  pipe(
    prepare(),
    andThen('select', () => request({ type: 'select', level: 'guestOs' })),
    andKeep('track', () => request({ type: 'track', on: true })),
    andKeep('round', ({ pages }) => request({ type: 'send', pages, place: 'always', round: 1 })),
    andThen('sync', () => request({ type: 'sync' })),
    andThen('stop-and-copy', ({ dirty }) => stopAndCopy(dirty)),
    andThen('release', release),
    concluded
  )
