import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Order } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Attempt, Failure, Step } from '../../lib/protocol/phase'
import { answers, asked, awaiting, chain, done, failure, map, request } from '../../lib/protocol/phase'
import type { AnswerTo, Signal } from '../../lib/protocol/signal'
import { asPeerMessage, DAEMON_PORT, type PeerMessage } from './daemonMessage'
import { mailboxOf } from './postOffice'

/** A job's conversation with the daemon of another cluster about one transfer, and after which silence that is asked whether it is there. @internal */
export type Talk = { readonly key: string; readonly peer: string; readonly patienceNs: number }

/** What a daemon hears of its jobs' messages is on this lane. @internal */
export const INBOX = 'inbox'

/** The message that a signal brings to a job, where it is one of these types. @internal */
export const messageIn = <T extends PeerMessage['type']>(
  signal: Signal,
  types: readonly T[]
): (PeerMessage & { readonly type: T }) | undefined => {
  if (signal.type !== 'received' || signal.to.lane !== INBOX) return undefined
  const message = asPeerMessage(signal.message)
  return message !== undefined && (types as readonly string[]).includes(message.type)
    ? (message as PeerMessage & { readonly type: T })
    : undefined
}

/** Says something. Failed: it has not left. @internal */
export const said = ({ peer }: Talk, message: PeerMessage): Attempt<unknown> => posted(peer, DAEMON_PORT, message as Data)

/** One message to anybody's mailbox, by the daemon's post. @internal */
export const posted = (remote: string, port: number, message: Data): Attempt<unknown> =>
  request({ type: 'mail', end: mailboxOf(remote, port), message })

/** Says something that nobody waits for the fate of: a daemon's post goes on with it when the job has ended. @internal */
export const told = (remote: string, port: number, message: Data): Step<null> => ({
  requests: [asked({ type: 'mail', end: mailboxOf(remote, port), message })],
  phase: { type: 'done', value: null }
})

/** Whatever comes of it. @internal */
export const ignoring = (attempt: Attempt<unknown>): Step<null> => map(() => null)(attempt)

const TRIES = 10
const PAUSE_NS = 100_000

/** An end that may be refused because others are in use just now: tried again some times. @internal */
export const persistent = (order: Order): Attempt<unknown> => {
  const attempt = (left: number): Attempt<unknown> =>
    pipe(
      request(order) as Attempt<unknown>,
      chain('tried', (result) => {
        if (E.isRight(result) || left === 0) return done(result)
        return chain('paused', () => attempt(left - 1))(request({ type: 'wake', afterNs: PAUSE_NS }))
      })
    )
  return attempt(TRIES)
}

/** An order that is given up when one of these messages comes instead of its answer: failed then, with the message's reason. @internal */
export const heeding = <O extends Order>(order: O, types: readonly PeerMessage['type'][]): Attempt<AnswerTo<O['type']>> => {
  const given = order.type
  const result = (signal: Signal): E.Either<Failure, AnswerTo<O['type']>> =>
    signal.type === 'refused' ? E.left(failure(given, signal.reason)) : E.right(signal as AnswerTo<O['type']>)
  const waiting = (left: readonly number[], reason: string): Attempt<AnswerTo<O['type']>> =>
    awaiting([], `${given} given up`, [left, reason], (signal) => {
      const tag = left.find((one) => answers(signal, one))
      if (tag === undefined) return undefined
      const others = left.filter((one) => one !== tag)
      return others.length > 0 ? waiting(others, reason) : done(E.left(failure(given, reason)))
    })
  return awaiting([asked(order)], given, [types], (signal) => {
    if (answers(signal, 0)) return done(result(signal))
    const message = messageIn(signal, types)
    if (message === undefined) return undefined
    const { phase } = waiting([0, 1], reasonOf(message))
    return { requests: [asked({ type: 'cancel', tag: 0 }, 1)], phase }
  })
}

/** The reason that a message gives. @internal */
export const reasonOf = (message: PeerMessage): string =>
  'reason' in message ? message.reason : message.type === 'unknown' ? 'the other daemon knows nothing of it' : `it was told ${message.type}`
