import { hasCpus, ROUNDING } from './fits'
import type { PackingOptions } from './packing'
import { type PackingProblem, packingProblem, WIDTH } from './packingProblem'
import { booksOf, type Move, type Placement } from './placement'

/** Moves one after the other that leave every host within its thresholds, and the bytes that they copy in all; or that there are none. */
export type CheapestMoves =
  | { readonly type: 'found'; readonly moves: readonly Move[]; readonly bytes: number; readonly looked: number }
  | { readonly type: 'impossible'; readonly looked: number }

/** The most placements that `leastBytesCopied` takes: hosts to the power of VMs. */
export const mostPlacements = 2 ** 20

/**
 * The moves, one after the other, that leave every host within its thresholds and copy the fewest bytes in all, over third hosts where that helps, with the memory for each VM at each step: what no sequence of moves can do for less. Exact, by the shortest way
 * (Dijkstra) through all placements: for tiny cases. Hosts that are excluded take nothing; moves that are barred are not made.
 *
 * Laws: at least the bytes of `leastBytesMoved`, and as many where the order of its moves needs no third host. Cost: O(placements that are nearer x VMs x hosts). Throws `RangeError` naming what is senseless, and above `mostPlacements`.
 */
export const leastBytesCopied = (placement: Placement, options: PackingOptions = {}): CheapestMoves => {
  const problem = packingProblem('leastBytesCopied', placement, options)
  const { vms, hosts, at, sizes } = problem
  if (!(hosts ** vms <= mostPlacements))
    throw new RangeError(`leastBytesCopied: hosts ** VMs must be at most ${mostPlacements} (got ${hosts} ** ${vms})`)
  const { excluded = () => false, isBarred = () => false } = options
  const books = booksOf(placement)
  const may = (vm: number, to: number): boolean => !excluded(to) && !isBarred(vm, to) && hasCpus(books, to, vm)
  const powers = Array.from({ length: vms }, (_, vm) => hosts ** vm)
  const hostIn = (state: number, vm: number): number => Math.floor(state / powers[vm]) % hosts
  const start = at.reduce((sum, host, vm) => sum + host * powers[vm], 0)
  const cost = new Map<number, number>([[start, 0]])
  const before = new Map<number, number>()
  const settled = new Set<number>()
  const queue = heap()
  queue.push(0, start)
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const state = next[1]
    if (settled.has(state)) continue
    settled.add(state)
    const used = usedIn(problem, (vm) => hostIn(state, vm))
    if (isWithin(problem, used))
      return {
        type: 'found',
        moves: way(before, start, state, vms, hostIn),
        bytes: next[0],
        looked: settled.size
      }
    for (let vm = 0; vm < vms; vm++) {
      const from = hostIn(state, vm)
      for (let to = 0; to < hosts; to++) {
        if (to === from || !may(vm, to) || !hasMemory(placement, used, vm, to)) continue
        const other = state + (to - from) * powers[vm]
        const bytes = next[0] + sizes[vm]
        if (bytes >= (cost.get(other) ?? Infinity)) continue
        cost.set(other, bytes)
        before.set(other, state)
        queue.push(bytes, other)
      }
    }
  }
  return { type: 'impossible', looked: settled.size }
}

const usedIn = ({ vms, hosts, needs }: PackingProblem, hostOf: (vm: number) => number): Float64Array => {
  const used = new Float64Array(hosts * WIDTH)
  for (let vm = 0; vm < vms; vm++) for (let r = 0; r < WIDTH; r++) used[hostOf(vm) * WIDTH + r] += needs[vm * WIDTH + r]
  return used
}

const isWithin = ({ limits }: PackingProblem, used: Float64Array): boolean => used.every((amount, i) => amount <= limits[i])

/** Whether a host has the memory for a VM beside those on it: all of it, whatever the thresholds are. */
const hasMemory = ({ hosts, vms }: Placement, used: Float64Array, vm: number, to: number): boolean =>
  used[to * WIDTH + 2] + vms[vm].needs.memory <= hosts[to].capacity.memory * (1 + ROUNDING)

const way = (
  before: ReadonlyMap<number, number>,
  start: number,
  end: number,
  vms: number,
  hostIn: (state: number, vm: number) => number
): readonly Move[] => {
  const moves: Move[] = []
  for (let state = end; state !== start; ) {
    const last = before.get(state)!
    for (let vm = 0; vm < vms; vm++) {
      const [from, to] = [hostIn(last, vm), hostIn(state, vm)]
      if (from !== to) moves.push({ vm, from, to })
    }
    state = last
  }
  return moves.reverse()
}

/** A heap of numbers by their cost, then by themselves. */
const heap = (): { readonly push: (cost: number, item: number) => void; readonly pop: () => readonly [number, number] | undefined } => {
  const all: (readonly [number, number])[] = []
  const isBefore = (a: readonly [number, number], b: readonly [number, number]): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1])
  return {
    push: (cost, item) => {
      const one = [cost, item] as const
      let i = all.push(one) - 1
      for (let up = (i - 1) >> 1; i > 0 && isBefore(one, all[up]); i = up, up = (i - 1) >> 1) all[i] = all[up]
      all[i] = one
    },
    pop: () => {
      const top = all[0]
      const last = all.pop()
      if (last === undefined || all.length === 0) return top
      let i = 0
      for (let down = 1; down < all.length; down = 2 * i + 1) {
        if (down + 1 < all.length && isBefore(all[down + 1], all[down])) down++
        if (!isBefore(all[down], last)) break
        all[i] = all[down]
        i = down
      }
      all[i] = last
      return top
    }
  }
}
