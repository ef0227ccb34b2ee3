import * as fc from 'fast-check'
import { specPower } from '../../lib/guest/serverPower'
import type { FleetHost, FleetView, FleetVm, InsideView } from '../../lib/protocol/fleet'

export const MIB = 2 ** 20

/** A host of two cores of 1,000 MIPS, and 100 bytes per second of network. */
export const fleetHost = (name: string, more: Partial<FleetHost> = {}): FleetHost => ({
  name,
  cores: 2,
  mipsPerCore: 1000,
  memoryBytes: 4096 * MIB,
  networkBytesPerSecond: 100,
  power: specPower.hpMl110G5,
  ...more
})

export const fleetVm = (name: string, more: Partial<FleetVm> = {}): FleetVm => ({ name, mips: 1000, memoryBytes: 1024 * MIB, ...more })

/** What a service shows from inside: 10 ms of service, a promise of 100 ms. */
export const insideView = (more: Partial<InsideView> = {}): InsideView => ({
  memoryBytes: 512 * MIB,
  requestsPerSecond: 50,
  serviceSeconds: 0.01,
  responseSeconds: 0.02,
  droppedPerSecond: 0,
  promisedSeconds: 0.1,
  responseBytes: 1000,
  interarrivalVariance: 4e-4,
  serviceVariance: 1e-4,
  ...more
})

type Seen = Partial<Pick<FleetView, 'at' | 'inside'>> & {
  readonly hosts: readonly FleetHost[]
  readonly vms: readonly FleetVm[]
  readonly placement: readonly number[]
  readonly demand: readonly number[]
  readonly network?: readonly number[]
  readonly swap?: readonly number[]
  readonly lost?: readonly number[]
  /** Where VMs are on their way to. */
  readonly goes?: Readonly<Record<number, number>>
}

/** What a manager sees of VMs that want so much where they are; hosts give what they can. */
export const fleetView = ({
  hosts,
  vms,
  placement,
  demand,
  network = [],
  swap = [],
  lost = [],
  goes = {},
  at = 0,
  inside
}: Seen): FleetView => {
  const on = hosts.map((_, one) => [...vms.keys()].filter((vm) => placement[vm] === one || goes[vm] === one))
  const runs = (one: number): readonly number[] => [...vms.keys()].filter((vm) => placement[vm] === one)
  return {
    at,
    hosts,
    vms,
    on,
    arriving: hosts.map((_, one) => new Set(on[one].filter((vm) => placement[vm] !== one))),
    host: Int32Array.from(placement),
    moving: Uint8Array.from(vms, (_, vm) => (goes[vm] === undefined ? 0 : 1)),
    demand: Float64Array.from(demand),
    network: Float64Array.from(vms, (_, vm) => network[vm] ?? 0),
    memory: Float64Array.from(vms, ({ memoryBytes }) => memoryBytes),
    swap: Float64Array.from(vms, (_, vm) => swap[vm] ?? 0),
    lost: Uint8Array.from(vms, (_, vm) => lost[vm] ?? 0),
    inside: inside ?? vms.map(() => undefined),
    given: Float64Array.from(hosts, ({ cores, mipsPerCore }, one) =>
      Math.min(
        cores * mipsPerCore,
        runs(one).reduce((sum, vm) => sum + Math.min(demand[vm], (vms[vm].cores ?? 1) * mipsPerCore), 0)
      )
    ),
    traffic: Float64Array.from(hosts, (_, one) => runs(one).reduce((sum, vm) => sum + (network[vm] ?? 0), 0))
  }
}

/** Of one VM at one look. */
export type Sample = { readonly demand: number; readonly network: number; readonly swap: number; readonly inside: InsideView | undefined }

/** Samples of a VM in steps coarse enough for thresholds to be met and missed. */
export const samples: fc.Arbitrary<Sample> = fc
  .record({
    demand: fc.integer({ min: 0, max: 10 }),
    network: fc.integer({ min: 0, max: 8 }),
    swap: fc.constantFrom(0, 0, 2e6, 50e6, 200e6),
    late: fc.constantFrom(0.02, 0.05, 0.15, Infinity),
    dropped: fc.constantFrom(0, 0, 10),
    used: fc.constantFrom(512, 950, 1024)
  })
  .map(({ demand, network, swap, late, dropped, used }) => ({
    demand: demand * 100,
    network: network * 10,
    swap,
    inside: insideView({ responseSeconds: late, droppedPerSecond: dropped, memoryBytes: used * MIB })
  }))
