import type { Packing, PackingOptions } from './packing'
import { fillOf, type PackingProblem, packed, packingProblem, WIDTH } from './packingProblem'
import type { Placement } from './placement'

/** `fit`: which of the hosts in use takes a VM that fits on several: the one that is fullest then, by its volume (`best`, the default), or the first that was taken into use (`first`). */
export type GreedyPackingOptions = PackingOptions & { readonly fit?: 'best' | 'first' }

/**
 * A whole new placement on few hosts: VMs in the order of their weight, the heaviest first, each on a host in use, or else on the roomiest of the others, of equal ones the one where it is. In the manner of the decreasing heuristics for vector
 * bin packing (Panigrahy et al., 2011, for the weights; the fit by Sandpiper's volume is our choice). Hosts that are alike then change places so that fewer bytes move. VMs with no choice are placed first.
 *
 *     greedyPacking({ hosts, vms, at }, { thresholds: { cpu: 0.7 } })
 *
 * Laws: every host is within the thresholds; names decide nothing. Nothing is proven by it. Cost: O(VMs x hosts). Throws `RangeError` naming what is senseless.
 */
export const greedyPacking = (placement: Placement, options: GreedyPackingOptions = {}): Packing => {
  const problem = packingProblem('greedyPacking', placement, options)
  const at = greedily(problem, options.fit ?? 'best')
  if (typeof at === 'string') return { type: 'unpacked', reason: at, isProven: false, looked: problem.vms }
  return packed(problem, alikeInPlace(problem, at), false, problem.vms)
}

/** See `greedyPacking`: the host of each VM, or why there is none. @internal */
export const greedily = (problem: PackingProblem, fit: 'best' | 'first'): Int32Array | string => {
  const { vms, byWeight, isTied, at: before, room, books } = problem
  const fill = fillOf(problem)
  const at = new Int32Array(vms).fill(-1)
  const open: number[] = []
  const closed = [...room.keys()].sort((a, b) => room[b] - room[a] || a - b)
  const tied = byWeight.filter(isTied)
  const place = (vm: number, host: number): void => {
    at[vm] = host
    fill.add(vm, host)
    const index = closed.indexOf(host)
    if (index < 0) return
    closed.splice(index, 1)
    open.push(host)
  }
  const refused = (vm: number): string => `${books.placement.vms[vm].name} fits on no host beside those that are placed before it`
  for (const vm of tied) {
    if (!fill.fits(vm, before[vm])) return refused(vm)
    place(vm, before[vm])
  }
  for (const vm of byWeight) {
    if (at[vm] >= 0) continue
    const fitting = open.filter((host) => fill.fits(vm, host))
    const to = fitting.length > 0 ? chosen(problem, fill.used, vm, fitting, fit) : roomiest(problem, closed, vm, fill.fits)
    if (to === undefined) return refused(vm)
    place(vm, to)
  }
  return at
}

const chosen = (problem: PackingProblem, used: Float64Array, vm: number, fitting: readonly number[], fit: 'best' | 'first'): number => {
  if (fit === 'first') return fitting[0]
  let best = fitting[0]
  let most = -1
  for (const host of fitting) {
    const full = fullness(problem, used, vm, host)
    if (full > most) {
      best = host
      most = full
    }
  }
  return best
}

/** A host's volume by what it may be filled to, with a VM more. */
const fullness = ({ needs, limits }: PackingProblem, used: Float64Array, vm: number, host: number): number => {
  let product = 1
  for (let r = 0; r < WIDTH; r++)
    product /= Math.max(1 - (used[host * WIDTH + r] + needs[vm * WIDTH + r]) / limits[host * WIDTH + r], LEAST_LEFT)
  return product
}

const LEAST_LEFT = 1e-6

/** Of hosts in the order of their room, the first that takes a VM; among its equals the one where the VM is. */
const roomiest = (
  { room, at }: PackingProblem,
  closed: readonly number[],
  vm: number,
  fits: (vm: number, host: number) => boolean
): number | undefined => {
  const first = closed.find((host) => fits(vm, host))
  return first !== undefined && closed.includes(at[vm]) && room[at[vm]] === room[first] && fits(vm, at[vm]) ? at[vm] : first
}

/** The same placement with hosts that are alike changing places, so that VMs of more bytes are where they were: the pair with the most in common first. @internal */
export const alikeInPlace = (problem: PackingProblem, at: Int32Array): Int32Array => {
  const { hosts, sizes, at: before, may, limits } = problem
  const inCommon = new Map<number, number>()
  at.forEach((to, vm) => {
    const pair = to * hosts + before[vm]
    if (to === before[vm] || isAlike(limits, to, before[vm])) inCommon.set(pair, (inCommon.get(pair) ?? 0) + sizes[vm])
  })
  const pairs = [...inCommon].sort(([a, one], [b, other]) => other - one || a - b)
  const on: number[][] = Array.from({ length: hosts }, () => [])
  at.forEach((to, vm) => {
    on[to].push(vm)
  })
  const goesTo = new Int32Array(hosts).fill(-1)
  const taken = new Uint8Array(hosts)
  const give = (from: number, to: number): void => {
    goesTo[from] = to
    taken[to] = 1
  }
  for (const [pair] of pairs) {
    const [from, to] = [Math.floor(pair / hosts), pair % hosts]
    if (goesTo[from] < 0 && taken[to] === 0 && on[from].every((vm) => may(vm, to))) give(from, to)
  }
  for (let from = 0; from < hosts; from++) {
    if (goesTo[from] >= 0) continue
    const mayGo = (to: number): boolean => taken[to] === 0 && isAlike(limits, from, to) && on[from].every((vm) => may(vm, to))
    const to = mayGo(from) ? from : [...goesTo.keys()].find(mayGo)
    if (to === undefined) return at
    give(from, to)
  }
  return at.map((to) => goesTo[to])
}

const isAlike = (limits: Float64Array, a: number, b: number): boolean => {
  for (let r = 0; r < WIDTH; r++) if (limits[a * WIDTH + r] !== limits[b * WIDTH + r]) return false
  return true
}
