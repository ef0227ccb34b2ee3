import { specPower } from '../../lib/guest/serverPower'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import { link } from '../../lib/network/link'
import type { FleetVm } from '../../lib/protocol/fleet'
import { key } from '../../lib/random/random'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetMoveLoad } from '../../lib/world/fleetOptions'
import { cloudsimVms } from '../../pipelines/managers/cloudsimDay'
import { type SimulatedMoveCost, simulatedMove } from '../../pipelines/managers/simulatedMove'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { best } from './cpu'
import { hashOfCounts, rounded } from './figures'
import type { BenchResult } from './timeline'

const MIB = 2 ** 20

/**
 * Moves of a fleet that are simulated: runs a second of processor time by technique and size, VMs half used, at 62.5 MB/s; and how far the runs that moves share are from a run for each of them, over the moves of two days under Sandpiper: time and bytes (never less), downtime
 * (which rises and falls with the last round, so that single moves may have less).
 */
export const benchMoves = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const wire = link({ bytesPerSecond: 62.5e6 })
  const sizes: readonly (readonly [string, typeof precopy | typeof postcopy, number])[] = smoke
    ? [['pre-copy', precopy, 8]]
    : [
        ['pre-copy', precopy, 613],
        ['pre-copy', precopy, 1740],
        ['pre-copy', precopy, 8192],
        ['post-copy', postcopy, 613],
        ['post-copy', postcopy, 1740]
      ]
  const counts: number[] = []
  const times = best(
    smoke ? 1 : 3,
    sizes.map(([, technique, mib]) => () => {
      const load = { mips: 500, network: 0, memoryBytes: mib * MIB, parallel: 1 }
      counts.push(simulatedMove({ pipeline: technique(), link: wire })({ name: 'vm', mips: 1000, memoryBytes: mib * MIB }, load).ns)
    })
  )
  const moves = smoke ? movesOfDay(1, 30) : [1, 2].flatMap((seed) => movesOfDay(seed, 1052))
  const costs = (step?: number): { readonly all: readonly SimulatedMoveCost[]; readonly runs: number } => {
    let runs = 0
    const move = simulatedMove({
      pipeline: precopy(),
      link: wire,
      step,
      ran: (count) => {
        runs = count
      }
    })
    return { all: moves.map(([vm, load]) => move(vm, load)), runs }
  }
  const [shared, exact] = [costs(), costs(0)]
  const more = (of: 'ns' | 'bytes' | 'downtimeNs'): number =>
    rounded((shared.all.reduce((sum, one) => sum + one[of], 0) / exact.all.reduce((sum, one) => sum + one[of], 0) - 1) * 100)
  const less = (of: 'ns' | 'bytes' | 'downtimeNs'): number => shared.all.filter((one, i) => one[of] < exact.all[i][of]).length
  return {
    name: 'moves',
    figures: {
      ...Object.fromEntries(sizes.map(([name, , mib], i) => [`${name} of ${mib} MiB, runs per second`, rounded(1e9 / times[i])])),
      'moves of two days': moves.length,
      'runs for them, each by itself': exact.runs,
      'runs for them, shared': shared.runs,
      'time of shared ones, % more': more('ns'),
      'bytes of shared ones, % more': more('bytes'),
      'downtime of shared ones, % more': more('downtimeNs'),
      'moves that shared take less time': less('ns'),
      'moves that shared send less': less('bytes'),
      'moves that shared stand still less': less('downtimeNs')
    },
    hash: hashOfCounts([...counts.slice(0, sizes.length), ...shared.all.map(({ ns }) => ns), ...exact.all.map(({ ns }) => ns)])
  }
}

/** VMs and their loads when Sandpiper moves them, twenty to a host. */
const movesOfDay = (seed: number, count: number): readonly (readonly [FleetVm, FleetMoveLoad])[] => {
  const utilisations = utilisationDay({ key: key(seed), vms: count })
  const vms = utilisations.map((_, i) => ({ name: `vm${i}`, ...cloudsimVms[i % cloudsimVms.length] }))
  const hosts = Array.from({ length: Math.ceil(count / 20) }, (_, i) => ({
    name: `host${i}`,
    cores: 2,
    mipsPerCore: 2660,
    memoryBytes: 64 * 1024 * MIB,
    power: specPower.hpMl110G5
  }))
  const moves: (readonly [FleetVm, FleetMoveLoad])[] = []
  fleetDay({
    hosts,
    vms,
    utilisations,
    placement: vms.map((_, i) => i % hosts.length),
    manager: sandpiper(),
    parallel: 1,
    moveCost: (vm, load) => {
      moves.push([vm, load])
      return { ns: 20e9, downtimeNs: 0, bytes: load.memoryBytes }
    }
  }).subscribe()
  return moves
}
