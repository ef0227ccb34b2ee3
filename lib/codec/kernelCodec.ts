import * as t from 'io-ts'
import type { Data } from '../protocol/data'
import type { ProcessEnd, ProcessImage, ProcessPiece, ProcessView } from '../protocol/process'
import { closed } from './closed'
import { dataCodec } from './dataCodec'
import { dictionary } from './dictionary'
import { nonNegativeInteger, whole } from './quantities'
import { oneOf, text, texts, yesNo } from './text'

/** Named here, so that the types of what is exported can name it. */
const content: t.Type<Data, unknown> = dataCodec
const count = nonNegativeInteger

const section = oneOf(
  'user',
  'uArea',
  'scattered',
  'systemBoard',
  'pageDirectory',
  'pageTable',
  'kernelPageIds',
  'stacks',
  'frameBitmap',
  'frames',
  'ends'
)
const piece: t.Type<ProcessPiece, unknown> = closed({ section, index: count, bytes: count })
const pieces = t.readonlyArray(piece, 'a list of pieces')
const image: t.Type<ProcessImage, unknown> = closed({ process: text, user: text, threads: count, pages: count, pieces })
const end: t.Type<ProcessEnd, unknown> = closed({
  end: text,
  kind: oneOf('mailbox', 'portal', 'sync'),
  way: oneOf('in', 'out'),
  peers: texts
})
const view: t.Type<ProcessView, unknown> = closed(
  {
    process: text,
    user: text,
    state: oneOf('running', 'frozen', 'arriving'),
    threads: count,
    pages: count,
    bytes: count,
    ageNs: count,
    cpuNs: count,
    bytesTo: dictionary(count)
  },
  { refusals: count }
)
const named = closed({ process: text })

/** The orders about processes as JSON, without their type. */
export const kernelOrders = {
  freeze: named,
  unfreeze: closed({ process: text }, { absent: yesNo }),
  describe: named,
  extract: closed({ process: text, piece }),
  admit: closed({ made: image }),
  install: closed({ process: text, piece, content }),
  forget: named,
  kill: named,
  watch: closed({ process: text, on: yesNo }),
  collect: named,
  depend: named,
  hold: named,
  repoint: closed({ process: text, to: text }),
  observe: closed({}),
  peek: closed({ page: count }),
  poke: closed({ page: count, word: whole })
}

/** What is answered to them, as JSON: the fields of its own. */
export const kernelAnswers = {
  described: { made: image, cycles: count },
  extracted: { content, cycles: count },
  collected: { pieces, cycles: count },
  depends: { ends: t.readonlyArray(end, 'a list of ends'), nodes: texts, cycles: count },
  observed: {
    processes: t.readonlyArray(view, 'a list of processes'),
    running: count,
    ready: count,
    cores: count,
    freeFrames: count,
    freeKernelPages: count,
    busyNs: count
  },
  peeked: { word: whole, cycles: count }
}

/** What is told of processes, as JSON: the fields of its own. */
export const kernelFacts = {
  wanted: { process: text, piece },
  placed: { process: text, user: text, state: oneOf('running', 'frozen', 'arriving', 'left', 'exited', 'lost') },
  threads: { process: text, running: count, ready: count, waiting: count, stopped: count },
  checked: { process: text, when: oneOf('unfrozen', 'left'), lost: pieces, stale: pieces, foreign: pieces }
}
