import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as O from 'fp-ts/lib/Option'
import { fromPages, type PageSet } from '../../lib/memory/pageSet'
import type { Pushed, Round } from '../../lib/migration/round'
import type { Attempt } from '../../lib/protocol/phase'
import { andThen, done, request } from '../../lib/protocol/phase'
import type { ProcessPiece } from '../../lib/protocol/process'
import type { Time } from '../../lib/time/time'
import { batch, type Known, type Leaving } from './outgoing'
import { isMemory } from './sent'

/** What the rounds came to so far, as a stop rule sees it, and the pieces that are to be sent next. */
type Rounds = {
  readonly startedAt: Time
  readonly bytes: number
  readonly pages: number
  readonly made: readonly Round[]
  readonly owed: readonly ProcessPiece[]
}

/** Rounds over the pages of a process that runs, until the stop rule ends them: the pieces that are owed then. @internal */
export const copiedWhileRunning = (leaving: Leaving, known: Known): Attempt<readonly ProcessPiece[]> => {
  const memory = known.image.pieces.filter(isMemory)
  const { process } = leaving
  const numberOf = (piece: ProcessPiece): number =>
    memory.findIndex(({ section, index }) => section === piece.section && index === piece.index)
  const setOf = (pieces: readonly ProcessPiece[]): PageSet => fromPages(memory.length, pieces.map(numberOf))

  const round = (rounds: Rounds): Attempt<readonly ProcessPiece[]> =>
    pipe(
      batch(leaving, known, rounds.owed, false),
      andThen('round', () => request({ type: 'collect', process })),
      andThen('collected', ({ pieces, at }) => {
        const { made, owed } = rounds
        const sentBytes = owed.reduce((sum, { bytes }) => sum + bytes, 0)
        const last: Round = {
          round: (made.at(-1)?.round ?? 0) + 1,
          pages: owed.length,
          skipped: 0,
          bytes: sentBytes,
          startedAt: made.at(-1)?.endedAt ?? rounds.startedAt,
          endedAt: at,
          dirtied: pieces.length
        }
        const next: Rounds = {
          ...rounds,
          bytes: rounds.bytes + sentBytes,
          pages: rounds.pages + owed.length,
          made: [...made, last].slice(-1),
          owed: pieces
        }
        const pushed: Pushed = {
          guest: { name: process, pages: memory.length, pageBytes: PAGE_BYTES },
          startedAt: next.startedAt,
          bytes: next.bytes,
          pages: next.pages,
          last,
          previous: made.at(-1) ?? null,
          recent: [setOf(pieces)],
          owed: setOf(pieces),
          throttle: 0
        }
        return O.isSome(leaving.options.stop(pushed)) ? done(E.right(pieces)) : round(next)
      })
    )
  return pipe(
    request({ type: 'watch', process, on: true }),
    andThen('watched', ({ at }) => round({ startedAt: at, bytes: 0, pages: 0, made: [], owed: memory }))
  )
}

/** When it is frozen: what was owed, what has been written since, and its state. @internal */
export const copiedAtLast = (leaving: Leaving, known: Known, owed: readonly ProcessPiece[]): Attempt<Known> => {
  const { process } = leaving
  const nameOf = ({ section, index }: ProcessPiece): string => `${section} ${index}`
  return pipe(
    request({ type: 'collect', process }),
    andThen('last', ({ pieces }) => {
      const names = new Set([...owed, ...pieces].map(nameOf))
      return batch(
        leaving,
        known,
        known.image.pieces.filter((piece) => !isMemory(piece) || names.has(nameOf(piece))),
        true
      )
    })
  )
}

const PAGE_BYTES = 4096
