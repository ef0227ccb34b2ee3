import { wattsAt } from '../guest/serverPower'
import type { FleetHost, FleetView } from '../protocol/fleet'

/** Who would be where, and what that comes to: a scratch pad for one decision. @internal */
export type FleetPlan = {
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

/** See `FleetPlan`; of hosts that give so much now, and of VMs that want so much. @internal */
export const fleetPlan = (
  hosts: readonly FleetHost[],
  demand: Float64Array,
  given: Float64Array,
  view?: Pick<FleetView, 'on' | 'arriving' | 'moving'>,
  movingShare = 1
): FleetPlan => {
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

/** The part of a VM on its way that its new host keeps for it (VmSchedulerTimeShared). */
const COMING = 0.1
const ROUNDING = 1e-9
