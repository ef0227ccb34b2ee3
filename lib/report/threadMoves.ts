import type { Order } from '../protocol/command'
import type { ThreadActed } from '../protocol/threadOrder'
import type { Time } from '../time/time'
import { type ChipMoves, placedNow } from './chipMoves'

/** The cluster of a node of a world of threads on a chip. */
const clusterOf = (node: number): string => `cc${node}`

/** A thread with iso-address memory has asked for something: while it moves, it stands still. @internal */
export const threadAsked = (moves: ChipMoves, thread: string, at: Time, order: Order): void => {
  if (order.type !== 'act' || order.action.type !== 'migrate') return
  const home = moves.homes.get(thread)
  const to = clusterOf(order.action.to)
  if (home === undefined || home.cluster === to) return
  placedNow(moves, { cluster: home.cluster, process: thread, at, state: 'frozen' })
  placedNow(moves, { cluster: to, process: thread, at, state: 'arriving' })
  const open = moves.open.get(thread)
  if (open !== undefined) moves.open.set(thread, { ...open, direct: true })
}

/** What came of it. @internal */
export const threadActed = (moves: ChipMoves, thread: string, at: Time, result: ThreadActed['result']): void => {
  if (result.type === 'spawned') placedNow(moves, { cluster: clusterOf(result.node), process: thread, at, state: 'running' })
  else if (result.type === 'exited') placedNow(moves, { cluster: clusterOf(result.node), process: thread, at, state: 'exited' })
  else if (result.type === 'migrated') {
    const move = moves.open.get(thread)?.move
    if (move === undefined) return
    move.bytes += result.bytes
    placedNow(moves, { cluster: clusterOf(result.to), process: thread, at, state: 'running' })
    placedNow(moves, { cluster: clusterOf(result.from), process: thread, at, state: 'left' })
  }
}

/** Its move was refused, and the thread goes on where it was, or (`lost`) nowhere. @internal */
export const threadStays = (moves: ChipMoves, thread: string, at: Time, state: 'running' | 'lost'): void => {
  const home = moves.homes.get(thread)
  if (home !== undefined && (state === 'lost' || moves.open.get(thread)?.direct === true))
    placedNow(moves, { cluster: home.cluster, process: thread, at, state })
}
