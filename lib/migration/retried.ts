import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { chain, done, iterate, map } from '../protocol/phase'
import type { Outcome, Pipeline } from '../protocol/pipeline'
import type { Signal } from '../protocol/signal'
import { guestExited, hearing, hostFailed } from './hearing'
import { checkedRecovery, patient, type Recovery, recover } from './recovery'

/** How many further attempts are made at most, and how long each waits for a link that is broken (default a minute). */
export type RetryRules = { readonly times: number; readonly recovery?: Recovery }

/**
 * A pipeline that is tried again: an aborted attempt is followed by another from the preselection on, when the target answers again. Each attempt starts from nothing,
 * since the target has dropped what an earlier one had sent there. Completed, lost, undecided and limited ones end it, as do an attempt that was the last, a link that
 * is not mended in time, a host that is gone, and a guest that has ended.
 *
 *     retried({ times: 2 })(precopy())
 *
 * Law: an attempt that follows an abort gives the orders that a first attempt gives. Throws `RangeError` unless times is an integer from 0 on.
 */
export const retried = ({ times, recovery = patient }: RetryRules): ((pipeline: Pipeline) => Pipeline) => {
  if (!Number.isInteger(times) || times < 0) throw new RangeError(`retried: times must be an integer from 0 on (got ${times})`)
  checkedRecovery('retried', recovery)
  return (pipeline) => (guest) =>
    iterate(
      'retried',
      0,
      (attempt: number) =>
        pipe(
          hearing(isFinal)(pipeline(guest)),
          chain('again', ([outcome, isOver]) =>
            outcome.type !== 'aborted' || isOver || attempt === times
              ? done<Attempted>({ outcome, again: false })
              : pipe(
                  recover(recovery),
                  map((asked): Attempted => ({ outcome, again: E.isRight(asked) && !asked.right.notices.exited }))
                )
          )
        ),
      (attempt, { outcome, again }): E.Either<number, Outcome> => (again ? E.left(attempt + 1) : E.right(numbered(outcome, attempt + 1)))
    )
}

type Attempted = { readonly outcome: Outcome; readonly again: boolean }

/** Another attempt would have nobody to go to, or nobody to take. */
const isFinal = (signal: Signal): boolean => hostFailed(signal) || guestExited(signal)

/** An abort says how often it was tried, where that was more than once. */
const numbered = (outcome: Outcome, attempts: number): Outcome =>
  outcome.type === 'aborted' && attempts > 1 ? { ...outcome, reason: `attempt ${attempts}: ${outcome.reason}` } : outcome
