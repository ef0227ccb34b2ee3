import type { FleetView, InsideView } from '../protocol/fleet'
import type { FleetDemand } from './fleetDemand'
import type { CheckedDay } from './fleetOptions'
import { insideOf } from './insideOf'

/** Who is where in a fleet, and what everybody gets there: the world's state. `keeps`: of a VM that moves, the part that its move leaves it; `carried`: bytes per second of a host's moves; `excess`: what is wanted of its CPU or its network card, whichever is worse off, beyond what it has, as a part of that (below 0: room). A kernel. @internal */
export type FleetShares = Pick<FleetView, 'host' | 'moving' | 'memory' | 'given' | 'traffic'> & {
  readonly on: readonly number[][]
  readonly arriving: readonly Set<number>[]
  readonly keeps: Float64Array
  readonly carried: Float64Array
  readonly capacity: Float64Array
  readonly asked: Float64Array
  readonly served: Float64Array
  readonly excess: Float64Array
  readonly isOver: Uint8Array
  readonly giveAt: (host: number) => void
  readonly swapOf: (vm: number) => number
  readonly inside: (vm: number) => InsideView | undefined
}

/** See `FleetShares`. Cost: O(VMs of the host) each time that what it gives is told. @internal */
export const fleetShares = (options: CheckedDay, { demand, network, working, requests }: FleetDemand): FleetShares => {
  const { hosts, vms, services = [], arrivingShare, swappedPerSecond } = options
  const capacity = Float64Array.from(hosts, ({ cores, mipsPerCore }) => cores * mipsPerCore)
  const card = Float64Array.from(hosts, ({ networkBytesPerSecond = Infinity }) => networkBytesPerSecond)
  const speed = Float64Array.from(hosts, ({ mipsPerCore }) => mipsPerCore)
  const threads = Float64Array.from(vms, ({ cores = 1 }) => cores)
  const on: number[][] = hosts.map(() => [])
  const arriving = hosts.map(() => new Set<number>())
  const host = Int32Array.from(options.placement)
  const memory = Float64Array.from(vms, ({ memoryBytes }) => memoryBytes)
  const keeps = new Float64Array(vms.length).fill(1)
  const given = new Float64Array(hosts.length)
  const traffic = new Float64Array(hosts.length)
  const carried = new Float64Array(hosts.length)
  const asked = new Float64Array(hosts.length)
  const served = new Float64Array(hosts.length)
  const excess = new Float64Array(hosts.length)
  const isOver = new Uint8Array(hosts.length)
  /** The part of a host's demand that its CPU and its network card leave to each VM. */
  const part = new Float64Array(hosts.length).fill(1)
  host.forEach((at, vm) => {
    on[at].push(vm)
  })
  /** No VM takes more at a host than its virtual CPUs have cores. */
  const most = (vm: number, at: number): number => threads[vm] * speed[at]
  const works = (vm: number): number => (working[vm] > memory[vm] ? memory[vm] / working[vm] : 1)
  return {
    on,
    arriving,
    host,
    moving: new Uint8Array(vms.length),
    memory,
    keeps,
    given,
    traffic,
    carried,
    capacity,
    asked,
    served,
    excess,
    isOver,
    giveAt: (at) => {
      let work = 0
      let own = 0
      let bytes = carried[at]
      asked[at] = 0
      const coming = arriving[at]
      for (const vm of on[at]) {
        const wanted = Math.min(demand[vm], most(vm, at))
        if (coming.size > 0 && coming.has(vm)) work += wanted * arrivingShare
        else {
          work += wanted
          own += wanted * keeps[vm] * works(vm)
          bytes += network[vm]
          asked[at] += demand[vm]
        }
      }
      traffic[at] = bytes
      isOver[at] = work > capacity[at] || bytes > card[at] ? 1 : 0
      excess[at] = Math.max(work / capacity[at], bytes / card[at]) - 1
      given[at] = Math.min(work, capacity[at])
      part[at] = Math.min(work > capacity[at] ? capacity[at] / work : 1, bytes > card[at] ? card[at] / bytes : 1)
      served[at] = own * part[at]
    },
    swapOf: (vm) => Math.max(0, working[vm] - memory[vm]) * swappedPerSecond,
    inside: (vm) => {
      const service = services[vm]
      const at = host[vm]
      if (service === undefined || at < 0) return undefined
      const wanted = Math.min(demand[vm], most(vm, at))
      const gets = isOver[at] === 1 ? wanted * part[at] : Math.min(most(vm, at), vms[vm].mips, wanted + capacity[at] - given[at])
      return insideOf(service, requests[vm], gets * keeps[vm] * works(vm), Math.min(working[vm], memory[vm]))
    }
  }
}
