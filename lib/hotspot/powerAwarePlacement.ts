import type { FleetHost, FleetVm } from '../protocol/fleet'
import { fleetPlans } from './fleetPlans'

/**
 * Where VMs begin, in their order: each on the host whose power, off now, rises least by all that it and those before it may ever want, as CloudSim 4.0 places them, with memory and room for ten VMs. Throws `RangeError` when one fits nowhere.
 */
export const powerAwarePlacement = (hosts: readonly FleetHost[], vms: readonly FleetVm[], mostVms = 10): readonly number[] => {
  const plan = fleetPlans(hosts)(
    Float64Array.from(vms, ({ mips }) => mips),
    new Float64Array(hosts.length)
  )
  const used = new Float64Array(hosts.length)
  const isFull = new Uint8Array(hosts.length)
  return vms.map(({ name, memoryBytes }, vm) => {
    for (let host = 0; host < hosts.length; host++)
      isFull[host] = used[host] + memoryBytes > hosts[host].memoryBytes || plan.on[host].length >= mostVms ? 1 : 0
    const at = plan.best(vm, isFull, true)
    if (at < 0) throw new RangeError(`powerAwarePlacement: every VM must fit on a host (got ${name}, which fits on none)`)
    used[at] += memoryBytes
    plan.add(vm, at)
    return at
  })
}
