import { hasCpus, ROUNDING } from './fits'
import { type Books, booksOf, type Move, type Placement } from './placement'

/** Moves one after the other, and the VMs for which no order was found: they stay where they are. */
export type OrderedMoves = { readonly moves: readonly Move[]; readonly stuck: readonly number[] }

/**
 * The moves from a placement to another of the same VMs, in an order in which each host has the memory for every VM that it takes, when it takes it; over a third host where neither side of a cycle has memory to spare (not over those
 * `excluded`). Only memory counts on the way, as a VM stands on a third host for a while only.
 *
 *     movesInOrder({ hosts, vms, at: [0, 0, 1] }, [1, 0, 0])
 *
 * Up to 12 moves that go straight are found in such an order if there is one; beyond that, and for which VMs wait on a third host (the smallest that make room), it is a heuristic of ours: moves that can stand in no other's way first.
 * Laws: played, no step exceeds the memory of its target; a VM moves twice at most; all end where they are wanted but for those `stuck`, which have not moved. Cost: O(moves²), and 2^12 states at most. Throws `RangeError` naming what
 * is senseless.
 */
export const movesInOrder = (
  placement: Placement,
  wanted: readonly number[],
  { excluded = () => false }: { readonly excluded?: (host: number) => boolean } = {}
): OrderedMoves => {
  booksOf({ ...placement, at: wanted })
  const moves = wanted.flatMap((to, vm): readonly Move[] => (placement.at[vm] === to ? [] : [{ vm, from: placement.at[vm], to }]))
  const thirds = placement.hosts.map((_, host) => host).filter((host) => !excluded(host))
  return orderedMoves(booksOf(placement), moves, thirds)
}

/** See `movesInOrder`: of such moves, over such third hosts on which a VM may wait (by default any). @internal */
export const orderedMoves = (
  books: Books,
  moves: readonly Move[],
  thirds: readonly number[],
  mayWait: (vm: number, host: number) => boolean = () => true
): OrderedMoves => {
  const straight = inTurn(roomsOf(books), moves)
  if (straight.left.length === 0) return { moves: straight.done, stuck: [] }
  const exact = moves.length <= MOST_TRIED ? anyOrder(roomsOf(books), moves) : undefined
  return exact === undefined ? overThirds(books, moves, thirds, mayWait) : { moves: exact, stuck: [] }
}

/** Moves whose orders are all tried. */
const MOST_TRIED = 12

/** Memory that is free on each host, and how a VM goes from one to another. */
type Rooms = {
  readonly has: (move: Move) => boolean
  readonly take: (move: Move) => void
  readonly undo: (move: Move) => void
  readonly free: Float64Array
  readonly bytes: (vm: number) => number
}

const roomsOf = ({ placement: { hosts, vms }, used }: Books): Rooms => {
  const free = Float64Array.from(hosts, ({ capacity }, host) => capacity.memory * (1 + ROUNDING) - used.memory[host])
  const bytes = (vm: number): number => vms[vm].needs.memory
  return {
    free,
    bytes,
    has: ({ vm, to }) => bytes(vm) <= free[to],
    take: ({ vm, from, to }) => {
      free[from] += bytes(vm)
      free[to] -= bytes(vm)
    },
    undo: ({ vm, from, to }) => {
      free[from] -= bytes(vm)
      free[to] += bytes(vm)
    }
  }
}

/** Moves that can be made: first those into hosts with room for all that come, which stand in no other's way, then the first that can. */
const inTurn = (rooms: Rooms, moves: readonly Move[]): { readonly done: readonly Move[]; readonly left: readonly Move[] } => {
  const coming = new Float64Array(rooms.free.length)
  for (const { vm, to } of moves) coming[to] += rooms.bytes(vm)
  const done: Move[] = []
  const make = (move: Move): void => {
    rooms.take(move)
    coming[move.to] -= rooms.bytes(move.vm)
    done.push(move)
  }
  let left: readonly Move[] = moves
  for (let before = -1; left.length > 0 && before !== left.length; ) {
    before = left.length
    left = left.filter((move) => {
      if (!rooms.has(move) || coming[move.to] > rooms.free[move.to]) return true
      make(move)
      return false
    })
    if (left.length < before) continue
    const first = left.find(rooms.has)
    if (first === undefined) break
    make(first)
    left = left.filter((move) => move !== first)
  }
  return { done, left }
}

/** An order of all moves, each made once, if there is one. */
const anyOrder = (rooms: Rooms, moves: readonly Move[]): readonly Move[] | undefined => {
  const dead = new Set<number>()
  const order: Move[] = []
  const all = 2 ** moves.length - 1
  const from = (done: number): boolean => {
    if (done === all) return true
    if (dead.has(done)) return false
    for (let i = 0; i < moves.length; i++) {
      if ((done & (1 << i)) !== 0 || !rooms.has(moves[i])) continue
      rooms.take(moves[i])
      order.push(moves[i])
      if (from(done | (1 << i))) return true
      order.pop()
      rooms.undo(moves[i])
    }
    dead.add(done)
    return false
  }
  return from(0) ? order : undefined
}

/** As far as it goes straight, then the fewest bytes that make room for one that waits go to third hosts, and so on. What is not whole in the end is not begun. */
const overThirds = (
  books: Books,
  moves: readonly Move[],
  thirds: readonly number[],
  mayWait: (vm: number, host: number) => boolean
): OrderedMoves => {
  const rooms = roomsOf(books)
  const done: Move[] = []
  const parked = new Set<number>()
  let left = moves
  let whole = 0
  for (;;) {
    const turn = inTurn(rooms, left)
    done.push(...turn.done)
    left = turn.left
    if (!left.some(({ vm }) => parked.has(vm))) whole = done.length
    if (left.length === 0) break
    const steps = parking(books, rooms, left, parked, thirds, mayWait)
    if (steps === undefined) break
    for (const step of steps) {
      done.push(step)
      parked.add(step.vm)
    }
    const where = new Map(steps.map(({ vm, to }) => [vm, to]))
    left = left.map((move) => ({ ...move, from: where.get(move.vm) ?? move.from }))
  }
  const made = done.slice(0, whole)
  const last = new Map(made.map(({ vm, to }) => [vm, to]))
  return { moves: made, stuck: moves.filter(({ vm, to }) => last.get(vm) !== to).map(({ vm }) => vm) }
}

/** Who goes to which third hosts, in the memory that is free now, so that one of those that wait can go: the fewest bytes; of as many, the later ones of the list. */
const parking = (
  books: Books,
  rooms: Rooms,
  left: readonly Move[],
  parked: ReadonlySet<number>,
  thirds: readonly number[],
  mayWait: (vm: number, host: number) => boolean
): readonly Move[] | undefined => {
  const targets = new Set(left.map(({ to }) => to))
  const inOrder = [...thirds].sort((a, b) => Number(targets.has(a)) - Number(targets.has(b)) || a - b)
  let best: readonly Move[] | undefined
  let least = Infinity
  for (const to of targets) {
    const wants = Math.min(...left.filter((move) => move.to === to).map(({ vm }) => rooms.bytes(vm)))
    const there = left.filter(({ vm, from }) => from === to && !parked.has(vm)).reverse()
    const sets = [...there.map((one) => [one]), [...there].sort((a, b) => rooms.bytes(b.vm) - rooms.bytes(a.vm))]
    for (const set of sets) {
      const steps: Move[] = []
      let bytes = 0
      for (const { vm, from } of set) {
        if (rooms.free[to] >= wants) break
        const third = inOrder.find(
          (host) => host !== from && hasCpus(books, host, vm) && rooms.has({ vm, from, to: host }) && mayWait(vm, host)
        )
        if (third === undefined) continue
        const step = { vm, from, to: third }
        rooms.take(step)
        steps.push(step)
        bytes += rooms.bytes(vm)
      }
      if (steps.length > 0 && rooms.free[to] >= wants && bytes < least) {
        best = steps
        least = bytes
      }
      for (const step of steps) rooms.undo(step)
    }
  }
  if (best !== undefined) for (const step of best) rooms.take(step)
  return best
}
