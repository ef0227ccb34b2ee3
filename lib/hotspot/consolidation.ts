import { wattsAt } from '../guest/serverPower'
import type { FleetDecider, FleetHost, FleetManager, FleetMove, FleetView, FleetVm } from '../protocol/fleet'

/**
 * When a host is overloaded, by what its VMs want of its capacity, 0 to 1 and more; `seen` are its utilisations at the looks so far, the last one now. A pure function, and all that `threshold` and the like differ in.
 */
export type OverloadRule = {
  readonly name: string
  readonly isOverloaded: (wanted: number, seen: readonly number[]) => boolean
  readonly looks?: number
}

/** THR of CloudSim 4.0: more than that part of the capacity is wanted. */
export const threshold = (part: number): OverloadRule => {
  if (!(part > 0)) throw new RangeError(`threshold: part must be above 0 (got ${part})`)
  return { name: `threshold ${part}`, isOverloaded: (wanted) => wanted > part }
}

/**
 * Options of `consolidation`: `movingShare` and `arrivingShare` as the fleet's, for what hosts will have to do; `again`: whether a VM that is to leave an overloaded host may be moved on in the same decision, when its new host turns out to be
 * underloaded (default false; CloudSim 4.0 does so).
 */
export type ConsolidationOptions = {
  readonly overloaded: OverloadRule
  readonly movingShare?: number
  readonly again?: boolean
}

/**
 * CloudSim 4.0's dynamic consolidation (PowerVmAllocationPolicyMigrationAbstract; Beloglazov and Buyya, CCPE 24, 2012): VMs of least memory, and so of least migration time, leave each overloaded host until it is not; those of
 * the highest demand first they go to the host whose power rises least and that is not overloaded then; then hosts from the least used on are emptied, where all of their VMs find another host, no host that is off being turned on for it. The rule of overload is the
 * caller's. What is equal keeps the order of the hosts. Cost: O(VMs that may move x hosts).
 */
export const consolidation = ({ overloaded, movingShare = 1, again = false }: ConsolidationOptions): FleetManager => {
  const { looks = 0 } = overloaded
  const after =
    (seen: Seen): FleetDecider =>
    (view) => {
      const now = view.hosts.map(({ cores, mipsPerCore }, host) => view.given[host] / (cores * mipsPerCore))
      const memory = looks > 0 ? seen.map((past, host) => [...past.slice(-looks + 1), now[host]]) : seen
      return [decided(view, overloaded, memory, now, movingShare, again), after(memory)]
    }
  return { name: `consolidation by ${overloaded.name}`, begin: (hosts) => after(hosts.map(() => [])) }
}

type Seen = readonly (readonly number[])[]

/**
 * Where VMs begin, in their order: each on the host whose power, off now, rises least by all that it and those before it may ever want, as CloudSim 4.0 places them, with memory and room for ten VMs. Throws `RangeError` when one fits nowhere.
 */
export const powerAwarePlacement = (hosts: readonly FleetHost[], vms: readonly FleetVm[], mostVms = 10): readonly number[] => {
  const plan = planOf(
    hosts,
    Float64Array.from(vms, ({ mips }) => mips),
    new Float64Array(hosts.length)
  )
  const used = new Float64Array(hosts.length)
  return vms.map(({ name, memoryBytes }, vm) => {
    const at = plan.best(vm, (host) => used[host] + memoryBytes <= hosts[host].memoryBytes && plan.on[host].length < mostVms, undefined)
    if (at < 0) throw new RangeError(`powerAwarePlacement: every VM must fit on a host (got ${name}, which fits on none)`)
    used[at] += memoryBytes
    plan.add(vm, at)
    return at
  })
}

/** Who would be where, and what that comes to: a scratch pad for one decision. */
type Plan = {
  readonly on: number[][]
  readonly wanted: (host: number) => number
  readonly add: (vm: number, host: number) => void
  readonly remove: (vm: number, host: number) => void
  /** The host whose power rises least by a VM, of those that may take it and are not overloaded then; -1 where there is none. */
  readonly best: (
    vm: number,
    may: (host: number) => boolean,
    isOverloaded: ((host: number, wanted: number) => boolean) | undefined
  ) => number
}

const planOf = (
  hosts: readonly FleetHost[],
  demand: Float64Array,
  given: Float64Array,
  view?: Pick<FleetView, 'on' | 'arriving' | 'moving'>,
  movingShare = 1
): Plan => {
  const capacity = Float64Array.from(hosts, ({ cores, mipsPerCore }) => cores * mipsPerCore)
  const watts = Float64Array.from(hosts, ({ power }, host) => wattsAt(power, given[host] / capacity[host]))
  const on: number[][] = view === undefined ? hosts.map(() => []) : view.on.map((there) => [...there])
  /** What is wanted, what is kept for VMs (little for those on their way here), and what will have to be done. */
  const wanted = new Float64Array(hosts.length)
  const kept = new Float64Array(hosts.length)
  const coming = new Float64Array(hosts.length)
  const count = (vm: number, host: number, sign: 1 | -1): void => {
    const most = Math.min(demand[vm], hosts[host].mipsPerCore)
    const isComing = view?.arriving[host].has(vm) === true
    wanted[host] += sign * demand[vm]
    kept[host] += sign * (isComing ? most * COMING : most)
    coming[host] += sign * (isComing ? most : view?.moving[vm] === 1 ? most * movingShare : most)
  }
  on.forEach((there, host) => {
    for (const vm of there) count(vm, host, 1)
  })
  return {
    on,
    wanted: (host) => wanted[host] / capacity[host],
    add: (vm, host) => {
      on[host].push(vm)
      count(vm, host, 1)
    },
    remove: (vm, host) => {
      on[host].splice(on[host].lastIndexOf(vm), 1)
      count(vm, host, -1)
    },
    best: (vm, may, isOverloaded) => {
      const needs = demand[vm]
      let found = -1
      let least = Infinity
      for (let host = 0; host < hosts.length; host++) {
        if (needs > hosts[host].mipsPerCore || needs > capacity[host] - kept[host] + ROUNDING || !may(host)) continue
        if (given[host] > 0 && isOverloaded?.(host, (wanted[host] + needs) / capacity[host]) === true) continue
        const rise = wattsAt(hosts[host].power, (coming[host] + needs) / capacity[host]) - watts[host]
        if (rise < least) {
          least = rise
          found = host
        }
      }
      return found
    }
  }
}

const decided = (
  view: FleetView,
  { isOverloaded }: OverloadRule,
  seen: Seen,
  now: readonly number[],
  movingShare: number,
  again: boolean
): readonly FleetMove[] => {
  const { hosts, demand, moving, given } = view
  const plan = planOf(hosts, demand, given, view, movingShare)
  const over = hosts.map((_, host) => isOverloaded(plan.wanted(host), seen[host]))
  const wouldBeOver = (host: number, wanted: number): boolean => isOverloaded(wanted, seen[host])
  const moves: FleetMove[] = []
  const leaving: number[] = []
  over.forEach((isOver, host) => {
    while (isOver) {
      const vm = leastMemory(plan.on[host], view)
      if (vm < 0) break
      leaving.push(vm)
      plan.remove(vm, host)
      if (!isOverloaded(plan.wanted(host), seen[host])) break
    }
  })
  const byDemand = (some: readonly number[]): readonly number[] => [...some].sort((a, b) => demand[b] - demand[a])
  for (const vm of byDemand(leaving)) {
    const to = plan.best(vm, (host) => !over[host], wouldBeOver)
    if (to < 0) continue
    plan.add(vm, to)
    moves.push({ vm, to, why: 'its host is overloaded' })
  }
  const placed = new Set(moves.map(({ vm }) => vm))
  const isOff = now.map((part) => part === 0)
  const treated = over.map((isOver, host) => isOver || isOff[host])
  const noTarget = [...treated]
  const order = [...hosts.keys()].filter((host) => !treated[host]).sort((a, b) => now[a] - now[b] || a - b)
  for (const host of order) {
    if (treated[host] || now[host] >= 1 || isLeftAlone(plan.on[host], view, host)) continue
    treated[host] = true
    noTarget[host] = true
    const all = plan.on[host].filter((vm) => moving[vm] === 0 && (again || !placed.has(vm)))
    if (!again && all.length < plan.on[host].filter((vm) => moving[vm] === 0).length) continue
    const emptied: FleetMove[] = []
    for (const vm of byDemand(all)) {
      const to = plan.best(vm, (one) => !noTarget[one], wouldBeOver)
      if (to < 0) break
      plan.add(vm, to)
      emptied.push({ vm, to, why: 'its host is emptied' })
    }
    if (emptied.length < all.length) for (const { vm, to } of emptied) plan.remove(vm, to)
    else
      for (const move of emptied) {
        treated[move.to] = true
        moves.push(move)
      }
  }
  return moves
}

/** The first of those with the least memory that is not on its way; -1 where all are. */
const leastMemory = (some: readonly number[], { moving, vms }: FleetView): number => {
  let found = -1
  for (const vm of some) if (moving[vm] === 0 && (found < 0 || vms[vm].memoryBytes < vms[found].memoryBytes)) found = vm
  return found
}

/** As in CloudSim: the first VM there decides, when it is on its way; it is so only where all before it leave. */
const isLeftAlone = (some: readonly number[], { moving, arriving }: FleetView, host: number): boolean => {
  for (const vm of some) {
    if (moving[vm] === 0) return false
    if (arriving[host].has(vm)) return true
  }
  return true
}

/** The part of a VM on its way that its new host keeps for it (VmSchedulerTimeShared). */
const COMING = 0.1
const ROUNDING = 1e-9
