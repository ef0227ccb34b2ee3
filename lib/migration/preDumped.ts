import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as O from 'fp-ts/lib/Option'
import type { Level } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Compression } from '../protocol/compression'
import type { Attempt, Failure } from '../protocol/phase'
import { andThen, iterate, map, request } from '../protocol/phase'
import type { GuestView } from '../protocol/pipeline'
import type { AnswerTo } from '../protocol/signal'
import type { Time } from '../time/time'
import type { Pushed } from './round'
import { afterRound } from './round'
import type { StopRule } from './stopRule'

/** What decides the dumps ahead of the last: which memory, when they end, and how what they wrote is compressed on its way (default: not). */
export type PreDumpRules = { readonly level: Level; readonly until: StopRule; readonly compression?: Compression }

/** What has been dumped so far, all of it together, and what of that is stale by now. */
export type Dumped = { readonly pages: PageSet; readonly owed: PageSet }

type Progress = Dumped & { readonly startedAt: Time; readonly endedAt: Time; readonly pushed: Pushed | null }
type Turn = { readonly sent: AnswerTo<'send'>; readonly synced: AnswerTo<'sync'> }

/**
 * Dumps of a guest that runs (CRIU's pre-dump, criu/mem.c): all of its memory is written into a file and the file is sent, and then again and again what was written since, until the
 * rule says so; a round of the rule is a dump. Ends with what has been dumped, and what is owed to the last dump.
 *
 *     guest   ---- runs ------------------------------------->
 *     log     on ................. sync ............... sync -> owed
 *     disk    [dump: all]              [dump: dirty]
 *     link               [send the file]            [send]
 */
export const preDumped =
  ({ level, until, compression }: PreDumpRules) =>
  (guest: GuestView): Attempt<Dumped> =>
    pipe(
      request({ type: 'track', on: true }),
      andThen('select', () => request({ type: 'select', level })),
      andThen('dumps', ({ at, pages }) => {
        const start: Progress = { pages, owed: pages, startedAt: at, endedAt: at, pushed: null }
        return iterate(
          'preDumped',
          start,
          turn(compression),
          (state, turned: E.Either<Failure, Turn>): E.Either<Progress, E.Either<Failure, Dumped>> => {
            if (E.isLeft(turned)) return E.right(turned)
            const { sent, synced } = turned.right
            const result = {
              pages: state.owed.count,
              skipped: 0,
              bytes: sent.bytes,
              startedAt: state.endedAt,
              endedAt: synced.at,
              dirty: synced.dirty,
              owed: synced.dirty
            }
            const pushed = afterRound(state.pushed, result, { guest, startedAt: state.startedAt, throttle: 0, remember: 3 })
            const next: Progress = {
              pages: pageSet.union(state.pages, synced.dirty),
              owed: synced.dirty,
              startedAt: state.startedAt,
              endedAt: synced.at,
              pushed
            }
            const nothing = state.owed.count === 0 && synced.dirty.count === 0
            return nothing || O.isSome(until(pushed)) ? E.right(E.right({ pages: next.pages, owed: next.owed })) : E.left(next)
          }
        )
      })
    )

/** One dump, its file on its way, and the log. */
const turn =
  (compression: Compression | undefined) =>
  ({ owed, pushed }: Progress): Attempt<Turn> =>
    pipe(
      request({ type: 'dump', pages: owed }),
      andThen('send', () =>
        request({
          type: 'send',
          pages: owed,
          place: 'always',
          round: (pushed?.last.round ?? 0) + 1,
          ...(compression === undefined ? {} : { compression })
        })
      ),
      andThen('sync', (sent) => pipe(request({ type: 'sync' }), map(E.map((synced) => ({ sent, synced })))))
    )
