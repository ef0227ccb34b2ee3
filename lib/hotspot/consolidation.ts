import type { FleetDecider, FleetManager, FleetView, StartMigration } from '../protocol/fleet'
import { fleetPlan } from './fleetPlan'
import type { OverloadRule } from './overloadRule'

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

const decided = (
  view: FleetView,
  { isOverloaded }: OverloadRule,
  seen: Seen,
  now: readonly number[],
  movingShare: number,
  again: boolean
): readonly StartMigration[] => {
  const { hosts, demand, moving, given } = view
  const plan = fleetPlan(hosts, demand, given, view, movingShare)
  const over = hosts.map((_, host) => isOverloaded(plan.wanted(host), seen[host]))
  const wouldBeOver = (host: number, wanted: number): boolean => isOverloaded(wanted, seen[host])
  const moves: StartMigration[] = []
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
    moves.push({ type: 'startMigration', vm, to, why: 'its host is overloaded' })
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
    const emptied: StartMigration[] = []
    for (const vm of byDemand(all)) {
      const to = plan.best(vm, (one) => !noTarget[one], wouldBeOver)
      if (to < 0) break
      plan.add(vm, to)
      emptied.push({ type: 'startMigration', vm, to, why: 'its host is emptied' })
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
