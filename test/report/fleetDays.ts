import { specPower } from '../../lib/guest/serverPower'
import type { FleetCommand, FleetDecider, FleetHotspot, FleetManager } from '../../lib/protocol/fleet'
import { fleetRows } from '../../lib/world/fleetDay'
import type { FleetDayOptions, FleetMoveCost } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'

const GIB = 2 ** 30

/** What a timetable does at a look. */
export type Looked = { readonly commands?: readonly FleetCommand[]; readonly found?: readonly FleetHotspot[] }

/** A manager by a timetable of looks, the first of which is 1. */
export const timetable = (looks: Readonly<Record<number, Looked>>): FleetManager => {
  const at =
    (look: number): FleetDecider =>
    () => [looks[look]?.commands ?? [], at(look + 1), looks[look]?.found ?? []]
  return { name: 'timetable', begin: () => at(1) }
}

/** Two VMs on `a`, one on `b`, none on `c`, of 1,000 MIPS and 1 GiB; hosts of two cores of 1,000 MIPS and 4 GiB; a look every five minutes. */
export const threeHosts: Omit<FleetDayOptions, 'manager' | 'moveCost'> = {
  hosts: ['a', 'b', 'c'].map((name) => ({ name, cores: 2, mipsPerCore: 1000, memoryBytes: 4 * GIB, power: specPower.hpMl110G4 })),
  vms: ['u', 'v', 'w'].map((name) => ({ name, mips: 1000, memoryBytes: GIB })),
  utilisations: [
    [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9],
    [0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8],
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
  ],
  placement: [0, 0, 1]
}

/** A move that takes ten seconds. */
export const tenSeconds: FleetMoveCost = { ns: 10e9, downtimeNs: 35e6, bytes: GIB, joules: 500 }

/** The rows of a day of `threeHosts`. */
export const rowsOf = (
  looks: Readonly<Record<number, Looked>>,
  { cost = () => tenSeconds, ...options }: Partial<FleetDayOptions> & { readonly cost?: (vm: string) => FleetMoveCost } = {}
): readonly FleetRow[] => [...fleetRows({ ...threeHosts, manager: timetable(looks), moveCost: ({ name }) => cost(name), ...options })]
