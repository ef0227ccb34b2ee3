import * as E from 'fp-ts/lib/Either'
import * as pageSequence from '../../lib/memory/pageSequence'
import type { PageSet } from '../../lib/memory/pageSet'
import type { Prepaging } from '../../lib/migration/prepaging'
import type { Data } from '../../lib/protocol/data'
import type { Attempt } from '../../lib/protocol/phase'
import { answers, asked, awaiting, done, failure } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { postcopyPulling } from './postcopyPulling'

/**
 * A post-copy that pushes as a published listing of bubbling does: one page at a time in the listing's order, a faulted page at once, and ends when the
 * bubble has reached its bounds, whatever is still missing. With a listing that loses pages it breaks `noPageLost`.
 */
export const publishedPull = <S extends Data>(order: Prepaging<S>): Pipeline => postcopyPulling((missing) => waitForFault(order, missing))

/** The listing's bubble begins to grow at the first fault. */
const waitForFault = <S extends Data>(order: Prepaging<S>, missing: PageSet): Attempt<unknown> =>
  missing.count === 0
    ? done(E.right(null))
    : awaiting([], 'first fault', missing, (signal) => {
        if (signal.type === 'failed') return done(E.left(failure('send', signal.reason)))
        if (signal.type === 'exited') return done(E.right(null))
        return signal.type === 'faulted'
          ? pushed(order, missing, order.faulted(order.start(missing), signal.page), [signal.page], [], 0)
          : undefined
      })

/** Sends what the guest waits for, else the order's next page; faults heard meanwhile come next. */
const pushed = <S extends Data>(
  order: Prepaging<S>,
  missing: PageSet,
  state: S,
  wanted: readonly number[],
  heard: readonly number[],
  tag: number
): Attempt<unknown> => {
  const [window, next] = wanted.length > 0 ? [pageSequence.sequence(wanted), state] : order.take(state, missing, 1)
  if (window.length === 0) return done(E.right(null))
  return sending(order, missing, next, heard, tag, [asked({ type: 'send', pages: window, place: 'ifAbsent', unless: 'sent' }, tag)])
}

const sending = <S extends Data>(
  order: Prepaging<S>,
  missing: PageSet,
  state: S,
  heard: readonly number[],
  tag: number,
  requests: Attempt<unknown>['requests']
): Attempt<unknown> =>
  awaiting(requests, 'pushing', [missing, state, heard, tag], (signal) => {
    if (signal.type === 'faulted') return sending(order, missing, order.faulted(state, signal.page), [...heard, signal.page], tag, [])
    if (!answers(signal, tag)) return undefined
    if (signal.type === 'refused') return done(E.left(failure('send', signal.reason)))
    return pushed(order, missing, state, heard, [], tag + 1)
  })
