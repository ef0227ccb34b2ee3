import * as t from 'io-ts'
import type { Data } from '../protocol/data'
import { closed } from './closed'
import { dataCodec } from './dataCodec'
import { nonNegativeInteger, positiveInteger } from './quantities'
import { oneOf, text, texts, yesNo } from './text'

/** Named here, so that the types of what is exported can name it. */
const content: t.Type<Data, unknown> = dataCodec
const kind = oneOf('mailbox', 'portal', 'sync')
const sync = closed({ mode: oneOf('allToOne', 'oneToAll'), nodes: texts })
const end = closed({ end: text })

/** The orders of a chip as JSON, without their type. */
export const chipOrders = {
  create: closed({ end: text, kind }, { sync, dma: nonNegativeInteger, port: nonNegativeInteger }),
  attach: closed({ end: text, kind }, { remote: text, sync, dma: nonNegativeInteger, port: nonNegativeInteger }),
  close: end,
  mail: closed({ end: text, message: content }, { atOnce: yesNo }),
  receive: end,
  allow: closed({ end: text, from: text, bytes: positiveInteger }),
  put: closed({ end: text, bytes: positiveInteger }, { content, atOnce: yesNo }),
  get: closed({ end: text, bytes: positiveInteger }),
  signal: end,
  await: end
}

/** What a chip answers besides, as JSON: the fields of its own. */
export const chipAnswers = {
  received: { from: text, message: content, cycles: nonNegativeInteger },
  got: { bytes: nonNegativeInteger, contents: t.readonlyArray(content, 'a list'), cycles: nonNegativeInteger },
  awaited: { cycles: nonNegativeInteger }
}

const used = { cRx: nonNegativeInteger, cTx: nonNegativeInteger, dRx: nonNegativeInteger, dTx: nonNegativeInteger }

/** What a chip tells besides, as JSON: the fields of its own. */
export const chipFacts = {
  arrived: { by: kind, from: text, node: text, number: nonNegativeInteger, bytes: nonNegativeInteger },
  bounced: { by: kind, from: text, node: text, process: text },
  slots: { node: text, kind, ...used }
}
