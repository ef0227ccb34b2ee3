import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Attempt, Failure, Step } from '../../lib/protocol/phase'
import { andThen, chain, done, failure, map, request } from '../../lib/protocol/phase'
import type { ProcessEnd, ProcessImage } from '../../lib/protocol/process'
import { copiedAtLast, copiedWhileRunning } from './copiedWhileRunning'
import { DAEMON_PORT, type PeerMessage } from './daemonMessage'
import type { CheckedDaemon, TechniqueName } from './daemonOptions'
import { followed } from './followed'
import { heard } from './heard'
import { offered } from './offered'
import { packed, packedPlaces } from './packedImage'
import { atAll, type Peers } from './peers'
import { extracting, isState, outward, sent } from './sent'
import { ignoring, reasonOf, said, type Talk, told } from './talk'

/** A process that goes from this cluster to another, or whose copy does (`saves`). `peer`: whose daemon takes it, a keeper's where that keeps it. @internal */
export type Leaving = {
  readonly lane: string
  readonly key: string
  readonly own: string
  readonly process: string
  readonly to: string
  readonly peer: string
  readonly requester: string
  readonly technique: TechniqueName
  readonly saves: boolean
  readonly options: CheckedDaemon
}

/** How it ended. @internal */
export type Left = { readonly type: 'moved' } | { readonly type: 'failed' | 'undecided' | 'lost'; readonly reason: string }

/** What is known of a process that may go: what it is made of, and the clusters that have an end to it. @internal */
export type Known = { readonly image: ProcessImage; readonly nodes: readonly string[] }

/**
 * The source's part: until it has sent `commit` whatever fails is undone and the process goes on here; from then on it goes on here only if the other side says that it has dropped its copy. @internal
 */
export const outgoing = (leaving: Leaving): Step<Left> =>
  pipe(
    untilReady(leaving),
    chain('ready', (ready): Step<Left> => {
      if (E.isLeft(ready)) return undone(leaving, ready.left)
      const undo = (reason: string): Undo => ({ reason, froze: true, nodes: ready.right.nodes })
      return pipe(
        said(talkOf(leaving), { type: 'commit', key: leaving.key, absent: leaving.technique === 'postcopy' && !leaving.saves }),
        chain('commit', (committed) => {
          if (E.isLeft(committed)) return undone(leaving, undo(committed.left.reason))
          return chain('outcome', (outcome: Outcome) => ended(leaving, ready.right, outcome))(
            heard(talkOf(leaving), ['arrived', 'undecided', 'declined', 'unknown'])
          )
        })
      )
    })
  )

type Outcome = E.Either<Failure, PeerMessage>

const ended = (leaving: Leaving, known: Known, outcome: Outcome): Step<Left> => {
  if (E.isLeft(outcome)) {
    // A copy that is kept runs nowhere: whatever became of it, the process goes on here.
    if (leaving.saves) return undone(leaving, { reason: outcome.left.reason, froze: true, nodes: [] })
    return map((): Left => ({ type: 'undecided', reason: outcome.left.reason }))(closedAll(leaving))
  }
  if (outcome.right.type === 'undecided') {
    const { reason } = outcome.right
    return map((): Left => ({ type: 'undecided', reason }))(closedAll(leaving))
  }
  if (outcome.right.type !== 'arrived') return undone(leaving, { reason: reasonOf(outcome.right), froze: true, nodes: known.nodes })
  if (leaving.saves)
    return pipe(
      ignoring(request({ type: 'unfreeze', process: leaving.process })),
      chain('gone on', () => map((): Left => ({ type: 'moved' }))(closedAll(leaving)))
    )
  const rest: Attempt<unknown> = leaving.technique === 'postcopy' ? followed(leaving, known.image) : done(E.right(null))
  return pipe(
    rest,
    chain('followed', (result) =>
      pipe(
        ignoring(request({ type: 'forget', process: leaving.process })),
        chain('forgotten', () => closedAll(leaving)),
        map((): Left => (E.isLeft(result) ? { type: 'lost', reason: result.left.reason } : { type: 'moved' }))
      )
    )
  )
}

/** Why it has not come to a commit: whether this job has frozen the process, and the clusters that hold what is for it. */
type Undo = { readonly reason: string; readonly froze: boolean; readonly nodes: readonly string[] }

type Ready = E.Either<Undo, Known>

/** Everything before the commit, in the order of the technique: what it does while the process runs, `freeze`, and what it does then. */
const untilReady = (leaving: Leaving): Step<Ready> => {
  const { technique } = leaving
  if (technique === 'nanvix')
    return aroundFreeze(
      leaving,
      done(E.right(null)),
      () => looked(leaving),
      (known) => andThen('admitted', everything(leaving))(admitted(leaving, known, true))
    )
  const isWhole = technique === 'stopAndCopy' || technique === 'cold'
  const ahead = pipe(
    looked(leaving),
    andThen('looked', (known) => admitted(leaving, known, isWhole))
  )
  if (isWhole) return aroundFreeze(leaving, ahead, unchanged, everything(leaving))
  if (technique === 'postcopy')
    return aroundFreeze(leaving, ahead, unchanged, (known) =>
      andThen('state', finished(leaving))(batch(leaving, known, known.image.pieces.filter(isState), true))
    )
  const rounds = pipe(
    ahead,
    andThen('admitted', (known) =>
      pipe(
        copiedWhileRunning(leaving, known),
        andThen('rounds', (owed) => done(E.right({ known, owed })))
      )
    )
  )
  return aroundFreeze(
    leaving,
    rounds,
    ({ known }) => unchanged(known),
    (known, { owed }) => andThen('rest', finished(leaving))(copiedAtLast(leaving, known, owed))
  )
}

/** `ahead`, the freezing, a look at what is frozen, its peers held, and `after`: what to undo stands in the failure. */
const aroundFreeze = <A>(
  leaving: Leaving,
  ahead: Attempt<A>,
  look: (a: A) => Attempt<Known>,
  after: (known: Known, a: A) => Attempt<Known>
): Step<Ready> =>
  pipe(
    ahead,
    chain('ahead', (first): Step<Ready> => {
      if (E.isLeft(first)) return failing(first.left.reason, false, [])
      return chain('frozen', (frozen: E.Either<Failure, unknown>): Step<Ready> => {
        if (E.isLeft(frozen)) return failing(frozen.left.reason, false, [])
        return pipe(
          look(first.right),
          andThen('seen', (known) => held(leaving, known)),
          chain('held', (seen): Step<Ready> => {
            if (E.isLeft(seen)) return failing(seen.left.reason, true, [])
            return map(E.mapLeft((failure: Failure): Undo => ({ reason: failure.reason, froze: true, nodes: seen.right.nodes })))(
              after(seen.right, first.right)
            )
          })
        )
      })(request({ type: 'freeze', process: leaving.process }))
    })
  )

const failing = (reason: string, froze: boolean, nodes: readonly string[]): Step<Ready> => done(E.left({ reason, froze, nodes }))

const everything =
  (leaving: Leaving) =>
  (known: Known): Attempt<Known> =>
    pipe(
      sent(portalOf(leaving), extracting(leaving.process), known.image.pieces),
      andThen('everything', () => finished(leaving)(known))
    )

/** The other side has it all, and those who write to it know where it will be. */
const finished =
  (leaving: Leaving) =>
  (known: Known): Attempt<Known> =>
    pipe(
      heard(talkOf(leaving), ['ready', 'declined', 'unknown']),
      andThen('answered', (answer) => (answer.type === 'ready' ? done(E.right(known)) : done(E.left(failure('commit', reasonOf(answer)))))),
      andThen('complete', (all) => forwarded(leaving, all)),
      andThen('forwarded', (all) => repointed(leaving, all))
    )

/** What of it goes next, told and sent. @internal */
export const batch = (leaving: Leaving, known: Known, pieces: readonly ProcessImage['pieces'][number][], last: boolean): Attempt<Known> => {
  const { pieces: all } = known.image
  const places = pieces.map((piece) => all.findIndex(({ section, index }) => section === piece.section && index === piece.index))
  return pipe(
    said(talkOf(leaving), { type: 'batch', key: leaving.key, pieces: packedPlaces(places, all.length), last }),
    andThen('told', () =>
      sent(
        portalOf(leaving),
        extracting(leaving.process),
        [...places].sort((a, b) => a - b).map((place) => all[place])
      )
    ),
    andThen('batch', () => done(E.right(known)))
  )
}

const looked = ({ process, own, to, requester, options, saves }: Leaving): Attempt<Known> =>
  pipe(
    request({ type: 'depend', process }),
    andThen('depends', ({ ends, nodes }) =>
      pipe(
        request({ type: 'describe', process }),
        andThen('described', ({ made }): Attempt<Known> => {
          const reason = saves
            ? undefined
            : options.policy({ process, from: own, to, requester, image: made, ends: ends as readonly ProcessEnd[] })
          return reason === undefined ? done(E.right({ image: made, nodes })) : done(E.left(failure('describe', reason)))
        })
      )
    )
  )

const unchanged = (known: Known): Attempt<Known> =>
  pipe(
    request({ type: 'describe', process: known.image.process }),
    andThen('described', ({ made }) =>
      JSON.stringify(packed(made)) === JSON.stringify(packed(known.image))
        ? done(E.right(known))
        : done(E.left(failure('describe', 'it has changed since it was offered')))
    )
  )

const held = (leaving: Leaving, known: Known): Attempt<Known> =>
  leaving.options.follow && !leaving.saves
    ? pipe(
        atAll(peersOf(leaving, known.nodes), { type: 'hold', process: leaving.process }),
        andThen('held', (nodes) => done(E.right({ ...known, nodes })))
      )
    : done(E.right({ ...known, nodes: [] }))

const repointed = (leaving: Leaving, known: Known): Attempt<Known> =>
  leaving.saves
    ? done(E.right(known))
    : pipe(
        atAll(peersOf(leaving, known.nodes), { type: 'repoint', process: leaving.process, to: leaving.to }),
        andThen('peers', () => request({ type: 'repoint', process: leaving.process, to: leaving.to })),
        andThen('own', () => done(E.right(known)))
      )

/** With a keeper: has it sent on, and waits until that is complete too. */
const forwarded = (leaving: Leaving, known: Known): Attempt<Known> => {
  if (leaving.technique !== 'cold' || leaving.saves) return done(E.right(known))
  return pipe(
    said(talkOf(leaving), { type: 'forward', key: leaving.key, to: leaving.to }),
    andThen('forwarding', () => heard(talkOf(leaving), ['ready', 'declined', 'unknown'])),
    andThen('forwarded', (answer) => (answer.type === 'ready' ? done(E.right(known)) : done(E.left(failure('admit', reasonOf(answer))))))
  )
}

/** Room over there, and a portal that leads to it. */
const admitted = (leaving: Leaving, known: Known, all: boolean): Attempt<Known> =>
  pipe(
    offered(talkOf(leaving), { image: packed(known.image), keeps: leaving.saves || leaving.technique === 'cold', all }),
    andThen('port', (port) => outward(portalOf(leaving), leaving.peer, port)),
    andThen('attached', () => done(E.right(known)))
  )

const undone = (leaving: Leaving, { reason, froze, nodes }: Undo): Step<Left> => {
  const { process, own, key, peer } = leaving
  const back = { type: 'repoint', process, to: own } as const
  return pipe(
    froze ? ignoring(request({ type: 'unfreeze', process })) : done(null),
    chain('undone', () => told(peer, DAEMON_PORT, { type: 'cancel', key, reason })),
    chain('cancelled', () => (leaving.technique === 'precopy' ? ignoring(request({ type: 'watch', process, on: false })) : done(null))),
    chain('unwatched', () => (froze && !leaving.saves ? ignoring(request(back)) : done(null))),
    chain('own', () =>
      ignoring(
        atAll(
          peersOf(
            leaving,
            nodes.filter((node) => node !== own)
          ),
          back
        )
      )
    ),
    chain('back', () => map((): Left => ({ type: 'failed', reason }))(closedAll(leaving)))
  )
}

const closedAll = (leaving: Leaving): Step<null> => ignoring(request({ type: 'close', end: portalOf(leaving) }))

/** The conversation of a transfer. @internal */
export const talkOf = ({ key, peer, options }: Leaving): Talk => ({ key, peer, patienceNs: options.patienceNs })

/** The end of the portal of a transfer. @internal */
export const portalOf = ({ lane }: Leaving): string => `${lane} portal`

const peersOf = ({ key, own, options }: Leaving, nodes: readonly string[]): Peers => ({ key, own, nodes, patienceNs: options.patienceNs })
