import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { noting } from '../protocol/noting'
import type { Failure, Step } from '../protocol/phase'
import { chain, done, iterate, map, request } from '../protocol/phase'
import { waiting } from './waiting'

/** What interruptions came to: the pages that were in the table at the end, those that the log named, and the refusal that ended them. */
export type Interrupted = { readonly table: PageSet; readonly seen: PageSet; readonly failure: Failure | null }

const none = (pages: number): Interrupted => {
  const table = pageSet.empty(pages)
  return { table, seen: table, failure: null }
}

type Turn = { readonly dirty: PageSet; readonly stashed: boolean; readonly failure: Failure | null; readonly over: boolean }

/**
 * Every `everyNs` the guest stands still while the pages written since the last time are copied into the image's table, the new over the old (TLC, stage 2: Chanchio et al.,
 * NCA 2011; there every 100 ms). Ends on `wound`, never with the guest paused unless its host is gone.
 *
 *     guest      ====|  |======|  |======|  |==
 *     the log        sync      sync      sync
 *     the table      stash     stash     stash
 */
export const interruptions = ({
  image,
  everyNs,
  pages
}: {
  readonly image: string
  readonly everyNs: number
  readonly pages: number
}): Step<Interrupted> =>
  iterate<Interrupted, Turn, Interrupted>(
    'interruptions',
    none(pages),
    () =>
      chain('interrupt', ({ cut }: { readonly cut: boolean }) =>
        cut
          ? done<Turn>({ dirty: pageSet.empty(pages), stashed: false, failure: null, over: true })
          : map(([turn, wounded]: readonly [Turn, boolean]): Turn => ({ ...turn, over: wounded || turn.failure !== null }))(
              noting(interruption(image, pages))
            )
      )(waiting(everyNs)),
    (before, { dirty, stashed, failure, over }) => {
      // As long as all that was seen is in the table, both are one set.
      const table = stashed ? pageSet.union(before.table, dirty) : before.table
      const seen = stashed && before.seen === before.table ? table : pageSet.union(before.seen, dirty)
      const now: Interrupted = { table, seen, failure }
      return over ? E.right(now) : E.left(now)
    }
  )

/** One of them: pause, read the log, copy, go on; whatever is refused, the guest goes on. */
const interruption = (image: string, pages: number): Step<Turn> =>
  pipe(
    request({ type: 'pause' }),
    chain('sync', (paused) =>
      E.isLeft(paused)
        ? done(turn(pageSet.empty(pages), paused))
        : pipe(
            request({ type: 'sync' }),
            chain('stash', (synced) =>
              E.isLeft(synced)
                ? going(turn(pageSet.empty(pages), synced))
                : pipe(
                    request({ type: 'stash', image, pages: synced.right.dirty }),
                    chain('go on', (stashed) => going(turn(synced.right.dirty, stashed)))
                  )
            )
          )
    )
  )

const turn = (dirty: PageSet, result: E.Either<Failure, unknown>): Turn => ({
  dirty,
  stashed: E.isRight(result),
  failure: E.isLeft(result) ? result.left : null,
  over: false
})

const going = (ended: Turn): Step<Turn> =>
  pipe(
    request({ type: 'resume', where: 'source' }),
    map((resumed) => (E.isLeft(resumed) && ended.failure === null ? { ...ended, failure: resumed.left } : ended))
  )
