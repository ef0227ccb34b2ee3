import type { Time } from '../time/time'

/**
 * A host of a fleet: its cores and what each does, in MIPS; its memory; bytes per second that its network card sends and receives together (default: no limit); watts at 0, 10, .. 100 % of its CPU. It is off, and takes no power, while it has
 * no VM that runs.
 */
export type FleetHost = {
  readonly name: string
  readonly cores: number
  readonly mipsPerCore: number
  readonly memoryBytes: number
  readonly networkBytesPerSecond?: number
  readonly power: readonly number[]
}

/** A VM of a fleet: MIPS of all its virtual CPUs together, how many these are (default 1; each runs on one core), and the memory that is allotted to it at the beginning. */
export type FleetVm = { readonly name: string; readonly mips: number; readonly cores?: number; readonly memoryBytes: number }

/**
 * What is seen of a VM from inside (gray box: its operating system and the log of its application): memory in use, requests per second, the mean time that serving one takes at the speed it has, the mean time until it is answered, requests per second that
 * are dropped, the time within which an answer is promised; variances of the times between requests and of service times, in s².
 */
export type InsideView = {
  readonly memoryBytes: number
  readonly requestsPerSecond: number
  readonly serviceSeconds: number
  readonly responseSeconds: number
  readonly droppedPerSecond: number
  readonly promisedSeconds: number
  readonly responseBytes: number
  readonly interarrivalVariance: number
  readonly serviceVariance: number
}

/**
 * What a manager of a fleet sees when it looks: everything by index.
 *
 * - `on`: the VMs of each host in the order in which they came, those on their way there too (`arriving`). `host`: where each VM runs (-1: it does not run any more). `moving`: whether it is on its way, or waits for its turn to go.
 * - Of each VM: `demand`, MIPS that it wants; `network`, bytes per second that it sends and receives; `memory`, bytes allotted to it; `swap`, bytes per second that it swaps, which is what is seen of its memory from outside; `inside`: see `InsideView`, of
 *   VMs with a service; `lost`: 1 where the monitor has nothing of it for this look, and the rest is what was last known.
 * - Of each host: `given`, MIPS that it gives; `traffic`, bytes per second that its VMs and migrations want of its network.
 */
export type FleetView = {
  readonly at: Time
  readonly hosts: readonly FleetHost[]
  readonly vms: readonly FleetVm[]
  readonly on: readonly (readonly number[])[]
  readonly arriving: readonly ReadonlySet<number>[]
  readonly host: Int32Array
  readonly moving: Uint8Array
  readonly demand: Float64Array
  readonly network: Float64Array
  readonly memory: Float64Array
  readonly swap: Float64Array
  readonly lost: Uint8Array
  readonly inside: readonly (InsideView | undefined)[]
  readonly given: Float64Array
  readonly traffic: Float64Array
}

/** Begin to move a VM to a host, by their indices, and why. */
export type StartMigration = { readonly type: 'startMigration'; readonly vm: number; readonly to: number; readonly why?: string }

/** Give a VM so many bytes of memory from now on, where it is, and why. */
export type AllotMemory = { readonly type: 'allotMemory'; readonly vm: number; readonly bytes: number; readonly why?: string }

/** What a manager can have done. */
export type FleetCommand = StartMigration | AllotMemory

/**
 * A hotspot as a manager found it, for logs and pictures: of which host and resource (`promise`: a service on it answers too late), how many of the last n looks were above the threshold, what is predicted for the next, in parts of the capacity (of the promised time), and
 * what it makes of it in words. `isPast`: it was found at a look before, as it is told here, and this is what became of it.
 */
export type FleetHotspot = {
  readonly host: number
  readonly resource: 'cpu' | 'network' | 'memory' | 'promise'
  readonly above: number
  readonly n: number
  readonly predicted: number
  readonly threshold: number
  readonly why: string
  readonly isPast?: boolean
}

/** What a manager decides when it looks, who decides the next time (what it remembers is in that), the hotspots that it has found, and what else it has to say, in words. Pure. */
export type FleetDecider = (
  view: FleetView
) => readonly [commands: readonly FleetCommand[], next: FleetDecider, found?: readonly FleetHotspot[], notes?: readonly string[]]

/** A manager of a fleet: `begin` gives who decides first. */
export type FleetManager = {
  readonly name: string
  readonly begin: (hosts: readonly FleetHost[], vms: readonly FleetVm[]) => FleetDecider
}
