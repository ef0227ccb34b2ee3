import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import type { Attempt, Failure, Step } from '../protocol/phase'
import { andThen, chain, done, failure, map, mapFailure, request } from '../protocol/phase'
import type { GuestView, Outcome } from '../protocol/pipeline'
import { regarding } from '../protocol/regarding'
import { hearing, hostFailed } from './hearing'
import { checkedRecovery, patient, type Recovery, recover } from './recovery'

/**
 * Clark's stages 0 and 1 (NSDI 2005, §3.3): a target is preselected, and a container of the guest's size is reserved there; refused, the guest simply goes
 * on where it is.
 */
export const prepare = (): Attempt<unknown> =>
  pipe(
    request({ type: 'preselect' }),
    andThen('reserve', () => request({ type: 'reserve' }))
  )

/** The guest stops at the source. Ends with what its own clock shows, which it must not show less than at the target. */
export const pause = (): Attempt<number> => pipe(request({ type: 'pause' }), map(E.map(({ clockNs }) => clockNs)))

/**
 * What the switch to the target needs to know. `missing`: pages whose first access there must be trapped (none unless a pull follows). `recovery`: how long a source
 * that has sent its commit and lost the link waits to learn the outcome (default a minute).
 */
export type Switch = { readonly clockNs: number; readonly missing?: PageSet; readonly recovery?: Recovery }

/**
 * From the paused guest's last page to its first instruction at the target (stages 3 to 5): execution context, a barrier so that nothing is still on
 * its way, commitment (ownership passes), activation, and the network redirected to the new place.
 *
 * A commit without an answer may have arrived or not. The guest stays paused until the link is back and the target says whose it is: what it has committed goes on,
 * what it has not is a failure before the commit. Who never learns it stays undecided: no protocol over a link that may fail decides this (the two generals of
 * Gray, Notes on Data Base Operating Systems, 1978).
 */
export const switchOver = ({ clockNs, missing, recovery = patient }: Switch): Attempt<unknown> =>
  pipe(
    request({ type: 'sendContext' }),
    andThen('flush', () => request({ type: 'flush' })),
    andThen('commit', () => commit(checkedRecovery('switchOver', recovery))),
    andThen('resume', () => request({ type: 'resume', where: 'target', missing, clockNs })),
    andThen('redirect', () => request({ type: 'redirect' })),
    mapFailure((f) => ({ ...f, committed: f.order === 'resume' || f.order === 'redirect' }))
  )

/** A failure is of the order `commit` when the outcome is not known, and of `inquire` when the target has told that it is not the owner. */
const commit = (recovery: Recovery): Attempt<unknown> =>
  pipe(
    hearing(hostFailed)(request({ type: 'commit' })),
    chain('learn the outcome', ([committed, gone]): Attempt<unknown> => {
      if (E.isRight(committed) || gone || recovery.patienceNs === 0) return done(committed)
      const { left: refused } = committed
      return pipe(
        recover(recovery),
        map(
          E.fold(
            ({ reason }): E.Either<Failure, unknown> => E.left({ ...refused, reason }),
            ({ primary }) => (primary === 'target' ? E.right(null) : E.left(failure('inquire', refused.reason)))
          )
        )
      )
    })
  )

/** The source drops the guest. Ends with what the target still needs the source for. */
export const release = (): Attempt<readonly string[]> =>
  pipe(
    request({ type: 'release' }),
    map(E.map(({ needs }) => needs)),
    mapFailure((f) => ({ ...f, committed: true }))
  )

/**
 * The end of every pipeline: success completes; a failure before the commit resumes the guest at the source, unthrottled, and drops the target's copies; a commit
 * whose outcome was never learnt leaves both paused, undecided; a failure after it is reported as lost.
 */
export const concluded = (attempt: Attempt<readonly string[]>): Step<Outcome> => conclude({})(attempt)

/** The same of a guest that may have a disk, of which nobody logs the writes any more after an abort either. */
export const concludedOf = (guest: Pick<GuestView, 'disk'>): ((attempt: Attempt<readonly string[]>) => Step<Outcome>) => conclude(guest)

const conclude = (guest: Pick<GuestView, 'disk'>): ((attempt: Attempt<readonly string[]>) => Step<Outcome>) =>
  chain(
    'conclude',
    E.fold(abort(untrack(guest)), (needs: readonly string[]) => done<Outcome>({ type: 'completed', needs }))
  )

const untrack =
  ({ disk }: Pick<GuestView, 'disk'>) =>
  (): Attempt<unknown> =>
    disk === undefined
      ? request({ type: 'track', on: false })
      : pipe(
          request({ type: 'track', on: false }),
          andThen('untrack disk', () => regarding('disk')(request({ type: 'track', on: false })))
        )

const abort =
  (untracked: () => Attempt<unknown>) =>
  ({ order, reason, committed }: Failure): Step<Outcome> =>
    order === 'commit'
      ? done<Outcome>({ type: 'undecided', reason })
      : committed
        ? done<Outcome>({ type: 'lost', reason })
        : pipe(
            request({ type: 'resume', where: 'source' }),
            andThen('unthrottle', () => request({ type: 'throttle', fraction: 0 })),
            andThen('untrack', () => untracked()),
            chain('abandon', (resumed) =>
              pipe(
                request({ type: 'abandon' }),
                map(
                  (): Outcome =>
                    E.isLeft(resumed) ? { type: 'lost', reason: resumed.left.reason } : { type: 'aborted', reason, running: 'source' }
                )
              )
            )
          )
