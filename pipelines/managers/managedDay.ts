import { specPower } from '../../lib/guest/serverPower'
import type { FleetHost, FleetVm } from '../../lib/protocol/fleet'
import type { FleetDayOptions, FleetService } from '../../lib/world/fleetOptions'
import { cloudsimVms } from './cloudsimDay'

/**
 * VMs and their day, for managers to be compared on: series of each as `fleetDay` takes them. `names` and `sizes` of VMs (default: CloudSim's four types, a quarter of the VMs of each); `hosts`: how many (default one for ten VMs); their `cores` and
 * `memoryBytes` (default 2 and 16 GiB; four times CloudSim's memory, so that it is CPU that runs short), and `networkBytesPerSecond` of their cards (default no limit). `services`: so many VMs, evenly among them, serve requests that take what their series say.
 */
export type ManagedDayOptions = Pick<FleetDayOptions, 'utilisations' | 'networks' | 'workingSets' | 'everyNs'> & {
  readonly names?: readonly string[]
  readonly sizes?: readonly Omit<FleetVm, 'name'>[]
  readonly hosts?: number
  readonly cores?: number
  readonly memoryBytes?: number
  readonly networkBytesPerSecond?: number
  readonly services?: number
}

/** A day without who manages it and what moves cost. */
export type ManagedDay = Omit<FleetDayOptions, 'manager' | 'moveCost'>

/**
 * A fleet for managers to be compared on: hosts by turns of 1,860 and 2,660 MIPS a core, with the watts of HP ProLiant ML110 G4 and G5 (SPECpower_ssj2008) for every two cores; VMs one after the other each on the next host that has memory for
 * it, so that all managers begin from a fleet that is spread evenly and has no plan. Throws `RangeError` when a VM finds no room.
 */
export const managedDay = (options: ManagedDayOptions): ManagedDay => {
  const { utilisations, networks, workingSets, everyNs, names, sizes, services = 0 } = options
  const { hosts: count = hostsFor(utilisations.length), cores = 2, memoryBytes = usualMemoryBytes, networkBytesPerSecond } = options
  if (!(Number.isInteger(services) && services >= 0 && services <= utilisations.length))
    throw new RangeError(`managedDay: services must be an integer from 0 to the ${utilisations.length} VMs (got ${services})`)
  const quarter = Math.ceil(utilisations.length / cloudsimVms.length)
  const vms = utilisations.map((_, i) => ({ name: names?.[i] ?? `vm${i}`, ...(sizes?.[i] ?? cloudsimVms[Math.floor(i / quarter)]) }))
  const hosts = Array.from({ length: count }, (_, i): FleetHost => {
    const [mipsPerCore, watts] = i % 2 === 0 ? ([1860, specPower.hpMl110G4] as const) : ([2660, specPower.hpMl110G5] as const)
    const power = watts.map((one) => (one * cores) / 2)
    return { name: `host${i}`, cores, mipsPerCore, memoryBytes, power, ...(networkBytesPerSecond && { networkBytesPerSecond }) }
  })
  return {
    hosts,
    vms,
    utilisations,
    placement: spread(hosts, vms),
    ...(everyNs !== undefined && { everyNs }),
    ...(networks && { networks }),
    ...(workingSets && { workingSets }),
    ...(services > 0 && { services: servicesOf(vms, utilisations, services) })
  }
}

/** Hosts for so many VMs: one for ten. */
export const hostsFor = (vms: number): number => Math.max(2, Math.ceil(vms / 10))

const MIB = 2 ** 20
const usualMemoryBytes = 16_384 * MIB

const spread = (hosts: readonly FleetHost[], vms: readonly FleetVm[]): readonly number[] => {
  const used = new Float64Array(hosts.length)
  return vms.map(({ name, memoryBytes }, vm) => {
    for (let i = 0; i < hosts.length; i++) {
      const at = (vm + i) % hosts.length
      if (used[at] + memoryBytes > hosts[at].memoryBytes) continue
      used[at] += memoryBytes
      return at
    }
    throw new RangeError(
      `managedDay: hosts must have memory for every VM (got ${hosts.length} hosts, and none of them has room for ${name})`
    )
  })
}

/** Requests of 20 ms at 1,000 MIPS with an answer of 20 kB, in half a second: ours. */
const request = { instructions: 20, responseBytes: 20_000, promisedSeconds: 0.5 } as const

const servicesOf = (
  vms: readonly FleetVm[],
  utilisations: FleetDayOptions['utilisations'],
  count: number
): readonly (FleetService | undefined)[] => {
  const serving = new Set(Array.from({ length: count }, (_, i) => Math.floor((i * vms.length) / count)))
  return vms.map(({ mips }, vm) =>
    serving.has(vm)
      ? { ...request, requests: Float64Array.from(utilisations[vm], (part) => (part * mips) / request.instructions) }
      : undefined
  )
}
