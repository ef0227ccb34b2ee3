import { type Decision, mitigation } from './mitigation'
import { checkedSearch, fewestHosts, type OptimalPackingOptions } from './optimalPacking'
import type { Packing } from './packing'
import { fillOf, hostKinds, isTwin, type PackingProblem, packed, packingProblem, WIDTH } from './packingProblem'
import { type Placement, resources } from './placement'

/**
 * The optimum of mitigation: all hosts within their thresholds, and the fewest bytes of VMs that end elsewhere, whatever the order in which they would get there; so a lower bound of what any sequence of moves copies. By branch and bound: VMs of hosts above their
 * thresholds first, the heaviest first; each stays, or goes to another host. A branch is left when its bytes, and those that must still leave each host at least (the linear relaxation of its knapsack, the resource that wants most), come to as
 * many as the best so far, which is `mitigation`'s at the beginning where that resolves all, or any. Of hosts that are alike and empty one is tried; VMs of a host that are alike leave in their order.
 *
 *     leastBytesMoved({ hosts, vms, at })
 *
 * Laws: never more bytes than `mitigation` moves where that resolves every hotspot; 0 where there is none; names decide nothing. Cost: exponential in the worst case, within `lookAt`. Throws `RangeError` naming what is senseless, and above `mostPacked`.
 */
export const leastBytesMoved = (placement: Placement, { lookAt = 1e6, ...options }: OptimalPackingOptions = {}): Packing => {
  const problem = packingProblem('leastBytesMoved', placement, options)
  checkedSearch('leastBytesMoved', problem, lookAt)
  const first = mitigated(problem, mitigation(placement, overOf(problem), options))
  // Whether there is any placement at all is settled sooner by filling hosts, the heaviest VMs first.
  const any = first === undefined ? fewestHosts(problem, lookAt, true) : { best: first, looked: 0 }
  const { best, looked } = any.best === undefined ? any : search(problem, lookAt, any.best)
  const isProven = looked <= lookAt
  if (best !== undefined) return packed(problem, best, isProven, Math.min(looked, lookAt))
  const reason = isProven ? 'no placement has every host within the thresholds' : `none was found in ${lookAt} part placements`
  return { type: 'unpacked', reason, isProven, looked: Math.min(looked, lookAt) }
}

/** Hosts above a threshold. @internal */
export const overOf = ({ books: { used }, hosts, limits }: PackingProblem): readonly number[] =>
  Array.from({ length: hosts }, (_, host) => host).filter((host) =>
    resources.some((resource, r) => used[resource][host] > limits[host * WIDTH + r])
  )

/** Where mitigation has the VMs in the end, if it relieves all hosts, and sends none back in a swap to one that takes nothing. */
const mitigated = ({ at, may }: PackingProblem, decisions: readonly Decision[]): Int32Array | undefined => {
  const after = at.slice()
  for (const decision of decisions) {
    if (decision.type === 'unresolved') return undefined
    for (const { vm, to } of decision.moves) after[vm] = to
  }
  return after.every((to, vm) => may(vm, to)) ? after : undefined
}

const search = (problem: PackingProblem, lookAt: number, first: Int32Array): { readonly best?: Int32Array; readonly looked: number } => {
  const { hosts, isTied, byWeight, at: before, sizes } = problem
  const over = new Set(overOf(problem))
  const rank = (vm: number): number => (isTied(vm) ? 0 : over.has(before[vm]) ? 1 : 2)
  const vms = [...byWeight].sort((a, b) => rank(a) - rank(b))
  const fill = fillOf(problem)
  const at = before.slice()
  /** VMs that are or stay on a host for all that is decided, and those that may still leave it. */
  const count = new Int32Array(hosts)
  for (const host of before) count[host]++
  const twin = vms.map((vm, i) => {
    const other = i > 0 ? vms[i - 1] : -1
    return other >= 0 && before[other] === before[vm] && sizes[other] === sizes[vm] && isTwin(problem, other, vm) ? other : -1
  })
  const kinds = hostKinds(problem)
  const leaving = leavingOf(problem, vms)
  const must = Float64Array.from({ length: hosts }, (_, host) => leaving(host, fill.used, 0))
  let best = first
  let least = first.reduce((sum, to, vm) => (to === before[vm] ? sum : sum + sizes[vm]), 0)
  let looked = 0
  const from = (i: number, cost: number): void => {
    if (++looked > lookAt || !(cost + sumOf(must) < least)) return
    if (i === vms.length) {
      best = at.slice()
      least = cost
      return
    }
    const vm = vms[i]
    const home = before[vm]
    const order = twin[i] < 0 || at[twin[i]] === home ? -1 : at[twin[i]]
    const tried = new Set<string>()
    const mustHome = must[home]
    const go = (to: number): void => {
      const mustThere = must[to]
      fill.add(vm, to)
      count[home]--
      count[to]++
      at[vm] = to
      must[home] = leaving(home, fill.used, i + 1)
      must[to] = leaving(to, fill.used, i + 1)
      from(i + 1, to === home ? cost : cost + sizes[vm])
      must[to] = mustThere
      must[home] = mustHome
      at[vm] = home
      count[to]--
      count[home]++
      fill.remove(vm, to)
    }
    if (order < 0 && fill.fits(vm, home)) go(home)
    for (let to = 0; to < hosts && looked <= lookAt; to++) {
      if (to === home) continue
      if (count[to] === 0) {
        if (tried.has(kinds[to])) continue
        tried.add(kinds[to])
      }
      if (to >= order && fill.fits(vm, to)) go(to)
    }
  }
  from(0, 0)
  return { best, looked }
}

/** Bytes that must leave a host at least, with what is decided to be there and those that may still leave of those from the i-th on. */
const leavingOf = ({ hosts, needs, limits, sizes, at: before }: PackingProblem, vms: readonly number[]) => {
  const place = new Int32Array(vms.length)
  vms.forEach((vm, i) => {
    place[vm] = i
  })
  const ratio = (vm: number, r: number): number => needs[vm * WIDTH + r] / sizes[vm]
  const byRelief = Array.from({ length: hosts * WIDTH }, (_, i) =>
    vms
      .filter((vm) => before[vm] === Math.floor(i / WIDTH) && needs[vm * WIDTH + (i % WIDTH)] > 0)
      .sort((a, b) => ratio(b, i % WIDTH) - ratio(a, i % WIDTH) || a - b)
  )
  return (host: number, used: Float64Array, i: number): number => {
    let most = 0
    for (let r = 0; r < WIDTH; r++) {
      const candidates = byRelief[host * WIDTH + r]
      let excess = used[host * WIDTH + r] - limits[host * WIDTH + r]
      for (const vm of candidates) if (place[vm] >= i) excess += needs[vm * WIDTH + r]
      if (!(excess > 0)) continue
      let bytes = 0
      let smallest = Infinity
      for (const vm of candidates) {
        if (place[vm] < i) continue
        smallest = Math.min(smallest, sizes[vm])
        if (!(excess > 0)) continue
        const need = needs[vm * WIDTH + r]
        bytes += need <= excess ? sizes[vm] : sizes[vm] * (excess / need)
        excess -= need
      }
      most = Math.max(most, excess > 0 ? Infinity : bytes, smallest)
    }
    return most
  }
}

const sumOf = (of: Float64Array): number => {
  let sum = 0
  for (const one of of) sum += one
  return sum
}
