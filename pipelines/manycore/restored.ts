import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Data } from '../../lib/protocol/data'
import type { Attempt, Step } from '../../lib/protocol/phase'
import { andThen, chain, done, failure, map, request } from '../../lib/protocol/phase'
import type { ProcessImage } from '../../lib/protocol/process'
import { DAEMON_PORT } from './daemonMessage'
import { heard } from './heard'
import { offered } from './offered'
import type { Left } from './outgoing'
import { packed } from './packedImage'
import { outward, type Source, sent } from './sent'
import { ignoring, reasonOf, said, type Talk, told } from './talk'

/** A process as it was when it was saved: what it is made of, and the contents of its pieces in their order. @internal */
export type Kept = { readonly image: ProcessImage; readonly contents: readonly Data[] }

/** Sends what is kept to where it shall run, and does there what the source decides: the keeper's part of a cold migration. @internal */
export const relayed = (source: Talk, lane: string, to: string, kept: Kept): Attempt<null> => {
  const talk: Talk = { ...source, peer: to }
  const through = pipe(
    sentOn(talk, `${lane} portal`, kept),
    andThen('sent on', () => said(source, { type: 'ready', key: source.key })),
    andThen('ready', () => heard(source, ['commit', 'cancel', 'unknown'])),
    andThen('decided', (message): Attempt<unknown> => {
      if (message.type !== 'commit') return done(E.left(failure('unfreeze', reasonOf(message))))
      return pipe(
        said(talk, { type: 'commit', key: talk.key, absent: false }),
        andThen('committed', () =>
          pipe(
            heard(talk, ['arrived', 'declined', 'unknown']),
            chain('arrived', (answer): Attempt<unknown> => {
              // It may have gone on there: nobody may let it go on elsewhere.
              if (E.isLeft(answer)) return said(source, { type: 'undecided', key: source.key, reason: answer.left.reason })
              return answer.right.type === 'arrived'
                ? said(source, { type: 'arrived', key: source.key })
                : done(E.left(failure('unfreeze', reasonOf(answer.right))))
            })
          )
        )
      )
    })
  )
  return pipe(
    through,
    chain(
      'through',
      (result): Attempt<null> =>
        pipe(
          E.isLeft(result) ? told(to, DAEMON_PORT, { type: 'cancel', key: talk.key, reason: result.left.reason }) : done(null),
          chain('over', () => ends(`${lane} portal`)),
          chain('closed', () => done(E.isLeft(result) ? result : E.right(null)))
        )
    )
  )
}

/** Starts at another cluster what is kept here. @internal */
export const restored = (talk: Talk, lane: string, kept: Kept): Step<Left> => {
  const portal = `${lane} portal`
  const failed = (reason: string): Step<Left> =>
    pipe(
      told(talk.peer, DAEMON_PORT, { type: 'cancel', key: talk.key, reason }),
      chain('cancelled', () => map((): Left => ({ type: 'failed', reason }))(ends(portal)))
    )
  return pipe(
    sentOn(talk, portal, kept),
    andThen('sent', () => said(talk, { type: 'commit', key: talk.key, absent: false })),
    chain('committed', (committed): Step<Left> => {
      if (E.isLeft(committed)) return failed(committed.left.reason)
      return pipe(
        heard(talk, ['arrived', 'declined', 'unknown']),
        chain('answered', (answer): Step<Left> => {
          if (E.isRight(answer) && answer.right.type !== 'arrived') return failed(reasonOf(answer.right))
          const left: Left = E.isLeft(answer) ? { type: 'undecided', reason: answer.left.reason } : { type: 'moved' }
          return pipe(
            ignoring(request({ type: 'repoint', process: kept.image.process, to: talk.peer })),
            chain('repointed', () => map((): Left => left)(ends(portal)))
          )
        })
      )
    })
  )
}

const sentOn = (talk: Talk, portal: string, { image, contents }: Kept): Attempt<null> => {
  const source: Source = (piece) => done(E.right(contents[image.pieces.indexOf(piece)]))
  return pipe(
    offered(talk, { image: packed(image), keeps: false, all: true }),
    andThen('port', (port) => outward(portal, talk.peer, port)),
    andThen('attached', () => sent(portal, source, image.pieces)),
    andThen('sent', () => heard(talk, ['ready', 'declined', 'unknown'])),
    andThen('ready', (answer) => (answer.type === 'ready' ? done(E.right(null)) : done(E.left(failure('admit', reasonOf(answer))))))
  )
}

const ends = (portal: string): Step<null> => ignoring(request({ type: 'close', end: portal }))
