import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Data } from '../../lib/protocol/data'
import type { Attempt } from '../../lib/protocol/phase'
import { andThen, done, failure, request } from '../../lib/protocol/phase'
import type { ProcessPiece } from '../../lib/protocol/process'
import { DAEMON_PORT, type PeerMessage } from './daemonMessage'
import { heeding, persistent } from './talk'

/** Where the pieces of a transfer come from: a copy of one. @internal */
export type Source = (piece: ProcessPiece) => Attempt<Data>
/** Where they go. @internal */
export type Sink = (piece: ProcessPiece, content: Data) => Attempt<unknown>

/** What was taken: the contents in the order of their pieces. @internal */
export type Taken = readonly Data[]

/** Whether a piece must be there before a process goes on: its state in the kernel and its stacks, without which no thread makes a step. @internal */
export const isState = ({ section }: ProcessPiece): boolean => section !== 'user' && section !== 'frames'

/** Whether a piece is a page that threads write. @internal */
export const isMemory = ({ section }: ProcessPiece): boolean => section === 'user' || section === 'frames' || section === 'stacks'

/** Pieces out of a process of this cluster. @internal */
export const extracting =
  (process: string): Source =>
  (piece) =>
    pipe(
      request({ type: 'extract', process, piece }),
      andThen('extracted', ({ content }) => done(E.right(content)))
    )

/** Pieces into a process that was admitted here. @internal */
export const installing =
  (process: string): Sink =>
  (piece, content) =>
    request({ type: 'install', process, piece, content })

/** What stops who sends, and who takes. @internal */
export const stopsSender: readonly PeerMessage['type'][] = ['declined', 'unknown']
/** See `stopsSender`. @internal */
export const stopsTaker: readonly PeerMessage['type'][] = ['cancel', 'unknown']

/** Tasks one after the other: a copy of each piece is put into the portal, when the one before has left. @internal */
export const sent = (end: string, source: Source, pieces: readonly ProcessPiece[], from = 0): Attempt<null> => {
  if (from === pieces.length) return done(E.right(null))
  const piece = pieces[from]
  return pipe(
    source(piece),
    andThen('copied', (content) => heeding({ type: 'put', end, bytes: piece.bytes, content: { piece, content } as Data }, stopsSender)),
    andThen('sent', () => sent(end, source, pieces, from + 1))
  )
}

/** The same at the other end: a permission for each piece, its bytes, and into its place with it. @internal */
export const taken = (end: string, peer: string, sink: Sink, pieces: readonly ProcessPiece[], before: Taken = []): Attempt<Taken> => {
  if (before.length === pieces.length) return done(E.right(before))
  const piece = pieces[before.length]
  return pipe(
    one(end, peer, piece.bytes),
    andThen('got', (got) =>
      pipe(
        sink(piece, got.content),
        andThen('installed', () => done(E.right(got.content)))
      )
    ),
    andThen('one', (content) => taken(end, peer, sink, pieces, [...before, content]))
  )
}

/** One piece out of a portal: which it is, and its content. @internal */
export const one = (end: string, peer: string, bytes: number): Attempt<{ readonly piece: ProcessPiece; readonly content: Data }> =>
  pipe(
    request({ type: 'allow', end, from: peer, bytes }) as Attempt<unknown>,
    andThen('allowed', () => heeding({ type: 'get', end, bytes }, stopsTaker)),
    andThen('got', ({ contents }) => {
      const [first] = contents as readonly { readonly piece: ProcessPiece; readonly content: Data }[]
      return first === undefined ? done(E.left(failure('get', 'nothing was in it'))) : done(E.right(first))
    })
  )

/** The end of a portal that a daemon sends by, to the portal of this number at another. @internal */
export const outward = (end: string, remote: string, port: number): Attempt<unknown> =>
  persistent({ type: 'attach', end, kind: 'portal', remote, port })

/** The port of the n-th portal of a daemon: each transfer has one of its own, so that what is left of one that failed disturbs none. @internal */
export const portalPort = (n: number): number => DAEMON_PORT + n
