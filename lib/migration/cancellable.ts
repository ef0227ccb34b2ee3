import * as E from 'fp-ts/lib/Either'
import type { Order } from '../protocol/command'
import type { Data } from '../protocol/data'
import type { Attempt, Failure } from '../protocol/phase'
import { answers, asked, awaiting, done, failure } from '../protocol/phase'
import type { AnswerTo, Signal } from '../protocol/signal'

type Cancellable = Extract<Order, { type: 'send' | 'wake' }>
type Answered<O extends Cancellable> = AnswerTo<O['type']>

/**
 * One `send` that can be wound down: on `wound` it is cancelled, and the phase ends when both the send and the cancellation have been answered, in
 * whichever order, with what had been transmitted by then. The same of a `wake`: it ends at once.
 */
export const cancellable = <O extends Cancellable>(order: O): Attempt<Answered<O>> =>
  awaiting([asked(order, SEND)], order.type, null, (signal) => {
    if (signal.type === 'wound')
      return awaiting([asked({ type: 'cancel', tag: SEND }, CANCEL)], 'cancelling', null, (next) =>
        cancelling(order, next, undefined, false)
      )
    return answers(signal, SEND) ? done(answerOrRefused(order, signal)) : undefined
  })

const SEND = 0
const CANCEL = 1

const cancelling = <O extends Cancellable>(
  order: O,
  signal: Signal,
  sent: E.Either<Failure, Answered<O>> | undefined,
  cancelled: boolean
): Attempt<Answered<O>> | undefined => {
  const result = answers(signal, SEND) ? answerOrRefused(order, signal) : sent
  const acknowledged = cancelled || answers(signal, CANCEL)
  if (result === sent && acknowledged === cancelled) return undefined
  if (result !== undefined && acknowledged) return done(result)
  return awaiting([], 'cancelling', [acknowledged, transmitted(result)], (next) => cancelling(order, next, result, acknowledged))
}

/** What is handed on, as data: it belongs to the state. */
const transmitted = (result: E.Either<Failure, AnswerTo<Cancellable['type']>> | undefined): Data => {
  if (result === undefined) return null
  if (E.isLeft(result)) return result.left.reason
  const answer = result.right
  return answer.type === 'sent' ? [answer.pages, answer.skipped, answer.bytes] : answer.type
}

const answerOrRefused = <O extends Cancellable>(order: O, signal: Signal): E.Either<Failure, Answered<O>> =>
  signal.type === 'refused' ? E.left(failure(order.type, signal.reason)) : E.right(signal as Answered<O>)
