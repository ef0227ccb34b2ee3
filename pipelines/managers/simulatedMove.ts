import type { Guest } from '../../lib/guest/guest'
import { run } from '../../lib/loop/run'
import { bytesTransferred } from '../../lib/metrics/bytesTransferred'
import { downtime } from '../../lib/metrics/downtime'
import { type GuestProgress, guestProgress } from '../../lib/metrics/guestProgress'
import { type Milestones, milestones } from '../../lib/metrics/milestones'
import { outcome } from '../../lib/metrics/outcome'
import { totalTime } from '../../lib/metrics/totalTime'
import { type Link, link as linkOf } from '../../lib/network/link'
import type { FleetVm } from '../../lib/protocol/fleet'
import type { Entry } from '../../lib/protocol/journal'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import { combine, type Fold, folded, mapFold } from '../../lib/stream/fold'
import { seconds, type Time } from '../../lib/time/time'
import { type DatacentreOptions, datacentre, type Fault } from '../../lib/world/datacentre'
import type { FleetMoveCost, FleetMoveLoad } from '../../lib/world/fleetOptions'
import { moveJoules } from './moveJoules'
import { serverGuest } from './serverGuest'

/**
 * How moves of a fleet's VMs are simulated: each by a run of a pipeline in a simulated data centre of two hosts.
 *
 * - `pipeline`: any; with an engine, all of it: `{ ...engineOf('qemu-10.2'), link }` (its `sender` goes along).
 * - `link`: between two hosts whose cards nobody else uses. A move has the part 1 / `parallel` of it, and shares that with as large a part of what the VM's own network takes.
 * - `guestOf`: the guest that a VM is at its load (default `serverGuest()`). `alike`: VMs of which it says the same, and of the same memory, MIPS and virtual CPUs, share runs (default: all do, and with a `guestOf` of yours those of one name).
 * - `step`: to what part of a VM's MIPS, and of the link, its CPU and its network are rounded up, so that moves share runs (default 0.05; 0: not at all).
 * - `joules`: of what was sent (default `moveJoules`). `faults`: what breaks, in ns from a move's beginning; one list for all moves, or by VM.
 * - `world`: what else of the data centre is not as by default, hosts' costs for one. `seed`: of all runs (default 1). `until`: where a run that has not ended by itself is ended (default a day).
 * - `ran`: is told after each run how many there were.
 */
export type SimulatedMoveOptions = {
  readonly pipeline: Pipeline
  readonly link: Link
  readonly guestOf?: (vm: FleetVm, load: FleetMoveLoad) => Guest
  readonly alike?: (vm: FleetVm) => string
  readonly step?: number
  readonly joules?: (bytes: number) => number
  readonly faults?: readonly Fault[] | ((vm: FleetVm) => readonly Fault[])
  readonly sender?: DatacentreOptions['sender']
  readonly world?: Omit<DatacentreOptions, 'guests' | 'link' | 'sender' | 'faults'>
  readonly seed?: Seed
  readonly until?: Time
  readonly ran?: (runs: number) => void
}

/**
 * What a simulated move came to. `ns`: until the VM runs at its new host and the old one is released (`switchedNs`: until it runs there, which post-copy does first and fetches its memory then), or until the migration was given up. `lostNs`: time in which the VM did not
 * run, downtime, stalls and throttling together; of a VM that is lost, all since its last sign. `bytes`: of memory, on the wire. `failed`: why the VM is not at its new host. `lost`: it is nowhere either: it cannot go on, or stands still and nobody knows whose it is.
 */
export type SimulatedMoveCost = FleetMoveCost & Required<Pick<FleetMoveCost, 'lostNs' | 'joules'>> & { readonly switchedNs?: Time }

/**
 * What moving a VM costs, by moving it: the pages that a pipeline sends while the VM goes on writing, and not its memory divided by a bandwidth. Runs when it is first asked for a size and load, and remembers. Pure: the same cost for the same VM, load and seed.
 *
 *     fleetDay({ ...day, moveCost: simulatedMove({ pipeline: precopy(), link: link({ gigabitsPerSecond: 1 }) }) })
 *
 * Laws: `a cost is finite for every VM`, `downtimeNs <= lostNs`; rounded up, the guest that moves writes no slower than the VM, and takes no less time and bytes: of 311 moves under Sandpiper 0.8 % more. Its downtime, which falls with each further round, may be less (70 of them, by a round's; 3.6 % more in
 * all). Errors: `RangeError` naming the option. Cost: of processor time, 5 ms a run of pre-copy for 613 MiB, 10 for 1.7 GiB and 20 for 8 GiB, of post-copy 120 and 250 (`npm run bench -- moves`); at most 21 runs for each size of VM, part of the link and twentieth of it that its own network takes.
 */
export const simulatedMove = (options: SimulatedMoveOptions): ((vm: FleetVm, load: FleetMoveLoad) => SimulatedMoveCost) => {
  const { pipeline, link, guestOf = serverGuest(), step = 0.05, joules = moveJoules, faults = [], sender, world } = options
  const { seed = 1, until = seconds(86_400), ran = () => {} } = options
  const alike = options.alike ?? (options.guestOf === undefined ? () => '' : ({ name }) => name)
  if (!(step >= 0 && step <= 1)) throw new RangeError(`simulatedMove: step must be from 0 to 1 (got ${step})`)
  const known = new Map<string, SimulatedMoveCost>()
  return (vm, { mips, network, memoryBytes, parallel }) => {
    if (!(parallel >= 1)) throw new RangeError(`simulatedMove: parallel must be at least 1 (got ${parallel})`)
    const share = Number.isFinite(parallel) ? parallel : 1
    const load = { mips: up(mips, vm.mips * step), network: up(network, link.bytesPerSecond * step), memoryBytes, parallel: share }
    const struck = typeof faults === 'function' ? faults(vm) : faults
    const key = JSON.stringify([alike(vm), vm.mips, vm.cores, load, struck])
    const before = known.get(key)
    if (before !== undefined) return before
    const cost = moved(pipeline, { seed, until }, joules, {
      fidelity: 'marks',
      ...world,
      guests: { vm: guestOf(vm, load) },
      link: partOf(link, load),
      sender,
      faults: struck
    })
    known.set(key, cost)
    ran(known.size)
    return cost
  }
}

/** The next multiple of a step from a value on; what is a multiple but for rounding is one. */
const up = (value: number, step: number): number => (step > 0 ? Math.ceil(value / step - 1e-9) * step : value)

/** A move's part of a link, and what of the VM's own traffic shares it. */
const partOf = (whole: Link, { network, parallel }: FleetMoveLoad): Link =>
  linkOf({
    ...whole,
    bytesPerSecond: whole.bytesPerSecond / parallel,
    applicationBytesPerSecond: (whole.applicationBytesPerSecond + network) / parallel
  })

const moved = (
  pipeline: Pipeline,
  limits: { readonly seed: Seed; readonly until: Time },
  joules: (bytes: number) => number,
  world: DatacentreOptions
): SimulatedMoveCost => {
  let cost: SimulatedMoveCost | undefined
  let bug: { readonly error: unknown } | undefined
  run(pipeline, datacentre(world), limits)
    .pipe(folded(moveCost(joules)))
    .subscribe({
      next: (one) => {
        cost = one
      },
      error: (error: unknown) => {
        bug = { error }
      }
    })
  if (bug !== undefined) throw bug.error
  return cost!
}

type Measured = {
  readonly ended: Outcome | undefined
  readonly passed: Milestones
  readonly ns: Time | undefined
  readonly downtimeNs: Time
  readonly progress: GuestProgress | undefined
  readonly bytes: number
}

const moveCost = (joules: (bytes: number) => number): Fold<Entry, SimulatedMoveCost> =>
  mapFold(({ ended, passed: { started = 0, switched }, ns = 0, downtimeNs, progress, bytes }: Measured) => {
    const failure = failureOf(ended, switched !== undefined)
    return {
      ns,
      ...(switched === undefined ? {} : { switchedNs: switched - started }),
      downtimeNs,
      lostNs: progress === undefined ? downtimeNs : Math.max(downtimeNs, (failure.lost ? ns : progress.elapsedNs) - progress.progressNs),
      bytes,
      joules: joules(bytes),
      ...failure
    }
  })(
    combine({ ended: outcome, passed: milestones, ns: totalTime, downtimeNs: downtime, progress: guestProgress(), bytes: bytesTransferred })
  )

/** Why it is not at its new host, if it is not; where a limit ended a run after the switch, it is. */
const failureOf = (ended: Outcome | undefined, switched: boolean): Pick<SimulatedMoveCost, 'failed' | 'lost'> => {
  if (ended === undefined || ended.type === 'completed') return {}
  if (ended.type === 'limited') return switched ? {} : { failed: `not within ${ended.limit}` }
  return ended.type === 'aborted' ? { failed: ended.reason } : { failed: ended.reason, lost: true }
}
