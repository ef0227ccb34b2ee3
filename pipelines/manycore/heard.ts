import * as E from 'fp-ts/lib/Either'
import type { Data } from '../../lib/protocol/data'
import type { Attempt, Step } from '../../lib/protocol/phase'
import { answers, asked, awaiting, done, failure } from '../../lib/protocol/phase'
import { DAEMON_PORT, type PeerMessage } from './daemonMessage'
import { mailboxOf } from './postOffice'
import { messageIn, type Talk } from './talk'

const ALARM = 0
const PING = 1
const CANCEL = 2

/**
 * The next message of one of these types in a conversation. After each silence the other daemon is asked whether the transfer is under way there: failed when it cannot be reached, or takes no messages. One that is there and
 * knows nothing of it says `unknown`, which should be among the types. @internal
 */
export const heard = <T extends PeerMessage['type']>(
  { key, peer, patienceNs }: Talk,
  types: readonly T[]
): Attempt<PeerMessage & { readonly type: T }> => {
  type Heard = PeerMessage & { readonly type: T }
  type Ended = E.Either<ReturnType<typeof failure>, Heard>
  const alarm = asked({ type: 'wake', afterNs: patienceNs }, ALARM)
  const ping = asked({ type: 'mail', end: mailboxOf(peer, DAEMON_PORT), message: { type: 'ping', key } }, PING)
  const called = `heard ${types.join(' or ')} from ${peer}`

  const asleep: Attempt<Heard>['phase'] = {
    type: 'awaiting',
    name: called,
    data: [key, peer, patienceNs],
    on: (signal) => {
      const message = messageIn(signal, types)
      if (message !== undefined)
        return { requests: [asked({ type: 'cancel', tag: ALARM }, CANCEL)], phase: closing([ALARM, CANCEL], message).phase }
      if (!answers(signal, ALARM)) return undefined
      return signal.type === 'refused' ? done(E.left(failure('wake', signal.reason))) : { requests: [ping], phase: pinging }
    }
  }
  const pinging: Attempt<Heard>['phase'] = {
    type: 'awaiting',
    name: `${called}, asking`,
    data: [key, peer, patienceNs],
    on: (signal) => {
      const message = messageIn(signal, types)
      if (message !== undefined) return closing([PING], message)
      if (!answers(signal, PING)) return undefined
      if (signal.type === 'refused') return done(E.left(failure('mail', signal.reason)))
      return { requests: [alarm], phase: asleep }
    }
  }
  const closing = (left: readonly number[], message: Heard): Step<Ended> =>
    awaiting([], `${called}, done`, [left, message as Data], (signal) => {
      const tag = left.find((one) => answers(signal, one))
      if (tag === undefined) return undefined
      const others = left.filter((one) => one !== tag)
      return others.length > 0 ? closing(others, message) : done(E.right(message))
    })
  return { requests: [alarm], phase: asleep }
}
