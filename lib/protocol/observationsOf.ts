import type { FleetView } from './fleet'
import type { Observation } from './observation'

/**
 * What monitors report of a simulated fleet at a look: an observation of each VM and of each host, by index, VMs first.
 *
 * - A VM: the part that it wants of its CPU, which it gets unless its host has too little; network, swap and memory allotted; what is seen from inside where it has a service. Of a VM that is lost to the monitor, or does not run any more, there is none.
 * - A host: the part of its CPU that it gives, its traffic, its memory, what of that is allotted to the VMs on it and on their way to it, and the swap activity of those on it. A host that is off reports nothing.
 *
 * Cost: O(VMs and hosts).
 */
export const observationsOf = ({ at, hosts, vms, on, arriving, ...view }: FleetView): readonly Observation[] => [
  ...vms.flatMap(({ name, mips }, vm): readonly Observation[] => {
    if (view.lost[vm] === 1 || view.host[vm] < 0) return []
    const { memoryBytes, ...inside } = view.inside[vm] ?? {}
    return [
      {
        name,
        of: 'vm',
        at,
        cpu: mips > 0 ? view.demand[vm] / mips : 0,
        networkBytesPerSecond: view.network[vm],
        swapBytesPerSecond: view.swap[vm],
        allottedBytes: view.memory[vm],
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
        ...inside
      }
    ]
  }),
  ...hosts.flatMap(({ name, cores, mipsPerCore, memoryBytes: allottedBytes }, host): readonly Observation[] => {
    if (on[host].length === 0) return []
    const there = on[host].filter((vm) => !arriving[host].has(vm))
    return [
      {
        name,
        of: 'host',
        at,
        cpu: view.given[host] / (cores * mipsPerCore),
        networkBytesPerSecond: view.traffic[host],
        swapBytesPerSecond: there.reduce((sum, vm) => sum + view.swap[vm], 0),
        allottedBytes,
        memoryBytes: on[host].reduce((sum, vm) => sum + view.memory[vm], 0)
      }
    ]
  })
]
