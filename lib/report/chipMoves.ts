import type { Abstraction } from '../protocol/chip'
import type { KernelOrder } from '../protocol/process'
import type { Time } from '../time/time'
import type { Arrival } from './linkTraffic'

/**
 * A migration of a process between clusters, as far as a journal tells of it. `from`: absent when it comes from a copy that was kept, and ran nowhere. `began`: the first thing that was done to it; `admitted`
 * where it goes to, `frozen`, `resumed` there, `left` the source. `bytes`, `pieces`: installed at the target. `end`: `completed` when it goes on there and the source has dropped it, `back` when it was given up
 * and goes on where it was, `lost`; otherwise it is not over.
 */
export type ChipMove = {
  readonly process: string
  readonly from?: string
  readonly to: string
  readonly began: Time
  readonly admitted: Time
  readonly frozen?: Time
  readonly resumed?: Time
  readonly left?: Time
  readonly ended?: Time
  readonly end?: 'completed' | 'back' | 'lost'
  readonly bytes: number
  readonly pieces: number
}

type Open = { -readonly [K in keyof ChipMove]: ChipMove[K] }

/**
 * Of a process, the cluster where it counts, and since when something has been done to it there that a migration may begin with; `peers`: clusters that have ends to it, and so are told; what has passed since
 * then, which may be of it.
 */
type Home = { readonly cluster: string; since?: Time; frozen?: Time; peers: readonly string[]; readonly sent: Arrival[] }

/** A migration that is not over. `direct`: nothing of it goes by way of others. */
type OpenMove = { readonly move: Open; readonly peers: readonly string[]; readonly direct?: boolean }

/** An account of where processes are and move; it changes its own. @internal */
export type ChipMoves = {
  readonly homes: Map<string, Home>
  readonly open: Map<string, OpenMove>
  readonly all: Open[]
}

/** Nothing has moved. @internal */
export const chipMoves = (): ChipMoves => ({ homes: new Map(), open: new Map(), all: [] })

/** How a process stands on a cluster. @internal */
export type Stands = 'running' | 'frozen' | 'arriving' | 'left' | 'exited' | 'lost'

/** Chunks and messages that are remembered until it is known whether they are of a migration: a megabyte and more, of one process. */
const REMEMBERED = 1024

/** A process stands so on a cluster from now on. Says, when a migration begins by this, where it comes from and what has been sent for it before. @internal */
export const placedNow = (
  moves: ChipMoves,
  { cluster, process, at, state }: { readonly cluster: string; readonly process: string; readonly at: Time; readonly state: Stands }
): { readonly from: string | undefined; readonly sent: readonly Arrival[] } | undefined => {
  const { homes, open } = moves
  const home = homes.get(process)
  const move = open.get(process)?.move
  const isThere = move?.to === cluster
  switch (state) {
    case 'arriving':
      return begin(moves, home, cluster, process, at)
    case 'running':
      homes.set(process, { cluster, peers: [], sent: [] })
      if (move === undefined) return undefined
      if (isThere) move.resumed ??= at
      if (isThere && (move.left !== undefined || move.from === undefined)) close(moves, move, at, 'completed')
      if (!isThere && move.from === cluster) close(moves, move, at, 'back')
      return undefined
    case 'frozen':
      if (home === undefined) homes.set(process, { cluster, since: at, frozen: at, peers: [], sent: [] })
      if (home?.cluster === cluster) {
        home.frozen = at
        home.since ??= at
        if (move !== undefined && !isThere) move.frozen = at
      }
      return undefined
    case 'left':
      if (move === undefined) return undefined
      // What is frozen is given up only when it goes on.
      if (isThere && move.resumed === undefined && move.frozen === undefined) close(moves, move, at, 'back')
      if (move.from !== cluster) return undefined
      move.left = at
      if (move.resumed !== undefined) close(moves, move, at, 'completed')
      return undefined
    case 'exited':
    case 'lost':
      if (move !== undefined) close(moves, move, at, state === 'lost' ? 'lost' : move.resumed === undefined ? 'back' : 'completed')
      homes.delete(process)
  }
}

const begin = (moves: ChipMoves, home: Home | undefined, to: string, process: string, at: Time) => {
  const before = moves.open.get(process)?.move
  if (before !== undefined) close(moves, before, at, before.resumed === undefined ? 'back' : 'completed')
  const { cluster: from, since, frozen, peers = [], sent = [] } = home ?? {}
  const move: Open = {
    process,
    ...(from === undefined ? {} : { from }),
    to,
    began: Math.min(at, since ?? at),
    admitted: at,
    ...(frozen === undefined ? {} : { frozen }),
    bytes: 0,
    pieces: 0
  }
  moves.open.set(process, { move, peers })
  moves.all.push(move)
  return { from, sent: sent.splice(0) }
}

const close = ({ open }: ChipMoves, move: Open, at: Time, end: NonNullable<ChipMove['end']>): void => {
  move.ended = at
  move.end = end
  open.delete(move.process)
}

/** A cluster has failed: what has left it and goes on elsewhere needs it no more. @internal */
export const failedNow = (moves: ChipMoves, cluster: string, at: Time): void => {
  for (const { move } of [...moves.open.values()])
    if (move.from === cluster && move.resumed !== undefined) close(moves, move, at, 'completed')
}

/** A kernel has been asked something about a process. @internal */
export const askedOf = ({ homes, open }: ChipMoves, cluster: string, at: Time, order: KernelOrder): void => {
  if (!('process' in order)) return
  const home = homes.get(order.process)
  const move = open.get(order.process)?.move
  if (order.type === 'install' && move?.to === cluster) {
    move.bytes += order.piece.bytes
    move.pieces++
  } else if (home?.cluster === cluster && (order.type === 'extract' || order.type === 'freeze' || (order.type === 'watch' && order.on)))
    home.since ??= at
}

/** A kernel has told which clusters have ends to a process of its own. @internal */
export const dependNow = ({ homes }: ChipMoves, cluster: string, process: string, peers: readonly string[]): void => {
  const home = homes.get(process)
  if (home?.cluster === cluster) home.peers = peers
}

/**
 * Whether what the program of one cluster sends to another's is of a migration under way: anything between the two clusters, chunks from the one or to the other by way of a third, and messages of the source
 * with those that have ends to the process. @internal
 */
export const isMoving = ({ open }: ChipMoves, by: Abstraction, one: string, other: string): boolean => {
  for (const { move, peers, direct = false } of open.values()) {
    const { from, to } = move
    if ((from === one && to === other) || (from === other && to === one)) return true
    if (!direct && (by === 'portal' ? from === one || to === other : isBetween(from, peers, one, other))) return true
  }
  return false
}

const isBetween = (from: string | undefined, peers: readonly string[], one: string, other: string): boolean =>
  (one === from && peers.includes(other)) || (other === from && peers.includes(one))

/** Remembers what passes while a process is being copied or stands still, and nobody has said where it goes. @internal */
export const sentBefore = ({ homes }: ChipMoves, one: string, other: string, arrival: Arrival): void => {
  for (const { cluster, since, peers, sent } of homes.values())
    if (since !== undefined && (arrival.by === 'portal' ? cluster === one : isBetween(cluster, peers, one, other))) {
      if (sent.length < REMEMBERED) sent.push(arrival)
      return
    }
}
