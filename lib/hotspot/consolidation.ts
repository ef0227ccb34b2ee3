import type { FleetDecider, FleetManager, FleetView, StartMigration } from '../protocol/fleet'
import { type FleetPlans, fleetPlans } from './fleetPlans'
import type { OverloadRule } from './overloadRule'

/**
 * Options of `consolidation`: `movingShare` and `arrivingShare` as the fleet's, for what hosts will have to do; `again`: whether a VM that is to leave an overloaded host may be moved on in the same decision, when its new host turns out to be
 * underloaded (default false; CloudSim 4.0 does so). `memoryCounts`: whether a host takes a VM only with memory for it (default true; CloudSim's takes them without).
 */
export type ConsolidationOptions = {
  readonly overloaded: OverloadRule
  readonly movingShare?: number
  readonly again?: boolean
  readonly memoryCounts?: boolean
}

/**
 * CloudSim 4.0's dynamic consolidation (PowerVmAllocationPolicyMigrationAbstract; Beloglazov and Buyya, CCPE 24, 2012): VMs of least memory, and so of least migration time, leave each overloaded host until it is not; those of
 * the highest demand first they go to the host whose power rises least and that is not overloaded then; then hosts from the least used on are emptied, where all of their VMs find another host, no host that is off being turned on for it. The rule of overload is the
 * caller's. What is equal keeps the order of the hosts. Cost: O(VMs that may move x hosts in use).
 */
export const consolidation = ({ overloaded, movingShare = 1, again = false, memoryCounts = true }: ConsolidationOptions): FleetManager => {
  const { looks = 0 } = overloaded
  return {
    name: `consolidation by ${overloaded.name}`,
    begin: (hosts) => {
      const rules: Rules = { ...overloaded, plans: fleetPlans(hosts), movingShare, again, memoryCounts }
      const after =
        (seen: Seen): FleetDecider =>
        (view) => {
          const now = Float64Array.from(view.given)
          for (let host = 0; host < hosts.length; host++) now[host] /= hosts[host].cores * hosts[host].mipsPerCore
          const memory = looks > 0 ? seen.map((past, host) => [...past.slice(-looks + 1), now[host]]) : seen
          return [decided(rules, view, memory, now), after(memory)]
        }
      return after(hosts.map(() => []))
    }
  }
}

type Seen = readonly (readonly number[])[]
type Rules = OverloadRule & {
  readonly plans: FleetPlans
  readonly movingShare: number
  readonly again: boolean
  readonly memoryCounts: boolean
}

const decided = (rules: Rules, view: FleetView, seen: Seen, now: Float64Array): readonly StartMigration[] => {
  const { plans, isOverloaded, movingShare, again, memoryCounts } = rules
  const { hosts, vms, demand, moving, given } = view
  const { memory: _, ...blind } = view
  const plan = plans(demand, given, memoryCounts ? view : blind, movingShare)
  const isOver = new Uint8Array(hosts.length)
  for (let host = 0; host < hosts.length; host++) isOver[host] = isOverloaded(plan.wanted(host), seen[host]) ? 1 : 0
  const wouldBeOver = (host: number, wanted: number): boolean => isOverloaded(wanted, seen[host])
  const byDemand = (some: number[]): readonly number[] => some.sort((a, b) => demand[b] - demand[a])
  const moves: StartMigration[] = []
  const leaving: number[] = []
  const from = new Map<number, string>()
  for (let host = 0; host < hosts.length; host++) {
    if (isOver[host] === 0) continue
    const wanted = percent(plan.wanted(host))
    for (let isStill = true; isStill; ) {
      const vm = leastMemory(plan.on[host], view)
      if (vm < 0) break
      leaving.push(vm)
      from.set(
        vm,
        `${hosts[host].name} is overloaded by the rule ${rules.name}, ${wanted} of its CPU being wanted; of its VMs ${vms[vm].name} has the least memory to move, ${Math.round(view.memory[vm] / 2 ** 20)} MiB`
      )
      plan.remove(vm, host)
      isStill = isOverloaded(plan.wanted(host), seen[host])
    }
  }
  for (const vm of byDemand(leaving)) {
    const to = plan.best(vm, isOver, true, wouldBeOver)
    if (to < 0) continue
    plan.add(vm, to)
    moves.push({ type: 'startMigration', vm, to, why: `${from.get(vm)}, and the power of ${hosts[to].name} rises least by it` })
  }
  const isPlaced = new Set(moves.map(({ vm }) => vm))
  /** Hosts that are not emptied (any more), and those that take no VMs (any more). */
  const isTreated = isOver.map((over, host) => (over === 1 || now[host] === 0 ? 1 : 0))
  const isNoTarget = isTreated.slice()
  const order: number[] = []
  for (let host = 0; host < hosts.length; host++) if (isTreated[host] === 0) order.push(host)
  order.sort((a, b) => now[a] - now[b] || a - b)
  for (const host of order) {
    if (isTreated[host] === 1 || now[host] >= 1 || isLeftAlone(plan.on[host], view, host)) continue
    isTreated[host] = 1
    isNoTarget[host] = 1
    const staying = plan.on[host].filter((vm) => moving[vm] === 0)
    if (!again && staying.some((vm) => isPlaced.has(vm))) continue
    const emptied: { readonly vm: number; readonly to: number }[] = []
    for (const vm of byDemand(staying)) {
      const to = plan.best(vm, isNoTarget, false, wouldBeOver)
      if (to < 0) break
      plan.add(vm, to)
      emptied.push({ vm, to })
    }
    if (emptied.length < staying.length) {
      for (const { vm, to } of emptied) plan.remove(vm, to)
      continue
    }
    const why = `${hosts[host].name} is emptied, of those that may be the one used least, ${percent(now[host])} of its CPU`
    for (const { vm, to } of emptied) {
      isTreated[to] = 1
      moves.push({ type: 'startMigration', vm, to, why: `${why}; the power of ${hosts[to].name} rises least by ${vms[vm].name}` })
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

const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`
