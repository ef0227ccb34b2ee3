import * as t from 'io-ts'
import { type IsoMessage, isoMessageTypes } from '../protocol/isoMessage'
import type { ThreadActed, ThreadOrder } from '../protocol/threadOrder'
import { type Closed, closed } from './closed'
import { nonNegativeInteger, positiveInteger, whole } from './quantities'
import { tagged } from './tagged'
import { oneOf, text } from './text'

/** A word of 64 bits as JSON: hexadecimal digits behind 0x, because a number of JSON is not exact beyond 53 bits. */
export const wordCodec = new t.Type<bigint, string>(
  'a word of 64 bits, as "0x2a"',
  (u): u is bigint => typeof u === 'bigint' && BigInt.asUintN(64, u) === u,
  (u, context) => (typeof u === 'string' && /^0x(0|[1-9a-f][0-9a-f]{0,15})$/.test(u) ? t.success(BigInt(u)) : t.failure(u, context)),
  (word) => `0x${BigInt.asUintN(64, word).toString(16)}`
)

const address = closed({ address: nonNegativeInteger })
const node = nonNegativeInteger

const threadOrderCodec: t.Type<ThreadOrder, unknown> = tagged<ThreadOrder>({
  spawn: closed({ node: whole }),
  allocate: closed({ bytes: positiveInteger }),
  free: closed({ address: whole }),
  read: closed({ address: whole }),
  write: closed({ address: whole, word: wordCodec }),
  push: closed({ word: wordCodec }),
  pop: closed({}),
  exit: closed({}),
  migrate: closed({ to: whole }),
  open: closed({ what: oneOf('file', 'connection') })
})

const resultCodec: t.Type<ThreadActed['result'], unknown> = tagged<ThreadActed['result']>({
  spawned: closed({ node, stack: nonNegativeInteger }),
  allocated: address,
  freed: address,
  wrote: address,
  read: closed({ address: nonNegativeInteger, word: wordCodec }),
  migrated: closed({ from: node, to: node, ns: nonNegativeInteger, bytes: nonNegativeInteger, mapped: nonNegativeInteger }),
  exited: closed({ node }),
  faulted: closed({
    order: oneOf('spawn', 'allocate', 'free', 'read', 'write', 'push', 'pop', 'exit', 'migrate', 'open'),
    address: nonNegativeInteger
  })
})

/** The orders of a thread as JSON, without their type. */
export const threadOrders: { readonly act: Closed<{ readonly action: ThreadOrder }, 'action'> } = {
  act: closed({ action: threadOrderCodec })
}

/** What a world of threads answers, as JSON: the fields of its own. */
export const threadAnswers: { readonly acted: { readonly result: t.Type<ThreadActed['result'], unknown> } } = {
  acted: { result: resultCodec }
}

const message = oneOf<IsoMessage['type']>(...isoMessageTypes)

/** What a world of threads tells besides, as JSON: the fields of its own, and those of `negotiated` that may be absent. */
export const threadFacts = {
  negotiated: { node, owners: t.readonlyArray(node, 'a list of nodes'), ns: nonNegativeInteger },
  carried: { what: message, from: node, node, bytes: nonNegativeInteger },
  threadLost: { reason: text },
  nodeFailed: { node }
}

/** The run of slots that a negotiation has taken, where it has taken one, as JSON. */
export const takenRun = { run: closed({ start: nonNegativeInteger, n: positiveInteger }) }
