import type { FleetHost, FleetView } from '../protocol/fleet'
import { powerColumns } from './powerColumns'

/** Who would be where, and what that comes to: a scratch pad for one decision. @internal */
export type FleetPlan = {
  readonly on: readonly (readonly number[])[]
  /** What is wanted of a host, as a part of its capacity. */
  readonly wanted: (host: number) => number
  readonly add: (vm: number, host: number) => void
  readonly remove: (vm: number, host: number) => void
  /**
   * The host whose power rises least by a VM, the first of equals, of those that are not barred (1), have room, and are not overloaded then if they give anything now; with `off` also of hosts that had nothing to do when the plan began. -1 where there is none.
   */
  readonly best: (vm: number, barred: Uint8Array, off: boolean, isOverloaded?: (host: number, wanted: number) => boolean) => number
}

/** Begins plans for the same hosts: of VMs that want so much, on hosts that give so much now. A plan is good until the next is begun: they have their columns in common. @internal */
export type FleetPlans = (
  demand: Float64Array,
  given: Float64Array,
  view?: Pick<FleetView, 'on' | 'arriving' | 'moving'> & Partial<Pick<FleetView, 'memory'>>,
  movingShare?: number
) => FleetPlan

/** See `FleetPlan`; where the view tells `memory`, a host takes a VM only with memory for it, besides all that are there now, those that leave too. Cost: of a plan O(hosts + VMs); of `best` O(hosts in use + kinds of hosts): of hosts of a kind that have nothing to do, the first that is not barred stands for all. @internal */
export const fleetPlans = (hosts: readonly FleetHost[]): FleetPlans => {
  const mips = Float64Array.from(hosts, ({ mipsPerCore }) => mipsPerCore)
  const capacity = Float64Array.from(hosts, ({ cores, mipsPerCore }) => cores * mipsPerCore)
  const power = powerColumns(hosts.map((host) => host.power))
  const room = Float64Array.from(hosts, ({ memoryBytes }) => memoryBytes)
  const idleWatts = Float64Array.from(hosts, (_, host) => power(host, 0))
  const kinds = kindsOf(hosts)
  const watts = new Float64Array(hosts.length)
  /** What is wanted, what is kept for VMs (little for those on their way here), and what will have to be done. */
  const wanted = new Float64Array(hosts.length)
  const kept = new Float64Array(hosts.length)
  const coming = new Float64Array(hosts.length)
  const held = new Float64Array(hosts.length)
  const isUsed = new Uint8Array(hosts.length)
  return (demand, given, view, movingShare = 1) => {
    const on: (readonly number[])[] = view === undefined ? hosts.map(() => []) : view.on.slice()
    const own: (number[] | undefined)[] = new Array(hosts.length)
    const ownOf = (host: number): number[] => (own[host] ??= on[host] = [...on[host]])
    watts.set(idleWatts)
    for (const column of [wanted, kept, coming, held, isUsed]) column.fill(0)
    const memory = view?.memory
    const hasMemory = (vm: number, host: number): boolean => memory === undefined || held[host] + memory[vm] <= room[host]
    const used: number[] = []
    const firsts = kinds.map(() => 0)
    const count = (vm: number, host: number, sign: 1 | -1): void => {
      const most = Math.min(demand[vm], mips[host])
      const isComing = view?.arriving[host].has(vm) === true
      wanted[host] += sign * demand[vm]
      kept[host] += sign * (isComing ? most * COMING : most)
      coming[host] += sign * (isComing ? most : view?.moving[vm] === 1 ? most * movingShare : most)
    }
    const use = (host: number): void => {
      isUsed[host] = 1
      used.push(host)
    }
    for (let host = 0; host < hosts.length; host++) {
      if (given[host] === 0 && on[host].length === 0) continue
      use(host)
      watts[host] = power(host, given[host] / capacity[host])
      for (const vm of on[host]) {
        count(vm, host, 1)
        if (memory !== undefined) held[host] += memory[vm]
      }
    }
    return {
      on,
      wanted: (host) => wanted[host] / capacity[host],
      add: (vm, host) => {
        if (isUsed[host] === 0) use(host)
        ownOf(host).push(vm)
        count(vm, host, 1)
        if (memory !== undefined) held[host] += memory[vm]
      },
      remove: (vm, host) => {
        const there = ownOf(host)
        there.splice(there.lastIndexOf(vm), 1)
        count(vm, host, -1)
        if (memory !== undefined && view?.on[host].includes(vm) === false) held[host] -= memory[vm]
      },
      best: (vm, barred, off, isOverloaded) => {
        const needs = demand[vm]
        let found = -1
        let least = Infinity
        for (let i = 0; i < used.length; i++) {
          const host = used[i]
          if (barred[host] === 1 || needs > mips[host] || needs > capacity[host] - kept[host] + ROUNDING) continue
          const rise = power(host, (coming[host] + needs) / capacity[host]) - watts[host]
          if (rise > least || (rise === least && host > found) || !hasMemory(vm, host)) continue
          if (given[host] > 0 && isOverloaded?.(host, (wanted[host] + needs) / capacity[host]) === true) continue
          least = rise
          found = host
        }
        if (!off) return found
        for (let kind = 0; kind < kinds.length; kind++) {
          const all = kinds[kind]
          while (firsts[kind] < all.length && isUsed[all[firsts[kind]]] === 1) firsts[kind]++
          for (let i = firsts[kind]; i < all.length; i++) {
            const host = all[i]
            if (barred[host] === 1 || isUsed[host] === 1) continue
            if (needs > mips[host] || needs > capacity[host] + ROUNDING || !hasMemory(vm, host)) break
            const rise = power(host, needs / capacity[host]) - watts[host]
            if (rise < least || (rise === least && host < found)) {
              least = rise
              found = host
            }
            break
          }
        }
        return found
      }
    }
  }
}

/** Hosts that are alike, in ascending order. */
const kindsOf = (hosts: readonly FleetHost[]): readonly (readonly number[])[] => {
  const kinds = new Map<string, number[]>()
  hosts.forEach(({ cores, mipsPerCore, memoryBytes, power }, host) => {
    const kind = `${cores} ${mipsPerCore} ${memoryBytes} ${power.join(' ')}`
    const alike = kinds.get(kind)
    if (alike === undefined) kinds.set(kind, [host])
    else alike.push(host)
  })
  return [...kinds.values()]
}

/** The part of a VM on its way that its new host keeps for it (VmSchedulerTimeShared). */
const COMING = 0.1
const ROUNDING = 1e-9
