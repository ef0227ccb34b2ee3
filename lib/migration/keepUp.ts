import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { noting } from '../protocol/noting'
import type { Attempt, Failure } from '../protocol/phase'
import { andThen, iterate, map, request } from '../protocol/phase'
import { cancellable } from './cancellable'

/** How what is written goes: at most so fast, over so many connections; and how long to wait when nothing was. */
export type KeepUpRules = { readonly bytesPerSecond?: number; readonly channels?: number; readonly intervalNs: number }

/**
 * Keeps the target's pages (or blocks) up with a source that writes on: sends what is owed, reads the log, sends what it names, and so on; when that is nothing it waits a
 * while and looks again. It ends only by `wound`, with all that is owed then. For who has pushed and must wait for somebody else: a mirrored disk, while the memory moves.
 *
 *     log     ... sync ...... sync - nothing - (interval) - sync .... sync -> owed
 *     link    [owed][dirty][dirty]                          [dirty] x wound
 */
export const keepUp = ({ bytesPerSecond, channels = 1, intervalNs }: KeepUpRules, owed: PageSet): Attempt<PageSet> =>
  iterate(
    'keepUp',
    { owed },
    (state: Owing) => noting(turn({ bytesPerSecond, channels, intervalNs }, state.owed)),
    (_, [turned, wounded]: readonly [E.Either<Failure, PageSet>, boolean]): E.Either<Owing, E.Either<Failure, PageSet>> =>
      wounded || E.isLeft(turned) ? E.right(turned) : E.left({ owed: turned.right })
  )

type Owing = { readonly owed: PageSet }

/** Ends with what is owed after it. With several channels the log is read behind a barrier, as in a push. */
const turn = ({ bytesPerSecond, channels, intervalNs }: KeepUpRules & { readonly channels: number }, owed: PageSet): Attempt<PageSet> => {
  const left: Attempt<PageSet> =
    owed.count === 0
      ? pipe(cancellable({ type: 'wake', afterNs: intervalNs }), map(E.map(() => owed)))
      : pipe(
          cancellable({ type: 'send', pages: owed, place: 'always', bytesPerSecond, ...(channels > 1 ? { channels } : {}) }),
          map(E.map(({ pages }) => pageSet.difference(owed, pages as PageSet)))
        )
  const sent =
    channels > 1 && owed.count > 0
      ? pipe(
          left,
          andThen('flush', (rest) => pipe(request({ type: 'flush' }), map(E.map(() => rest))))
        )
      : left
  return pipe(
    sent,
    andThen('sync', (rest) => pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => pageSet.union(rest, dirty)))))
  )
}
