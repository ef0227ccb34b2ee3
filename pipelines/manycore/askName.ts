import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Data } from '../../lib/protocol/data'
import type { Attempt } from '../../lib/protocol/phase'
import { andThen, done, request } from '../../lib/protocol/phase'
import type { NameReply, NameRequest } from './nameServer'

/** Ends to a name server, open: `server` is a node, `port` of its mailbox, `own` of the client's for replies. */
export type NameClient = { readonly server: string; readonly port?: number; readonly own?: number }

/** Opens a client's ends to a name server: they may stay open while the client moves. */
export const openNames = ({ server, port = 0, own = 0 }: NameClient): Attempt<unknown> =>
  pipe(
    request({ type: 'create', end: REPLIES, kind: 'mailbox', port: own }) as Attempt<unknown>,
    andThen('created', () => request({ type: 'attach', end: SERVER, kind: 'mailbox', remote: server, port }))
  )

/** One question to a name server by ends that are open, and its reply. */
export const askName = (question: NameRequest): Attempt<NameReply> =>
  pipe(
    request({ type: 'mail', end: SERVER, message: question as Data }) as Attempt<unknown>,
    andThen('asked', () => request({ type: 'receive', end: REPLIES })),
    andThen('replied', ({ message }) => done(E.right(message as NameReply)))
  )

const REPLIES = 'names'
const SERVER = 'name server'
