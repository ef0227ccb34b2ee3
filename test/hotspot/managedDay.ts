import { specPower } from '../../lib/guest/serverPower'
import type { FleetHost, FleetManager, FleetVm } from '../../lib/protocol/fleet'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'
import { GIB } from './placements'

/** A host of a fleet with two cores of 1,000 MIPS. */
export const fleetHost = (name: string, memoryGib = 8, cores = 2): FleetHost => ({
  name,
  cores,
  mipsPerCore: 1000,
  memoryBytes: memoryGib * GIB,
  power: specPower.hpMl110G5
})

/** A VM of 1,000 MIPS a virtual CPU. */
export const fleetVm = (name: string, memoryGib = 1, cores = 1): FleetVm => ({
  name,
  mips: 1000 * cores,
  cores,
  memoryBytes: memoryGib * GIB
})

/** A manager that does nothing. */
export const nobody: FleetManager = { name: 'nobody', begin: () => idle }
const idle: ReturnType<FleetManager['begin']> = () => [[], idle]

/** The rows of a day; a move takes a VM's memory at 62.5 MB/s. */
export const managedDay = (
  day: Pick<FleetDayOptions, 'manager' | 'hosts' | 'utilisations' | 'placement'> & Partial<FleetDayOptions>
): readonly FleetRow[] => {
  const rows: FleetRow[] = []
  fleetDay({
    vms: day.utilisations.map((_, i) => fleetVm(`v${i}`)),
    moveCost: ({ memoryBytes: bytes }) => ({ ns: (bytes / 62.5e6) * 1e9, downtimeNs: 0, bytes }),
    ...day
  }).subscribe((row) => rows.push(row))
  return rows
}

/** A series of one value. */
export const constant = (part: number, length = 14): readonly number[] => Array<number>(length).fill(part)
