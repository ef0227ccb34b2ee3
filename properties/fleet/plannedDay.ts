import { specPower } from '../../lib/guest/serverPower'
import type { FleetHost, FleetManager, FleetVm } from '../../lib/protocol/fleet'
import { seconds } from '../../lib/time/time'
import type { FleetDayOptions, FleetMoveCost, FleetService } from '../../lib/world/fleetOptions'
import type { FleetPlan, PlannedSeries, PlannedVm } from './fleetPlan'

const MIB = 2 ** 20

/** What each look of a planned day is apart from the next, in seconds. */
export const PLANNED_LOOK_SECONDS = 300

/** The day of a plan under a manager, for `fleetDay`; made anew for each run, since the moves that fail are counted. */
export const plannedDay = (plan: FleetPlan, manager: FleetManager): FleetDayOptions => {
  const { looks, hosts, vms, parallel, afterSeconds, movingShare, arrivingShare, endsIdle } = plan
  const has = (figure: 'networkMb' | 'workingSet' | 'service'): boolean => vms.some((vm) => vm[figure] !== undefined)
  const figures = (of: (vm: PlannedVm) => PlannedSeries | undefined, unit: (vm: PlannedVm) => number) =>
    vms.map((vm) => withoutLost(inLooks(of(vm) ?? [[0, 1]], looks, unit(vm)), vm.lost))
  const fleetVms = vms.map(
    ({ cores, mipsPerCore, memoryMib }, vm): FleetVm => ({ name: `v${vm}`, mips: cores * mipsPerCore, cores, memoryBytes: memoryMib * MIB })
  )
  return {
    hosts: hosts.map(
      ({ cores, mipsPerCore, memoryMib, networkMb }, host): FleetHost => ({
        name: `h${host}`,
        cores,
        mipsPerCore,
        memoryBytes: memoryMib * MIB,
        ...(networkMb === undefined ? {} : { networkBytesPerSecond: networkMb * 1e6 }),
        power: host % 2 === 0 ? specPower.hpMl110G4 : specPower.hpMl110G5
      })
    ),
    vms: fleetVms,
    placement: vms.map(({ host }) => host % hosts.length),
    utilisations: figures(
      ({ cpu }) => cpu,
      () => 0.1
    ),
    ...(has('networkMb') && {
      networks: figures(
        ({ networkMb }) => networkMb,
        () => 1e6
      )
    }),
    ...(has('workingSet') && {
      workingSets: figures(
        ({ workingSet }) => workingSet,
        ({ memoryMib }) => (memoryMib * MIB) / 10
      )
    }),
    ...(has('service') && { services: vms.map((vm) => serviceOf(vm, looks)) }),
    manager,
    moveCost: moveCosts(plan, fleetVms),
    everyNs: seconds(PLANNED_LOOK_SECONDS),
    afterNs: seconds(afterSeconds),
    movingShare,
    arrivingShare,
    endsIdle,
    ...(parallel === undefined ? {} : { parallel })
  }
}

/** A planned series, a value for each look. */
const inLooks = (steps: PlannedSeries, looks: number, unit: number): Float64Array => {
  const values = steps.flatMap(([level, times]) => Array<number>(times).fill(level))
  return Float64Array.from({ length: looks }, (_, look) => values[Math.min(look, values.length - 1)] * unit)
}

const withoutLost = (values: Float64Array, lost: readonly number[]): Float64Array => {
  for (const look of lost) if (look < values.length) values[look] = Number.NaN
  return values
}

const serviceOf = ({ service, lost }: PlannedVm, looks: number): FleetService | undefined =>
  service && {
    requests: withoutLost(inLooks(service.requests, looks, 1), lost),
    instructions: service.instructions,
    responseBytes: service.kilobytes * 1000,
    promisedSeconds: service.promisedMs / 1000
  }

/** A move copies the memory of its VM, at its rate shared among those at once; a hundredth of its time the VM stands still. */
const moveCosts = ({ vms, mibPerSecond }: FleetPlan, fleet: readonly FleetVm[]): FleetDayOptions['moveCost'] => {
  const tried = new Int32Array(vms.length)
  return (vm, { memoryBytes, parallel }): FleetMoveCost => {
    const index = fleet.indexOf(vm)
    const ns = Math.round((memoryBytes / MIB / mibPerSecond) * parallel * 1e9)
    const cost = { ns, downtimeNs: Math.round(ns / 100), bytes: memoryBytes, joules: memoryBytes / 1e7 }
    return tried[index]++ < vms[index].fails ? { ...cost, failed: 'the link failed', ...(vms[index].isLost && { lost: true }) } : cost
  }
}
