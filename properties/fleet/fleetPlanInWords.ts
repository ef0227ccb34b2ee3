import type { FleetPlan, PlannedHost, PlannedSeries, PlannedVm } from './fleetPlan'
import { PLANNED_LOOK_SECONDS } from './plannedDay'

/** A plan of a fleet in words, line by line; what is not mentioned is off. */
export const fleetPlanInWords = (plan: FleetPlan): readonly string[] => {
  const { looks, afterSeconds, hosts, vms, parallel, mibPerSecond, movingShare, arrivingShare, endsIdle, twin } = plan
  return [
    [
      `${counted(hosts.length, 'host')}, ${counted(vms.length, 'VM')}, ${counted(looks - 1, 'look')} of ${PLANNED_LOOK_SECONDS} s`,
      `a move copies ${mibPerSecond} MiB/s`,
      ...(afterSeconds === 0 ? [] : [`the manager looks ${afterSeconds} s after the sample`]),
      ...(parallel === undefined ? [] : [`${counted(parallel, 'move')} at once on a host`]),
      ...(movingShare === 1 ? [] : [`a VM that moves gets ${movingShare} of what it would`]),
      ...(arrivingShare === 0 ? [] : [`one that comes costs ${arrivingShare} of its work there too`]),
      ...(endsIdle ? ['a VM that wants nothing ends'] : [])
    ].join('; '),
    ...hosts.map(hostInWords),
    ...vms.map((vm, i) => `v${i} on h${vm.host % hosts.length}: ${vmInWords(vm)}`),
    `its twins: names turned by ${twin.turn + 1}${vms.length === 0 || looks < 2 ? '' : `; look ${1 + (twin.look % (looks - 1))} of v${twin.vm % vms.length} lost`}`
  ]
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

const hostInWords = ({ cores, mipsPerCore, memoryMib, networkMb }: PlannedHost, i: number): string =>
  `h${i}: ${counted(cores, 'core')} of ${mipsPerCore} MIPS, ${memoryMib} MiB${networkMb === undefined ? '' : `, a card of ${networkMb} MB/s`}`

const vmInWords = ({ cores, mipsPerCore, memoryMib, cpu, networkMb, workingSet, service, lost, fails, isLost }: PlannedVm): string =>
  [
    `${cores === 1 ? '' : `${cores} x `}${mipsPerCore} MIPS, ${memoryMib} MiB`,
    `CPU ${levels(cpu, (level) => `${level * 10} %`)}`,
    ...(networkMb === undefined ? [] : [`network ${levels(networkMb, (level) => `${level} MB/s`)}`]),
    ...(workingSet === undefined ? [] : [`uses of its memory ${levels(workingSet, (level) => `${level * 10} %`)}`]),
    ...(service === undefined
      ? []
      : [
          `serves in place of that ${levels(service.requests, (level) => `${level}/s`)} requests of ${service.instructions} million instructions and ${service.kilobytes} kB within ${service.promisedMs} ms`
        ]),
    ...(lost.length === 0 ? [] : [`lost at ${lost.length === 1 ? 'look' : 'looks'} ${[...lost].sort((a, b) => a - b).join(', ')}`]),
    ...(fails === 0 ? [] : [`its first ${fails === 1 ? 'move fails' : `${fails} moves fail`}${isLost ? ', and it is lost' : ''}`])
  ].join('; ')

const levels = (series: PlannedSeries, inWords: (level: number) => string): string =>
  series.map(([level, looks], i) => (i === series.length - 1 ? inWords(level) : `${inWords(level)} for ${looks}`)).join(', ')
