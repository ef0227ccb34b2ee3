import * as E from 'fp-ts/lib/Either'
import type { Order } from '../protocol/command'
import type { Data } from '../protocol/data'
import type { Attempt, Failure } from '../protocol/phase'
import { answers, asked, awaiting, done, failure } from '../protocol/phase'
import type { AnswerTo, Signal } from '../protocol/signal'

type Sent = AnswerTo<'send'>
type Send = Extract<Order, { type: 'send' }>

/**
 * One `send` that can be wound down: on `wound` it is cancelled, and the phase ends when both the send and the cancellation have been answered, in
 * whichever order, with what had been transmitted by then.
 */
export const cancellable = (order: Send): Attempt<Sent> =>
  awaiting([asked(order, SEND)], 'send', null, (signal) => {
    if (signal.type === 'wound')
      return awaiting([asked({ type: 'cancel', tag: SEND }, CANCEL)], 'cancelling', null, (next) => cancelling(next, undefined, false))
    return answers(signal, SEND) ? done(sentOrRefused(signal)) : undefined
  })

const SEND = 0
const CANCEL = 1

const cancelling = (signal: Signal, sent: E.Either<Failure, Sent> | undefined, cancelled: boolean): Attempt<Sent> | undefined => {
  const result = answers(signal, SEND) ? sentOrRefused(signal) : sent
  const acknowledged = cancelled || answers(signal, CANCEL)
  if (result === sent && acknowledged === cancelled) return undefined
  if (result !== undefined && acknowledged) return done(result)
  return awaiting([], 'cancelling', [acknowledged, transmitted(result)], (next) => cancelling(next, result, acknowledged))
}

/** What is handed on, as data: it belongs to the state. */
const transmitted = (result: E.Either<Failure, Sent> | undefined): Data =>
  result === undefined ? null : E.isLeft(result) ? result.left.reason : [result.right.pages, result.right.skipped, result.right.bytes]

const sentOrRefused = (signal: Signal): E.Either<Failure, Sent> =>
  signal.type === 'refused' ? E.left(failure('send', signal.reason)) : E.right(signal as Sent)
