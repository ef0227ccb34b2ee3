import type { Request } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Step } from '../../lib/protocol/phase'
import { asked, awaiting, done } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { answered, type Letter, type Post, withLetter } from './postOffice'

/** What anybody may ask of a name server: to link a name to himself, or to whom he names; who has a name; to unlink what he has linked. `id`: his own number; `port`: of his mailbox for the reply (default 0). */
export type NameRequest = {
  readonly type: 'link' | 'lookup' | 'unlink'
  readonly name: string
  readonly to?: string
  readonly id: number
  readonly port?: number
}

/** What a name server answers; `to`: who has the name, a node or a process. */
export type NameReply =
  | { readonly id: number; readonly type: 'named'; readonly name: string; readonly to: string }
  | { readonly id: number; readonly type: 'unlinked'; readonly name: string }
  | { readonly id: number; readonly type: 'failed'; readonly name: string; readonly reason: string }

/** Who has a name, and who gave it to him. */
type Names = Readonly<Record<string, { readonly to: string; readonly by: string }>>

/** `port` of its mailbox (default 0). `names` that are linked from the beginning, by nobody. */
export type NameServerOptions = { readonly port?: number; readonly names?: Readonly<Record<string, string>> }

/**
 * A server of the multikernel as Nanvix has them on its I/O clusters: whoever asks by a message to its mailbox is told by another who has a name. Names of processes stay right wherever those are, since the kernel finds them.
 * Who does not take his replies out of his mailbox loses those that come more than 100 ms later. Ends when its cluster has failed.
 */
export const nameServer = ({ port = 0, names: given = {} }: NameServerOptions = {}): Pipeline => {
  const on = (names: Names, posts: readonly Post[], requests: readonly Request[]): Step<Outcome> =>
    awaiting(requests, 'name server', [names, posts as Data], (signal) => {
      const posting = answered(posts, signal)
      if (posting !== undefined) return on(names, posting.posts, posting.requests)
      if (!('to' in signal) || signal.to.lane !== '') return undefined
      if (signal.type === 'refused') return done<Outcome>({ type: 'aborted', reason: signal.reason, running: 'source' })
      if (signal.type !== 'received') return on(names, posts, [receive])
      const request = asNameRequest(signal.message)
      if (request === undefined) return on(names, posts, [receive])
      const [next, reply] = served(names, signal.from, request)
      const letter: Letter = { remote: signal.from, port: request.port ?? 0, message: reply as Data, lane: '', tag: -1 }
      const sending = withLetter(posts, letter)
      return on(next, sending.posts, [...sending.requests, receive])
    })
  const first = Object.fromEntries(Object.entries(given).map(([name, to]) => [name, { to, by: '' }]))
  return () => on(first, [], [asked({ type: 'create', end: 'names', kind: 'mailbox', port })])
}

const receive: Request = asked({ type: 'receive', end: 'names' })

const served = (names: Names, from: string, { type, name, id, to = from }: NameRequest): readonly [Names, NameReply] => {
  const known = Object.hasOwn(names, name) ? names[name] : undefined
  const failed = (reason: string): readonly [Names, NameReply] => [names, { id, type: 'failed', name, reason }]
  if (type === 'lookup') return known === undefined ? failed('nobody has this name') : [names, { id, type: 'named', name, to: known.to }]
  if (type === 'link')
    return known === undefined
      ? [
          { ...names, [name]: { to, by: from } },
          { id, type: 'named', name, to }
        ]
      : failed(`${known.to} has this name`)
  if (known === undefined || known.by !== from) return failed('it was not you who linked it')
  const { [name]: _, ...others } = names
  return [others, { id, type: 'unlinked', name }]
}

const asNameRequest = (message: Data): NameRequest | undefined => {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return undefined
  const { type, name, id, to, port } = message as Readonly<Record<string, Data>>
  const isOne = type === 'link' || type === 'lookup' || type === 'unlink'
  const isPort = port === undefined || (typeof port === 'number' && Number.isSafeInteger(port) && port >= 0)
  return isOne && typeof name === 'string' && typeof id === 'number' && (to === undefined || typeof to === 'string') && isPort
    ? (message as NameRequest)
    : undefined
}
