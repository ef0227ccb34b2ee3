import * as t from 'io-ts'
import type { Data } from '../protocol/data'
import { closed } from './closed'
import { dataCodec } from './dataCodec'
import { dictionary } from './dictionary'
import { nonNegative, nonNegativeInteger } from './quantities'
import { oneOf, text, yesNo } from './text'

const nothingBeside = closed({})
/** Named here, so that the types of what is exported can name it. */
const message: t.Type<Data, unknown> = dataCodec

/** The orders of a cluster as JSON, without their type. */
export const clusterOrders = {
  tell: closed({ whom: text, message }, { closing: nonNegativeInteger }),
  keep: closed({ what: oneOf('state', 'queue'), checkpoint: nonNegativeInteger }, { beyond: yesNo }),
  settle: closed({ checkpoint: nonNegativeInteger, as: oneOf('sealed', 'dropped') }),
  list: nothingBeside,
  load: closed({ checkpoint: nonNegativeInteger, incarnation: nonNegativeInteger }),
  insertQueue: closed({ place: oneOf('front', 'back') })
}

const counts = dictionary<number>(nonNegativeInteger)
const frame = closed({ from: text, number: nonNegativeInteger })

/** What a cluster answers besides, as JSON: the fields of its own. */
export const clusterAnswers = {
  kept: { bytes: nonNegative, frames: nonNegativeInteger },
  listed: { complete: t.readonlyArray(nonNegativeInteger, 'a list of integers >= 0'), sealed: nonNegativeInteger }
}

/** What a cluster tells besides, as JSON: the fields of its own. */
export const clusterFacts = {
  told: { from: text, message },
  stored: {
    checkpoint: nonNegativeInteger,
    stands: oneOf('begun', 'complete', 'sealed', 'dropped', 'loaded'),
    sent: counts,
    received: counts,
    queue: t.readonlyArray(frame, 'a list of frames')
  },
  misdelivered: { from: text, number: nonNegativeInteger, expected: nonNegativeInteger },
  finished: { digest: nonNegativeInteger }
}
