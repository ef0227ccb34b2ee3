import { checkedThresholds, hasCpus, ROUNDING } from './fits'
import type { Packing, PackingOptions } from './packing'
import { type Amounts, type Books, booksOf, type Placement, resources } from './placement'

/**
 * A placement in flat arrays, three resources a VM or host: needs, and what a host may be filled to; whether a VM may be on a host; VMs that have no choice; the weight of each VM against others. @internal
 */
export type PackingProblem = {
  readonly books: Books
  readonly vms: number
  readonly hosts: number
  readonly needs: Float64Array
  readonly limits: Float64Array
  readonly sizes: Float64Array
  readonly at: Int32Array
  readonly may: (vm: number, host: number) => boolean
  readonly isTied: (vm: number) => boolean
  /** VMs of most weight first: the sum of what it needs of each resource, weighed by how scarce that is; what is equal in its order. */
  readonly byWeight: readonly number[]
  /** Of each host, what may be filled, weighed in the same way. */
  readonly room: Float64Array
}

/** See `PackingProblem`. Throws `RangeError` naming who and what is senseless. @internal */
export const packingProblem = (
  who: string,
  placement: Placement,
  { thresholds, isBarred = () => false, excluded = () => false }: PackingOptions = {}
): PackingProblem => {
  const books = booksOf(placement)
  const limit = checkedThresholds(who, thresholds)
  const { hosts, vms } = placement
  const needs = flat(vms.map(({ needs: of }) => of))
  const limits = flat(hosts.map(({ capacity }) => mapped((resource) => capacity[resource] * (limit[resource] + ROUNDING))))
  const may = Uint8Array.from({ length: vms.length * hosts.length }, (_, i) => {
    const [vm, host] = [Math.floor(i / hosts.length), i % hosts.length]
    return books.at[vm] === host || (!excluded(host) && hasCpus(books, host, vm) && !isBarred(vm, host)) ? 1 : 0
  })
  const totals = (of: Float64Array): Amounts => mapped((_, r) => of.reduce((sum, one, i) => (i % WIDTH === r ? sum + one : sum), 0))
  const [wanted, given] = [totals(needs), totals(limits)]
  // As FFDSum of Panigrahy et al. (Heuristics for Vector Bin Packing, 2011) weighs: a resource by how much of it is wanted in all.
  const weights = resources.map((resource) => wanted[resource] / given[resource] / given[resource])
  const weigh = (of: Float64Array, i: number): number =>
    weights.reduce((sum, weight, r) => (weight > 0 ? sum + weight * of[i * WIDTH + r] : sum), 0)
  const heavy = Float64Array.from(vms, (_, vm) => weigh(needs, vm))
  return {
    books,
    vms: vms.length,
    hosts: hosts.length,
    needs,
    limits,
    sizes: Float64Array.from(vms, ({ sizeBytes }) => sizeBytes),
    at: books.at,
    may: (vm, host) => may[vm * hosts.length + host] === 1,
    isTied: (vm) => may.subarray(vm * hosts.length, (vm + 1) * hosts.length).every((one, host) => one === 0 || host === books.at[vm]),
    byWeight: vms.map((_, vm) => vm).sort((a, b) => heavy[b] - heavy[a] || a - b),
    room: Float64Array.from(hosts, (_, host) => weigh(limits, host))
  }
}

/** Resources side by side in a flat array. @internal */
export const WIDTH = resources.length

/** What is used of each host, to which VMs are added and from which they are taken. @internal */
export type Fill = {
  readonly used: Float64Array
  readonly fits: (vm: number, host: number) => boolean
  readonly add: (vm: number, host: number) => void
  readonly remove: (vm: number, host: number) => void
}

/** See `Fill`; empty hosts. @internal */
export const fillOf = ({ needs, limits, hosts, may }: PackingProblem): Fill => {
  const used = new Float64Array(hosts * WIDTH)
  const change = (vm: number, host: number, sign: 1 | -1): void => {
    for (let r = 0; r < WIDTH; r++) used[host * WIDTH + r] += sign * needs[vm * WIDTH + r]
  }
  return {
    used,
    fits: (vm, host) => {
      for (let r = 0; r < WIDTH; r++) if (used[host * WIDTH + r] + needs[vm * WIDTH + r] > limits[host * WIDTH + r]) return false
      return may(vm, host)
    },
    add: (vm, host) => change(vm, host, 1),
    remove: (vm, host) => change(vm, host, -1)
  }
}

/** A placement that was found, with what it comes to. @internal */
export const packed = ({ at: before, sizes }: PackingProblem, at: ArrayLike<number>, isProven: boolean, looked: number): Packing => {
  let bytes = 0
  for (let vm = 0; vm < at.length; vm++) if (at[vm] !== before[vm]) bytes += sizes[vm]
  return { type: 'packed', at: Array.from(at), hosts: new Set(Array.from(at)).size, bytes, isProven, looked }
}

const flat = (amounts: readonly Amounts[]): Float64Array => Float64Array.from(amounts.flatMap((of) => resources.map((one) => of[one])))

const mapped = (amount: (resource: (typeof resources)[number], index: number) => number): Amounts => ({
  cpu: amount('cpu', 0),
  network: amount('network', 1),
  memory: amount('memory', 2)
})

/** Whether two VMs need the same and may be on the same hosts. @internal */
export const isTwin = ({ needs, hosts, may }: PackingProblem, a: number, b: number): boolean => {
  for (let r = 0; r < WIDTH; r++) if (needs[a * WIDTH + r] !== needs[b * WIDTH + r]) return false
  for (let host = 0; host < hosts; host++) if (may(a, host) !== may(b, host)) return false
  return true
}

/** What hosts that are alike have in common: what they may be filled to, and who may be there. @internal */
export const hostKinds = ({ hosts, vms, limits, may }: PackingProblem): readonly string[] =>
  Array.from({ length: hosts }, (_, host) => {
    const here = Array.from({ length: vms }, (_one, vm) => (may(vm, host) ? 1 : 0))
    return `${limits.subarray(host * WIDTH, (host + 1) * WIDTH).join()} ${here.join('')}`
  })
