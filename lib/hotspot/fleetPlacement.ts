import type { FleetView } from '../protocol/fleet'
import { mostOf } from './fleetLook'
import type { FleetNeed } from './fleetNeeds'
import type { Placement } from './placement'

/** The running VMs of a fleet as a placement to be decided on: `running` has the VM of each. @internal */
export type FleetPlacement = {
  readonly placement: Placement
  readonly running: readonly number[]
  /** Whether a VM, by its index in the placement, may not go to a host: it would get less there than it needs, and than it has where it is. */
  readonly isSlower: (vm: number, to: number) => boolean
}

/** A fleet as it will be when all VMs on their way have arrived, by what VMs need. Cost: O(hosts + VMs). @internal */
export const fleetPlacement = (
  view: Pick<FleetView, 'hosts' | 'vms' | 'on' | 'arriving' | 'host'>,
  needs: (vm: number) => FleetNeed,
  bytes: (vm: number) => number
): FleetPlacement => {
  const { hosts, vms, arriving, host } = view
  const at = Int32Array.from(host)
  arriving.forEach((coming, to) => {
    for (const vm of coming) at[vm] = to
  })
  const running: number[] = []
  for (let vm = 0; vm < vms.length; vm++) if (host[vm] >= 0) running.push(vm)
  const placed = running.map((vm) => {
    const { name, cores: cpus = 1 } = vms[vm]
    const memory = bytes(vm)
    return { name, needs: { ...needs(vm), memory }, cpus, sizeBytes: memory }
  })
  return {
    placement: {
      hosts: hosts.map(({ name, cores, mipsPerCore, memoryBytes, networkBytesPerSecond: network = Infinity }) => ({
        name,
        capacity: { cpu: cores * mipsPerCore, network, memory: memoryBytes },
        cpus: cores
      })),
      vms: placed,
      at: running.map((vm) => at[vm])
    },
    running,
    isSlower: (i, to) => {
      const vm = vms[running[i]]
      const there = mostOf(vm, hosts[to])
      return there < placed[i].needs.cpu && there < mostOf(vm, hosts[at[running[i]]])
    }
  }
}
