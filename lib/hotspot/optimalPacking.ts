import { alikeInPlace, greedily } from './greedyPacking'
import type { Packing, PackingOptions } from './packing'
import { fillOf, hostKinds, isTwin, type PackingProblem, packed, packingProblem, WIDTH } from './packingProblem'
import type { Placement } from './placement'

/** `lookAt`: part placements that are looked at, at most (default a million); beyond that the best so far is given, and that it is not proven. */
export type OptimalPackingOptions = PackingOptions & { readonly lookAt?: number }

/** The most VMs and hosts that exact packers take. */
export const mostPacked = { vms: 40, hosts: 20 } as const

/**
 * A whole new placement on the fewest hosts, by branch and bound: VMs from the heaviest on, each on the hosts in use, the fullest first, or on one more. A branch is left when the hosts in use and the largest others, resource by resource, could
 * not hold what is to come with fewer hosts than the best so far has, which is the greedy one at the beginning. Of hosts that are alike and empty one is tried; of VMs that are alike the later one goes nowhere before the earlier.
 *
 * Laws: never more hosts than `greedyPacking`; every host is within the thresholds; names decide nothing. Cost: exponential in the worst case, within `lookAt`. Throws `RangeError` naming what is senseless, and above `mostPacked`.
 */
export const optimalPacking = (placement: Placement, { lookAt = 1e6, ...options }: OptimalPackingOptions = {}): Packing => {
  const problem = packingProblem('optimalPacking', placement, options)
  checkedSearch('optimalPacking', problem, lookAt)
  const { best, looked } = fewestHosts(problem, lookAt)
  const isProven = looked <= lookAt
  if (best !== undefined) return packed(problem, alikeInPlace(problem, best), isProven, Math.min(looked, lookAt))
  const reason = isProven ? 'no placement has every host within the thresholds' : `none was found in ${lookAt} part placements`
  return { type: 'unpacked', reason, isProven, looked: Math.min(looked, lookAt) }
}

/** Throws `RangeError` above the size that is searched. @internal */
export const checkedSearch = (who: string, { vms, hosts }: PackingProblem, lookAt: number): void => {
  if (vms > mostPacked.vms || hosts > mostPacked.hosts)
    throw new RangeError(
      `${who}: a placement must have at most ${mostPacked.vms} VMs on ${mostPacked.hosts} hosts (got ${vms} on ${hosts})`
    )
  if (!(lookAt > 0)) throw new RangeError(`${who}: lookAt must be above 0 (got ${lookAt})`)
}

/** The best that is found, and how many part placements were looked at (more than `lookAt` where the search was left); `isEnough`: the first that is found is as good as any. @internal */
export const fewestHosts = (
  problem: PackingProblem,
  lookAt: number,
  isEnough = false
): { readonly best?: Int32Array; readonly looked: number } => {
  const { hosts, isTied, byWeight, needs, limits, room } = problem
  const vms = [...byWeight.filter(isTied), ...byWeight.filter((vm) => !isTied(vm))]
  const fill = fillOf(problem)
  const greedy = (['best', 'first'] as const).map((fit) => greedily(problem, fit)).filter((one) => typeof one !== 'string')
  let best = [...greedy].sort((a, b) => new Set(a).size - new Set(b).size)[0] as Int32Array | undefined
  let fewest = best === undefined ? hosts + 1 : new Set(best).size
  const at = new Int32Array(vms.length).fill(-1)
  const count = new Int32Array(hosts)
  const twin = vms.map((vm, i) => (i > 0 && isTwin(problem, vms[i - 1], vm) ? vms[i - 1] : -1))
  const kinds = hostKinds(problem)
  /** What is to come from the i-th VM on, of each resource. */
  const coming = new Float64Array((vms.length + 1) * WIDTH)
  for (let i = vms.length - 1; i >= 0; i--)
    for (let r = 0; r < WIDTH; r++) coming[i * WIDTH + r] = coming[(i + 1) * WIDTH + r] + needs[vms[i] * WIDTH + r]
  const largest = Array.from({ length: WIDTH }, (_, r) => [...room.keys()].sort((a, b) => limits[b * WIDTH + r] - limits[a * WIDTH + r]))
  /** Hosts at least, with what is to come from the i-th VM on. */
  const atLeast = (i: number, open: number): number => {
    let most = open
    for (let r = 0; r < WIDTH; r++) {
      let left = coming[i * WIDTH + r]
      for (let host = 0; host < hosts; host++) if (count[host] > 0) left -= limits[host * WIDTH + r] - fill.used[host * WIDTH + r]
      let more = open
      for (const host of largest[r]) {
        if (!(left > 0)) break
        if (count[host] > 0) continue
        left -= limits[host * WIDTH + r]
        more++
      }
      if (left > 0) return Infinity
      most = Math.max(most, more)
    }
    return most
  }
  let looked = 0
  const from = (i: number, open: number): void => {
    if (isEnough && best !== undefined) return
    if (++looked > lookAt || atLeast(i, open) >= fewest) return
    if (i === vms.length) {
      best = at.slice()
      fewest = open
      return
    }
    const vm = vms[i]
    const order = twin[i] < 0 ? -1 : at[twin[i]]
    const tried = new Set<string>()
    const inUse = [...count.keys()]
      .filter((host) => count[host] > 0)
      .sort((a, b) => leftOf(problem, fill.used, a) - leftOf(problem, fill.used, b))
    for (const host of [...inUse, ...(open + 1 < fewest ? [...count.keys()].filter((one) => count[one] === 0) : [])]) {
      if (count[host] === 0) {
        if (tried.has(kinds[host])) continue
        tried.add(kinds[host])
      }
      if (host < order || !fill.fits(vm, host)) continue
      fill.add(vm, host)
      count[host]++
      at[vm] = host
      from(i + 1, count[host] === 1 ? open + 1 : open)
      at[vm] = -1
      count[host]--
      fill.remove(vm, host)
      if (looked > lookAt) return
    }
  }
  from(0, 0)
  return { best, looked }
}

/** The part of a host that is left in its fullest resource. */
const leftOf = ({ limits }: PackingProblem, used: Float64Array, host: number): number => {
  let least = Infinity
  for (let r = 0; r < WIDTH; r++) least = Math.min(least, 1 - used[host * WIDTH + r] / limits[host * WIDTH + r])
  return least
}
