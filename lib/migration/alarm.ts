import * as E from 'fp-ts/lib/Either'
import type { Attempt, Failure } from '../protocol/phase'
import { answers, asked, awaiting, done, failure } from '../protocol/phase'
import type { Signal } from '../protocol/signal'
import type { Time } from '../time/time'

/**
 * A timer that can be wound down: it ends after `afterNs`, or at once on `wound`, or when the link or a host has failed. Ends when the timer, and its cancellation where there
 * was one, have been answered.
 */
export const alarm = (afterNs: Time): Attempt<null> =>
  awaiting([asked({ type: 'wake', afterNs }, WAKE)], 'wake', null, (signal) => {
    if (signal.type === 'wound' || signal.type === 'failed')
      return awaiting([asked({ type: 'cancel', tag: WAKE }, CANCEL)], 'waking', null, (next) =>
        waking(next, { woken: false, cancelled: false })
      )
    return answers(signal, WAKE) ? done(rung(signal)) : undefined
  })

const WAKE = 0
const CANCEL = 1

const waking = (signal: Signal, before: { readonly woken: boolean; readonly cancelled: boolean }): Attempt<null> | undefined => {
  const woken = before.woken || answers(signal, WAKE)
  const cancelled = before.cancelled || answers(signal, CANCEL)
  if (woken === before.woken && cancelled === before.cancelled) return undefined
  return woken && cancelled ? done(rung(signal)) : awaiting([], 'waking', [woken, cancelled], (next) => waking(next, { woken, cancelled }))
}

const rung = (signal: Signal): E.Either<Failure, null> =>
  signal.type === 'refused' ? E.left(failure('wake', signal.reason)) : E.right(null)
