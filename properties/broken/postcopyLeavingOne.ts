import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../../lib/memory/pageSet'
import { andThen, done, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { postcopyPulling } from './postcopyPulling'

/** A post-copy that pulls all of the missing pages but the last, and lets the source go. Breaks `arrivedBeforeRead`, and `noPageLost` with it. */
export const postcopyLeavingOne: Pipeline = postcopyPulling((missing) =>
  missing.count === 0
    ? done(E.right(null))
    : pipe(
        request({ type: 'send', pages: pageSet.take(missing, missing.count - 1), place: 'ifAbsent', unless: 'sent' }),
        andThen('flush', () => request({ type: 'flush' }))
      )
)
