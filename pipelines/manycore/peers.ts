import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Attempt, Step } from '../../lib/protocol/phase'
import { andThen, chain, done, failure, request } from '../../lib/protocol/phase'
import type { PeerMessage } from './daemonMessage'
import { heard } from './heard'
import { ignoring, reasonOf, said, type Talk } from './talk'

/** Where a process's peers are to be told of its move, and by whom: this cluster itself by its own kernel. @internal */
export type Peers = {
  readonly key: string
  readonly own: string
  readonly nodes: readonly string[]
  readonly patienceNs: number
}

/**
 * One order to the kernels of clusters that have an end to a process: those that have done it. A daemon that does not answer is left out: its cluster is gone, or has no daemon; its kernel asks by itself where the process is.
 * Fails where one declines. @internal
 */
export const atAll = (peers: Peers, order: PeerOrder): Attempt<readonly string[]> => {
  const from = (index: number, reached: readonly string[]): Attempt<readonly string[]> => {
    if (index === peers.nodes.length) return done(E.right(reached))
    const node = peers.nodes[index]
    return pipe(
      node === peers.own ? own(order) : elsewhere(peers, node, order),
      andThen('told', (isDone) => from(index + 1, isDone ? [...reached, node] : reached))
    )
  }
  return from(0, [])
}

const own = (order: PeerOrder): Attempt<boolean> =>
  pipe(
    request(order) as Attempt<unknown>,
    andThen('own', () => done(E.right(true)))
  )

type PeerOrder =
  | { readonly type: 'hold'; readonly process: string }
  | { readonly type: 'repoint'; readonly process: string; readonly to: string }

const elsewhere = ({ key, patienceNs }: Peers, node: string, order: PeerOrder): Attempt<boolean> => {
  const talk: Talk = { key, peer: node, patienceNs }
  return pipe(
    said(talk, { key, ...order }),
    andThen('said', (): Attempt<PeerMessage> => heard(talk, order.type === 'hold' ? ['held', 'declined'] : ['repointed', 'declined'])),
    chain('answered', (result): Attempt<boolean> => {
      if (E.isLeft(result)) return done(E.right(false))
      return result.right.type === 'declined' ? done(E.left(failure(order.type, reasonOf(result.right)))) : done(E.right(true))
    })
  )
}

/** A peer's part: does what it was asked by its own kernel, and says so. @internal */
export const asPeer = (talk: Talk, message: PeerMessage & { readonly type: 'hold' | 'repoint' }): Step<null> => {
  const { key, ...order } = message
  return pipe(
    request(order as PeerOrder) as Attempt<unknown>,
    chain('done', (result) =>
      ignoring(
        said(
          talk,
          E.isLeft(result)
            ? { type: 'declined', key, reason: result.left.reason }
            : { type: message.type === 'hold' ? 'held' : 'repointed', key }
        )
      )
    )
  )
}
