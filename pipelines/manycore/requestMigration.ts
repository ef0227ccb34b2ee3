import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Data } from '../../lib/protocol/data'
import type { Attempt, Step } from '../../lib/protocol/phase'
import { andThen, chain, done, request } from '../../lib/protocol/phase'
import { DAEMON_PORT, type DaemonReply } from './daemonMessage'
import type { TechniqueName } from './daemonOptions'
import { ignoring } from './talk'

/** `process` at `from` shall go to `to`. `id`, `port`: of the request, see `DaemonRequest` (defaults 0). */
export type MigrationRequest = {
  readonly process: string
  readonly from: string
  readonly to: string
  readonly technique?: TechniqueName
  readonly id?: number
  readonly port?: number
}

/**
 * Asks the daemon of a process's cluster to move it, and waits for its reply: a phase for any program, of a cluster or of a process, that of the process itself too (`kmigrate_to`): its calls are answered when it goes on,
 * wherever that is. It has a mailbox of its own for the reply while it waits. Fails where the daemon cannot be reached.
 */
export const requestMigration = ({ process, from, to, technique, id = 0, port = 0 }: MigrationRequest): Attempt<DaemonReply> => {
  const inbox = `reply ${id}`
  const outbox = `request ${id}`
  const message = { type: 'migrate', id, port, process, to, ...(technique === undefined ? {} : { technique }) }
  const replied = (): Attempt<DaemonReply> =>
    pipe(
      request({ type: 'receive', end: inbox }),
      andThen('received', ({ message: reply }) => (isReplyTo(reply, id) ? done(E.right(reply as DaemonReply)) : replied()))
    )
  return pipe(
    request({ type: 'create', end: inbox, kind: 'mailbox', port }) as Attempt<unknown>,
    andThen('created', () => request({ type: 'attach', end: outbox, kind: 'mailbox', remote: from, port: DAEMON_PORT })),
    andThen('attached', () => request({ type: 'mail', end: outbox, message: message as Data })),
    andThen('asked', replied),
    chain('replied', (result): Attempt<DaemonReply> => closing([inbox, outbox], result))
  )
}

const isReplyTo = (message: Data, id: number): boolean =>
  typeof message === 'object' && message !== null && 'id' in message && (message as { readonly id: Data }).id === id

const closing = <A>(ends: readonly string[], result: A): Step<A> =>
  ends.length === 0
    ? done(result)
    : chain('closed', () => closing(ends.slice(1), result))(ignoring(request({ type: 'close', end: ends[0] })))
