import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import type { Encoding } from '../../lib/protocol/command'
import type { Attempt, Failure } from '../../lib/protocol/phase'
import { andThen, iterate, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** `rounds` of push, written on the wire so, over so many channels; `barrier`: whether a round begins only when the one before has arrived (default true). */
export type Rounds = {
  readonly rounds: number
  readonly encoding?: Encoding
  readonly channels?: number
  readonly barrier?: boolean
}

/** The smallest push that can be told from its journal: so many rounds, then what is owed. */
export const pushed = ({ rounds, encoding, channels, barrier = true }: Rounds): Attempt<PageSet> => {
  const round = (n: number, pages: PageSet): Attempt<PageSet> =>
    pipe(
      request({ type: 'send', pages, place: 'always', round: n, encoding, channels }),
      andThen('barrier', (): Attempt<unknown> => (barrier ? request({ type: 'flush' }) : nothing)),
      andThen('sync', () => pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => dirty))))
    )
  return pipe(
    request({ type: 'track', on: true }),
    andThen('select', () => request({ type: 'select', level: 'hypervisor' })),
    andThen('rounds', ({ pages }) =>
      iterate(
        'push',
        { n: 1, owed: pages },
        ({ n, owed }) => round(n, owed),
        ({ n }, dirty): E.Either<{ readonly n: number; readonly owed: PageSet }, E.Either<Failure, PageSet>> =>
          E.isLeft(dirty) || n === rounds ? E.right(dirty) : E.left({ n: n + 1, owed: dirty.right })
      )
    )
  )
}

const nothing: Attempt<unknown> = { requests: [], phase: { type: 'done', value: E.right(null) } }

/** A pre-copy of so many rounds: the last copy is sent as the others are, while the guest stands still. */
export const roundsOf =
  (rules: Rounds): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('push', () => pushed(rules)),
      andThen('last copy', (owed) => lastCopy(owed, rules)),
      andThen('release', release),
      concluded
    )

/** Stops the guest, sends what is owed and what it has written since, and switches over. */
export const lastCopy = (owed: PageSet, { encoding, channels }: Pick<Rounds, 'encoding' | 'channels'> = {}): Attempt<unknown> =>
  pipe(
    pause(),
    andThen('final sync', (clockNs) =>
      pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => ({ clockNs, pages: pageSet.union(owed, dirty) }))))
    ),
    andThen('final copy', ({ clockNs, pages }) =>
      pipe(
        request({ type: 'send', pages, place: 'always', encoding, channels }),
        andThen('switch over', () => switchOver({ clockNs }))
      )
    )
  )

/** Small hybrid: `rounds` of push; then what is stale, by `stale` of what the push owes and the log names, is dropped at the target, missed there, and pulled. */
export const hybridOf =
  ({
    pull,
    stale = (pages) => pages,
    ...rules
  }: Rounds & { readonly pull?: Encoding; readonly stale?: (pages: PageSet) => PageSet }): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('push', () => pushed(rules)),
      andThen('pause', (owed) =>
        pipe(
          pause(),
          andThen('final sync', (clockNs) =>
            pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => ({ clockNs, missing: stale(pageSet.union(owed, dirty)) }))))
          )
        )
      ),
      andThen('switch', ({ clockNs, missing }) =>
        pipe(
          request({ type: 'discard', pages: missing }),
          andThen('switch over', () => switchOver({ clockNs, missing })),
          andThen('pull', () => request({ type: 'send', pages: missing, place: 'ifAbsent', unless: 'sent', encoding: pull })),
          andThen('flush', () => request({ type: 'flush' }))
        )
      ),
      andThen('release', release),
      concluded
    )
