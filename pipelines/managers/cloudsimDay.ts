import { specPower } from '../../lib/guest/serverPower'
import { consolidation } from '../../lib/hotspot/consolidation'
import { threshold } from '../../lib/hotspot/overloadRule'
import { powerAwarePlacement } from '../../lib/hotspot/powerAwarePlacement'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'

/**
 * The set-up of CloudSim 4.0's PlanetLab examples with THR-MMT 0.8 (examples.power.planetlab; Constants, Helper): hosts by turns with 2 x 1,860 and 2 x 2,660 MIPS, VMs by quarters of four types, a look every 300 s, 0.1 s behind the sample (the least
 * time between its events). What it does besides, found in its sources, is done here too: a move takes the VM's memory at half of 1 Gbit/s, takes a tenth of its CPU away and makes a tenth of it at the new host; memory counts only at the beginning; a VM
 * that wants nothing when it is looked at ends for good; a VM that is to leave an overloaded host may be moved once more in the same decision, and both count.
 *
 *     fleetDay(cloudsimDay(utilisations))
 */
export const cloudsimDay = (utilisations: readonly ArrayLike<number>[], hostCount = 800): FleetDayOptions => {
  const quarter = Math.ceil(utilisations.length / cloudsimVms.length)
  const vms = utilisations.map((_, vm) => ({ name: `vm${vm}`, ...cloudsimVms[Math.floor(vm / quarter)] }))
  const hosts = Array.from({ length: hostCount }, (_, host) => ({
    name: `host${host}`,
    cores: 2,
    mipsPerCore: host % 2 === 0 ? 1860 : 2660,
    memoryBytes: 4096 * MB,
    power: host % 2 === 0 ? specPower.hpMl110G4 : specPower.hpMl110G5
  }))
  return {
    hosts,
    vms,
    utilisations,
    placement: powerAwarePlacement(hosts, vms),
    manager: consolidation({ overloaded: threshold(0.8), movingShare: 0.9, again: true, memoryCounts: false }),
    moveCost: ({ memoryBytes }) => ({ ns: (memoryBytes / (62.5 * MB)) * 1e9, downtimeNs: 0, bytes: memoryBytes }),
    everyNs: 300e9,
    afterNs: 1e8,
    movingShare: 0.9,
    arrivingShare: 0.1,
    memoryCounts: false,
    movesTwice: true,
    endsIdle: true
  }
}

/** CloudSim's megabytes: only their ratio to each other counts. */
const MB = 2 ** 20

/** CloudSim's four types of VMs: MIPS of one virtual CPU, and memory (examples.power.Constants). */
export const cloudsimVms = [
  { mips: 2500, memoryBytes: 870 * MB },
  { mips: 2000, memoryBytes: 1740 * MB },
  { mips: 1000, memoryBytes: 1740 * MB },
  { mips: 500, memoryBytes: 613 * MB }
] as const
