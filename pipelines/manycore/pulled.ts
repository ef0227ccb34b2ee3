import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Data } from '../../lib/protocol/data'
import { lanes } from '../../lib/protocol/lanes'
import type { Attempt, Step } from '../../lib/protocol/phase'
import { andThen, answers, asked, awaiting, chain, done, request } from '../../lib/protocol/phase'
import type { ProcessImage, ProcessPiece } from '../../lib/protocol/process'
import { DAEMON_PORT } from './daemonMessage'
import { wantOf } from './followed'
import { mailboxOf } from './postOffice'
import { isState } from './sent'
import type { Talk } from './talk'

/** After the commit of a post-copy, at the target: takes what follows, and says what a thread waits for; ended when nothing is missing. @internal */
export const pulled = (talk: Talk, portal: string, image: ProcessImage): Attempt<null> => {
  const count = image.pieces.filter((piece) => !isState(piece)).length
  const next = (left: number): Attempt<null> => {
    if (left === 0) return done(E.right(null))
    return pipe(
      request({ type: 'allow', end: portal, from: talk.peer, bytes: PAGE_BYTES }) as Attempt<unknown>,
      andThen('allowed', () => request({ type: 'get', end: portal, bytes: PAGE_BYTES })),
      andThen('got', ({ contents }) => {
        const { piece, content } = contents[0] as { readonly piece: ProcessPiece; readonly content: Data }
        return request({ type: 'install', process: image.process, piece, content }) as Attempt<unknown>
      }),
      andThen('installed', () => next(left - 1))
    )
  }
  return pipe(
    lanes({ pages: next(count), wants: wanting(talk, image, [], false) }, { until: 'pages' }),
    chain('pulled', ({ pages }) => done(pages))
  )
}

/** Says one want after the other, while there is something to want. */
const wanting = (talk: Talk, image: ProcessImage, waiting: readonly ProcessPiece[], isSaying: boolean): Step<null> =>
  awaiting([], 'wants', [talk, waiting, isSaying], (signal) => {
    if (signal.type === 'wound') return isSaying ? winding(talk) : done(null)
    if (signal.type === 'wanted' && signal.process === image.process) return say(talk, image, [...waiting, signal.piece], isSaying)
    if (!answers(signal, 0)) return undefined
    return signal.type === 'refused' ? wanting(talk, image, [], false) : say(talk, image, waiting, false)
  })

const say = (talk: Talk, image: ProcessImage, waiting: readonly ProcessPiece[], isSaying: boolean): Step<null> => {
  if (isSaying || waiting.length === 0) return wanting(talk, image, waiting, isSaying)
  const [first, ...others] = waiting
  const mail = asked({ type: 'mail', end: mailboxOf(talk.peer, DAEMON_PORT), message: wantOf(talk.key, image, first) as Data })
  return { requests: [mail], phase: wanting(talk, image, others, true).phase }
}

const winding = (talk: Talk): Step<null> => awaiting([], 'wants, done', [talk], (signal) => (answers(signal, 0) ? done(null) : undefined))

const PAGE_BYTES = 4096
