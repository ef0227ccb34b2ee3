import type { KernelOrder } from '../protocol/process'
import type { Time } from '../time/time'

/**
 * A migration of a process between clusters, as far as a journal tells of it. `began`: the first thing that was done to it; `admitted` where it goes to, `frozen`, `resumed` there, `left` the source. `bytes`,
 * `pieces`: installed at the target. `end`: `completed` when it goes on there and the source has dropped it, `back` when it was given up and goes on where it was, `lost`; otherwise it is not over.
 */
export type ChipMove = {
  readonly process: string
  readonly from: string
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

/** An account of where processes are and move; it changes its own. @internal */
export type ChipMoves = {
  /** Of each process, the cluster where it counts, and since when something has been done to it there that a migration may begin with. */
  readonly homes: Map<string, { cluster: string; since: Time | undefined; frozen: Time | undefined }>
  readonly open: Map<string, Open>
  readonly all: Open[]
}

/** Nothing has moved. @internal */
export const chipMoves = (): ChipMoves => ({ homes: new Map(), open: new Map(), all: [] })

type Placed = 'running' | 'frozen' | 'arriving' | 'left' | 'exited' | 'lost'

/** A process stands so on a cluster from now on. Says where a migration comes from, when it begins by this. @internal */
export const placedNow = (moves: ChipMoves, cluster: string, process: string, at: Time, state: Placed): string | undefined => {
  const { homes, open } = moves
  const home = homes.get(process)
  const move = open.get(process)
  if (state === 'arriving') return home === undefined || home.cluster === cluster ? undefined : begin(moves, home, cluster, process, at)
  if (state === 'running') {
    if (move?.to === cluster) {
      move.resumed ??= at
      if (move.left !== undefined) close(moves, move, at, 'completed')
    }
    homes.set(process, { cluster, since: undefined, frozen: undefined })
    if (move !== undefined && move.from === cluster) move.frozen = undefined
  } else if (state === 'frozen') {
    if (home === undefined) homes.set(process, { cluster, since: at, frozen: at })
    else if (home.cluster === cluster) {
      home.frozen = at
      home.since ??= at
      if (move !== undefined && move.from === cluster) move.frozen = at
    }
  } else if (move !== undefined && move.from === cluster && state === 'left') {
    move.left = at
    if (move.resumed !== undefined) close(moves, move, at, 'completed')
  } else if (move !== undefined && move.to === cluster && state === 'left' && move.resumed === undefined) close(moves, move, at, 'back')
  else if (state === 'lost' || state === 'exited') {
    if (move !== undefined) close(moves, move, at, state === 'lost' ? 'lost' : move.resumed === undefined ? 'back' : 'completed')
    if (home?.cluster === cluster) homes.delete(process)
  }
  return undefined
}

const begin = (
  moves: ChipMoves,
  home: { readonly cluster: string; readonly since: Time | undefined; readonly frozen: Time | undefined },
  to: string,
  process: string,
  at: Time
): string => {
  const before = moves.open.get(process)
  if (before !== undefined) close(moves, before, at, before.resumed === undefined ? 'back' : 'completed')
  const move: Open = {
    process,
    from: home.cluster,
    to,
    began: Math.min(at, home.since ?? at),
    admitted: at,
    ...(home.frozen === undefined ? {} : { frozen: home.frozen }),
    bytes: 0,
    pieces: 0
  }
  moves.open.set(process, move)
  moves.all.push(move)
  return home.cluster
}

const close = ({ open }: ChipMoves, move: Open, at: Time, end: NonNullable<ChipMove['end']>): void => {
  move.ended = at
  move.end = end
  open.delete(move.process)
}

/** A kernel has been asked something about a process. @internal */
export const askedOf = ({ homes, open }: ChipMoves, cluster: string, at: Time, order: KernelOrder): void => {
  if (!('process' in order)) return
  const home = homes.get(order.process)
  const move = open.get(order.process)
  if (order.type === 'install' && move?.to === cluster) {
    move.bytes += order.piece.bytes
    move.pieces++
  } else if (home?.cluster === cluster && (order.type === 'extract' || order.type === 'freeze' || (order.type === 'watch' && order.on)))
    home.since ??= at
}

/** Whether the programs of two clusters talk about a migration between them now. @internal */
export const isMoving = ({ open }: ChipMoves, one: string, other: string): boolean => {
  for (const { from, to } of open.values()) if ((from === one && to === other) || (from === other && to === one)) return true
  return false
}
