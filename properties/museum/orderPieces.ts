import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import type { Place } from '../../lib/protocol/command'
import { lanes } from '../../lib/protocol/lanes'
import type { Attempt, Failure } from '../../lib/protocol/phase'
import { andThen, iterate, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { roundsOf } from './rounds'

/** How often the second lane reads the log. */
const UPDATES = 2

/** All of memory on one lane, and beside it what the log names on another; then the guest stops, and the last of it follows. */
const bulkAndUpdates =
  (place: Place): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('track', () => request({ type: 'track', on: true })),
      andThen('select', () => request({ type: 'select', level: 'hypervisor' })),
      andThen('lanes', ({ pages }) =>
        pipe(
          lanes({ bulk: request({ type: 'send', pages, place }), updates: updates(place) }),
          map(({ bulk, updates: updated }): E.Either<Failure, unknown> => (E.isLeft(bulk) ? bulk : updated))
        )
      ),
      andThen('pause', pause),
      andThen('last updates', (clockNs) =>
        pipe(
          request({ type: 'sync' }),
          andThen('send', ({ dirty }) => request({ type: 'send', pages: dirty, place })),
          andThen('switch over', () => switchOver({ clockNs }))
        )
      ),
      andThen('release', release),
      concluded
    )

const updates = (place: Place): Attempt<unknown> =>
  iterate(
    'updates',
    1,
    () =>
      pipe(
        request({ type: 'sync' }),
        andThen('send', ({ dirty }) => request({ type: 'send', pages: dirty, place }))
      ),
    (n, sent): E.Either<number, E.Either<Failure, unknown>> => (E.isLeft(sent) || n === UPDATES ? E.right(sent) : E.left(n + 1))
  )

/** The pieces about what overtakes what. */
export const orderPieces: readonly Piece[] = [
  {
    id: 'B20',
    name: 'a flush that does not wait for what is under way',
    reference: {
      project: 'QEMU',
      date: '2023-02',
      of: ['ebfc57871506b3fe36cc41f69ee3ad31a34afd63', '294e5a4034e81b3d8db03b4e0f691386f20d6ed3']
    },
    story:
      'Pages are spread over several channels, and the barrier between two rounds returns before they have arrived: what a page was comes after what it is.',
    invariant: 'neverOlder',
    budget: 300,
    worlds: museumWorlds({ lanes: ['#1'] }),
    wrong: {
      rule: 'A round begins when the last page of the one before has been handed over.',
      pipeline: roundsOf({ rounds: 2, channels: 2, barrier: false })
    },
    right: { rule: 'A round begins when the last page of the one before has arrived.', pipeline: roundsOf({ rounds: 2, channels: 2 }) }
  },
  {
    id: 'B28',
    name: 'the bulk is placed over its updates',
    reference: { project: 'TLM and TLC', date: '2014 and 2011', of: ['Chanchio & Thaenkaew, CCGrid 2014', 'TLC, NCA 2011'] },
    story:
      'All of memory travels beside its updates, and a late copy is placed over a newer one. (No bug report: the rule that these papers have against it.)',
    invariant: 'neverOlder',
    budget: 200,
    worlds: museumWorlds({ lanes: ['bulk', 'updates'] }),
    wrong: { rule: 'What arrives is placed.', pipeline: bulkAndUpdates('always') },
    right: { rule: 'What arrives is placed where it is newer.', pipeline: bulkAndUpdates('ifNewer') }
  }
]
