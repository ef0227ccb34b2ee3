import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSequence from '../../lib/memory/pageSequence'
import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import type { Prepaging } from '../../lib/migration/prepaging'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import type { Data } from '../../lib/protocol/data'
import type { Attempt } from '../../lib/protocol/phase'
import { andThen, answers, asked, awaiting, done, failure, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/**
 * A post-copy that pushes as a published listing of bubbling does: one page at a time in the listing's order, a faulted page at once, and ends when the
 * bubble has reached its bounds, whatever is still missing. With a listing that loses pages it breaks `noPageLost`.
 */
export const publishedPull =
  <S extends Data>(order: Prepaging<S>): Pipeline =>
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
          andThen('pull', () => waitForFault(order, missing)),
          andThen('flush', () => request({ type: 'flush' }))
        )
      }),
      andThen('release', release),
      concluded
    )

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
  awaiting(requests, 'pushing', [missing, state, heard], (signal) => {
    if (signal.type === 'faulted') return sending(order, missing, order.faulted(state, signal.page), [...heard, signal.page], tag, [])
    if (!answers(signal, tag)) return undefined
    if (signal.type === 'refused') return done(E.left(failure('send', signal.reason)))
    return pushed(order, missing, state, heard, [], tag + 1)
  })
