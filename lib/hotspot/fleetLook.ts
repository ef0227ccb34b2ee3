import type { FleetHost, FleetView, FleetVm, InsideView } from '../protocol/fleet'
import type { SandpiperRules } from './sandpiperOptions'

/**
 * What Sandpiper has seen at a look, NaN where a report is lost.
 *
 * - Of each host, with VMs: `cpu` and `network`, the parts of its capacity that its VMs use (what migrations send is not counted: it passes); `promise`, the longest that a service on it takes to answer by what it promises, at most `LATEST`, and that where it drops too much. A host
 *   on which a VM runs whose report is lost has no sample.
 * - Of each VM: `cpuOf`, MIPS, and `networkOf`, bytes per second, that it gets (what it wants cannot be seen from outside: on a full host it is a share); `full`, whether it might want more: of the CPU (1) and of the network (2); `memoryOf`, how short of memory it is, and
 *   `isShort` beyond which part it is so.
 * - From inside: `inside`, and `has`, MIPS that the VM could have had.
 */
export type FleetLook = {
  readonly cpu: Float64Array
  readonly network: Float64Array
  readonly promise: Float64Array
  readonly cpuOf: Float64Array
  readonly networkOf: Float64Array
  readonly memoryOf: Float64Array
  readonly full: Uint8Array
  readonly inside: FleetView['inside']
  readonly has: Float64Array
}

/** A view as Sandpiper sees it; shares nothing with it. Cost: O(hosts + VMs). */
export const fleetLook = (view: FleetView, rules: SandpiperRules): FleetLook => {
  const { hosts, vms, on, host, lost, swap, traffic, given } = view
  const isGray = rules.box === 'gray'
  const rowOf = (all: readonly unknown[]): Float64Array => new Float64Array(all.length).fill(Number.NaN)
  const [cpu, network, promise] = [rowOf(hosts), rowOf(hosts), rowOf(hosts)]
  const [cpuOf, networkOf, memoryOf, has] = [rowOf(vms), rowOf(vms), rowOf(vms), isGray ? rowOf(vms) : NONE]
  const full = new Uint8Array(vms.length)
  for (let at = 0; at < hosts.length; at++) {
    const capacity = hosts[at].cores * hosts[at].mipsPerCore
    const card = hosts[at].networkBytesPerSecond ?? Infinity
    const share = traffic[at] > card ? card / traffic[at] : 1
    let wanted = 0
    let sent = 0
    let isLost = false
    for (const vm of on[at]) {
      if (host[vm] !== at) continue
      if (lost[vm] === 1) isLost = true
      wanted += Math.min(view.demand[vm], mostOf(vms[vm], hosts[at]))
      sent += view.network[vm]
    }
    const part = wanted > given[at] ? given[at] / wanted : 1
    if (!isLost) {
      cpu[at] = given[at] / capacity
      network[at] = (sent * share) / card
      promise[at] = 0
    }
    for (const vm of on[at]) {
      if (host[vm] !== at || lost[vm] === 1) continue
      const most = mostOf(vms[vm], hosts[at])
      const gets = Math.min(view.demand[vm], most) * part
      cpuOf[vm] = gets
      networkOf[vm] = view.network[vm] * share
      full[vm] = (part < 1 || gets >= most ? 1 : 0) | (share < 1 ? 2 : 0)
      memoryOf[vm] = Math.min(1, swap[vm] / rules.diskBytesPerSecond)
      if (!isGray) continue
      has[vm] = part < 1 ? gets : Math.min(most, vms[vm].mips, gets + capacity - given[at])
      const seen = view.inside[vm]
      if (seen === undefined) continue
      memoryOf[vm] = Math.min(1, seen.memoryBytes / view.memory[vm])
      if (!isLost) promise[at] = Math.max(promise[at], lateness(seen, rules.drops))
    }
  }
  return { cpu, network, promise, cpuOf, networkOf, memoryOf, full, inside: isGray ? [...view.inside] : [], has }
}

/** The latest answer that is told from a later one, by the time promised. */
export const LATEST = 2

const lateness = ({ responseSeconds, promisedSeconds, droppedPerSecond, requestsPerSecond }: InsideView, drops: number): number =>
  droppedPerSecond > drops * requestsPerSecond ? LATEST : Math.min(LATEST, responseSeconds / promisedSeconds)

/** MIPS that a VM can have on a host: a core for each of its virtual CPUs. @internal */
export const mostOf = ({ cores = 1 }: FleetVm, { mipsPerCore }: FleetHost): number => cores * mipsPerCore

const NONE = new Float64Array(0)
