import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import { concluded, prepare, release } from '../../lib/migration/stages'
import type { Attempt, Failure, Step } from '../../lib/protocol/phase'
import { andThen, chain, done, iterate, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { lastCopy } from './rounds'

/** How often it is tried, and how long after a failure again. */
const TRIES = 6
const AGAIN_NS = 20_000

type Try = { readonly n: number; readonly owed: PageSet }
type Tried = { readonly sent: E.Either<Failure, unknown>; readonly dirty: E.Either<Failure, PageSet> }

/** A pre-copy that is tried again when the link breaks, from the log: `next` of what was owed and what the log says is owed then. */
const retrying =
  (next: (owed: PageSet, dirty: PageSet) => PageSet): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('track', () => request({ type: 'track', on: true })),
      andThen('select', () => request({ type: 'select', level: 'hypervisor' })),
      andThen('attempts', ({ pages }) =>
        iterate<Try, Tried, E.Either<Failure, PageSet>>(
          'attempt',
          { n: 1, owed: pages },
          ({ owed }) => attempt(owed),
          ({ n, owed }, { sent, dirty }) => {
            if (E.isLeft(dirty)) return E.right(dirty)
            if (E.isRight(sent)) return E.right(dirty)
            return n === TRIES ? E.right(sent) : E.left({ n: n + 1, owed: next(owed, dirty.right) })
          }
        )
      ),
      andThen('last copy', (owed) => lastCopy(owed)),
      andThen('release', release),
      concluded
    )

/** Sends what is owed and makes sure that it has arrived; if not, waits; then reads the log. */
const attempt = (owed: PageSet): Step<Tried> =>
  tried(
    pipe(
      request({ type: 'send', pages: owed, place: 'always' }),
      andThen('flush', () => request({ type: 'flush' }))
    )
  )

const tried = (sending: Attempt<unknown>): Step<Tried> =>
  chain('then', (sent: E.Either<Failure, unknown>) =>
    pipe(
      E.isRight(sent) ? done<E.Either<Failure, unknown>>(E.right(null)) : connected,
      chain('log', () => request({ type: 'sync' })),
      map(
        (synced): Tried => ({
          sent,
          dirty: pipe(
            synced,
            E.map(({ dirty }) => dirty)
          )
        })
      )
    )
  )(sending)

/** Waits, and asks whether the target is there again: if not, the next attempt fails as well. */
const connected: Attempt<unknown> = pipe(
  request({ type: 'wake', afterNs: AGAIN_NS }),
  andThen('inquire', () => request({ type: 'inquire' }))
)

/** The pieces about what one attempt leaves to the next. */
export const retryPieces: readonly Piece[] = [
  {
    id: 'B7',
    name: 'what a failed attempt had read of the log is forgotten',
    reference: {
      project: 'Firecracker and Propolis',
      date: '2024-05',
      of: [
        '0d0cab9f3744eb3a013ca209d26ce44d29687120',
        'Propolis issue #232',
        '755b1bc86d574c3a36acbb22653865ee208982b6',
        '8992609f450db913b1bf222ca164f10c3fddfceb'
      ]
    },
    story:
      'Marks are cleared when they are read, and the attempt fails before their pages have got anywhere; the next one takes what the log says by then for all.',
    invariant: 'noPageLost',
    budget: 200,
    worlds: museumWorlds({ outages: true }),
    wrong: { rule: 'An attempt owes what the log names.', pipeline: retrying((_, dirty) => dirty) },
    right: { rule: 'An attempt owes what the log names and what the one before still owed.', pipeline: retrying(pageSet.union) }
  }
]
