import * as E from 'fp-ts/lib/Either'
import type { PageSet } from '../memory/pageSet'
import type { Where } from '../protocol/command'
import type { Attempt, Failure } from '../protocol/phase'
import { answers, asked, awaiting, done, failure } from '../protocol/phase'
import type { Signal } from '../protocol/signal'
import type { Time } from '../time/time'
import { formatTime, seconds } from '../time/time'
import { type Notices, noNotices, noticed } from './notices'

/** How long a migration waits for a broken link to be mended, in nanoseconds from the first order that the link refuses; 0: not at all. */
export type Recovery = { readonly patienceNs: number }

/**
 * A minute: our choice, long enough for a switch that restarts and short enough for a guest that is missed. QEMU's `postcopy-paused` sets no limit: whoever
 * operates it recovers the migration or gives it up (migrate-recover, and migrate with resume).
 */
export const patient: Recovery = { patienceNs: seconds(60) }

/** What the target knows, whose the guest is and which pages are missing there; and what was told while it was asked. */
export type Standing = { readonly primary: Where; readonly missing: PageSet; readonly notices: Notices }

/**
 * Asks the target how things stand after a link has failed, as often as it takes: QEMU's states `postcopy-paused` (nobody can be asked; wait for the link) and
 * `postcopy-recover` (the target's bitmap of received pages comes back, and what is not in it is sent again).
 *
 *     link      x . . . . . . . mended . x . . mended
 *     asks      inquire, refused  inquire, refused  inquire -> standing
 *     patience  |---------------------------------------- - - - |
 *
 * It asks first and waits then, so that it does not matter when the link's failure and its mending are heard: a link that is mended after a question was refused
 * is heard of after the question was asked. `notices` is what was told before. Fails when the patience is at its end, or at once when a host is gone. Throws `RangeError` unless the patience is a
 * whole number of nanoseconds from 0 on.
 */
export const recover = (recovery: Recovery, notices: Notices = noNotices): Attempt<Standing> => {
  const { patienceNs } = checkedRecovery('recover', recovery)
  return asking({ patienceNs, until: null, mended: false, notices })
}

/** The same recovery; throws `RangeError` as `recover` does. @internal */
export const checkedRecovery = (caller: string, recovery: Recovery): Recovery => {
  const { patienceNs } = recovery
  if (!(Number.isSafeInteger(patienceNs) && patienceNs >= 0))
    throw new RangeError(`${caller}: patienceNs must be an integer from 0 on (got ${patienceNs})`)
  return recovery
}

const INQUIRE = 0
const WAKE = 1
const CANCEL = 2

type Waiting = {
  readonly patienceNs: number
  /** When the patience is at its end, once a question has been refused. */
  readonly until: Time | null
  /** The link was mended since the last question was asked. */
  readonly mended: boolean
  readonly notices: Notices
}

/** What is told while it waits: the same state when it is nothing that matters. */
const hear = (state: Waiting, signal: Signal): Waiting => {
  if (signal.type === 'mended') return { ...state, mended: true }
  const notices = noticed(state.notices, signal)
  return notices === state.notices ? state : { ...state, notices }
}

const asking = (state: Waiting, first = true): Attempt<Standing> =>
  awaiting(first ? [asked({ type: 'inquire' }, INQUIRE)] : [], 'inquire', state, (signal) => {
    if (!answers(signal, INQUIRE)) {
      const next = hear(state, signal)
      return next === state ? undefined : asking(next, false)
    }
    if (signal.type === 'standing') return done(E.right({ primary: signal.primary, missing: signal.missing, notices: state.notices }))
    const { patienceNs } = state
    const { gone } = state.notices
    if (gone !== null || patienceNs === 0) return failed(gone ?? (signal.type === 'refused' ? signal.reason : signal.type))
    const until = state.until ?? signal.at + patienceNs
    if (state.mended) return asking({ ...state, until, mended: false })
    return until <= signal.at ? tooLate(state) : paused({ ...state, until }, until - signal.at)
  })

const paused = (state: Waiting, afterNs: Time | undefined): Attempt<Standing> =>
  awaiting(afterNs === undefined ? [] : [asked({ type: 'wake', afterNs }, WAKE)], 'paused', state, (signal) => {
    if (answers(signal, WAKE)) return tooLate(state)
    const next = hear(state, signal)
    if (next.mended || next.notices.gone !== null) return takingBack(next, [false, false])
    return next === state ? undefined : paused(next, undefined)
  })

/** A timer that runs is taken back, and its answer waited for: no request outlives its phase. */
const takingBack = (state: Waiting, answered: readonly [woken: boolean, cancelled: boolean], first = true): Attempt<Standing> => {
  const [woken, cancelled] = answered
  const { gone } = state.notices
  if (woken && cancelled) return gone === null ? asking({ ...state, mended: false }) : failed(gone)
  return awaiting(first ? [asked({ type: 'cancel', tag: WAKE }, CANCEL)] : [], 'mended', [state, woken, cancelled], (signal) => {
    if (answers(signal, WAKE)) return takingBack(state, [true, cancelled], false)
    if (answers(signal, CANCEL)) return takingBack(state, [woken, true], false)
    const next = hear(state, signal)
    return next === state ? undefined : takingBack(next, answered, false)
  })
}

const failed = (reason: string): Attempt<Standing> => done<E.Either<Failure, Standing>>(E.left(failure('inquire', reason)))

const tooLate = ({ patienceNs }: Waiting): Attempt<Standing> => failed(`the link was not mended within ${formatTime(patienceNs)}`)
