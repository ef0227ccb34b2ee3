import type { FleetHost, FleetManager, FleetVm } from '../protocol/fleet'
import type { Time } from '../time/time'

/**
 * What moving a VM takes: until it is there; standing still of that; work that it loses in all, as time (default: what it stands still); bytes on the network; energy of the move itself, besides what hosts take for their work. `failed`: why it did not come
 * about, so that the VM is where it was after that time; or nowhere, if it is `lost`.
 */
export type FleetMoveCost = {
  readonly ns: Time
  readonly downtimeNs: Time
  readonly lostNs?: Time
  readonly bytes: number
  readonly joules?: number
  readonly failed?: string
  readonly lost?: boolean
}

/** What a VM does when its move begins: MIPS that it wants, its bytes per second, its memory now, and how many moves its two hosts take part in at most, this one and all that begin with it counted. */
export type FleetMoveLoad = {
  readonly mips: number
  readonly network: number
  readonly memoryBytes: number
  readonly parallel: number
}

/**
 * A service that a VM runs, and whose requests make what it wants in place of its series: requests per second at each look, millions of instructions and bytes of the answer for each, the time within which an answer is promised, and how
 * many requests there is room for (default 100). Requests come and are served as in an M/M/1/K queue.
 */
export type FleetService = {
  readonly requests: ArrayLike<number>
  readonly instructions: number
  readonly responseBytes: number
  readonly promisedSeconds: number
  readonly room?: number
}

/**
 * A fleet and its day. `utilisations`: of each VM's CPU at 0, `everyNs`, .. (default 300 s), linear between; the day ends with them. `networks`: bytes per second of each VM in the same way (default none), `workingSets`: bytes that it uses of its
 * memory (default: never more than it has), `services`: see `FleetService`. NaN in a series: the monitor has nothing of that VM then, and it goes on as before. `placement`: the host of each VM at the beginning. A manager looks every
 * `everyNs`, `afterNs` behind the sample (default 0).
 *
 * - `moveCost`: of a VM and what it does (see `simulatedMove` for one that a pipeline carries out). While it moves it gets `movingShare` of what it would get at its old host (default 1) but for what it loses by `lostNs`, and its new one has
 *   work of `arrivingShare` of it (default 0). `parallel`: moves that a host takes part in at once; others wait for their turn, in order (default: no limit).
 * - `memoryCounts` (default true): a host whose memory the VMs and those on their way there would exceed refuses a move. `movesTwice` (default false): whether a VM on its way may be sent elsewhere too; it then ends where it gets last.
 * - `endsIdle` (default false): a VM that wants nothing when it is looked at, and is not on its way, ends for good; a host is off not only without VMs but while nothing is wanted there, and counts for nothing before the first look. So CloudSim 4.0 does
 *   (PowerHost.getEnergyLinearInterpolation).
 * - `swappedPerSecond`: of memory in use beyond what a VM has, the part that is swapped in a second (default 0.1, ours); a VM works as much slower as it has too little.
 */
export type FleetDayOptions = {
  readonly hosts: readonly FleetHost[]
  readonly vms: readonly FleetVm[]
  readonly utilisations: readonly ArrayLike<number>[]
  readonly networks?: readonly ArrayLike<number>[]
  readonly workingSets?: readonly ArrayLike<number>[]
  readonly services?: readonly (FleetService | undefined)[]
  readonly placement: readonly number[]
  readonly manager: FleetManager
  readonly moveCost: (vm: FleetVm, load: FleetMoveLoad) => FleetMoveCost
  readonly everyNs?: Time
  readonly afterNs?: Time
  readonly movingShare?: number
  readonly arrivingShare?: number
  readonly parallel?: number
  readonly memoryCounts?: boolean
  readonly movesTwice?: boolean
  readonly endsIdle?: boolean
  readonly swappedPerSecond?: number
}

/** Options with their defaults, and how many looks there are. @internal */
export type CheckedDay = Required<Omit<FleetDayOptions, 'networks' | 'workingSets' | 'services'>> &
  Pick<FleetDayOptions, 'networks' | 'workingSets' | 'services'> & { readonly looks: number }

/** See `FleetDayOptions`. Throws `RangeError` naming the option. @internal */
export const checkedDay = (options: FleetDayOptions): CheckedDay => {
  const { hosts, vms, utilisations, placement, services = [] } = options
  const { everyNs = 300e9, afterNs = 0, movingShare = 1, arrivingShare = 0, parallel = Infinity, swappedPerSecond = 0.1 } = options
  const looks = utilisations[0]?.length ?? 0
  for (const name of ['utilisations', 'networks', 'workingSets'] as const) checkSeries(name, options[name], vms, looks)
  if (services.length > vms.length)
    throw new RangeError(`fleetDay: services must be at most one for each of ${vms.length} VMs (got ${services.length})`)
  services.forEach((service, vm) => {
    if (service === undefined) return
    const { requests, instructions, responseBytes, promisedSeconds, room = 1 } = service
    if (requests.length !== looks)
      throw new RangeError(`fleetDay: requests of ${vms[vm].name} must be ${looks}, one for each look (got ${requests.length})`)
    if (!(instructions > 0 && responseBytes >= 0 && promisedSeconds > 0 && Number.isInteger(room) && room > 0))
      throw new RangeError(`fleetDay: the service of ${vms[vm].name} must have instructions, a promised time and room above 0`)
  })
  if (placement.length !== vms.length || placement.some((host) => !(Number.isInteger(host) && host >= 0 && host < hosts.length)))
    throw new RangeError(`fleetDay: placement must be one of ${hosts.length} hosts for each of ${vms.length} VMs`)
  if (!(Number.isSafeInteger(everyNs) && everyNs > 0))
    throw new RangeError(`fleetDay: everyNs must be a whole number of ns above 0 (got ${everyNs})`)
  if (!(Number.isSafeInteger(afterNs) && afterNs >= 0 && afterNs < everyNs))
    throw new RangeError(`fleetDay: afterNs must be a whole number of ns below everyNs (got ${afterNs})`)
  for (const [name, share] of Object.entries({ movingShare, arrivingShare, swappedPerSecond }))
    if (!(share >= 0 && share <= 1)) throw new RangeError(`fleetDay: ${name} must be from 0 to 1 (got ${share})`)
  if (!(parallel >= 1)) throw new RangeError(`fleetDay: parallel must be from 1 on (got ${parallel})`)
  for (const { name, cores, mipsPerCore, memoryBytes, networkBytesPerSecond = 1, power } of hosts)
    if (!(cores > 0 && mipsPerCore > 0 && memoryBytes > 0 && networkBytesPerSecond > 0 && power.length > 1))
      throw new RangeError(`fleetDay: ${name} must have cores, MIPS, memory and network above 0, and watts at two utilisations or more`)
  for (const { name, mips, cores = 1, memoryBytes } of vms)
    if (!(mips >= 0 && Number.isInteger(cores) && cores > 0 && memoryBytes >= 0))
      throw new RangeError(`fleetDay: ${name} must have MIPS and memory from 0 on, and one virtual CPU or more`)
  return {
    memoryCounts: true,
    movesTwice: false,
    endsIdle: false,
    ...options,
    everyNs,
    afterNs,
    movingShare,
    arrivingShare,
    parallel,
    swappedPerSecond,
    looks
  }
}

const checkSeries = (name: string, series: readonly ArrayLike<number>[] | undefined, vms: readonly FleetVm[], looks: number): void => {
  if (series === undefined) return
  if (series.length !== vms.length)
    throw new RangeError(`fleetDay: ${name} must be one series for each of ${vms.length} VMs (got ${series.length})`)
  const other = series.findIndex(({ length }) => length !== looks)
  if (other >= 0)
    throw new RangeError(`fleetDay: ${name} must be of one length (got ${looks}, and ${series[other].length} of ${vms[other].name})`)
}
