import { settle } from '../guest/dependency'
import { deviceState } from '../guest/device'
import type { Guest } from '../guest/guest'
import { type HostCosts, hostCosts, laneRate } from '../guest/hostCosts'
import { fairShares } from '../network/fairShares'
import type { Link } from '../network/link'
import { wireBytes } from '../network/link'
import type { Time } from '../time/time'
import { type DiskBound, diskBound } from './diskBound'
import { usualIntervalNs } from './timeBounded'

/**
 * What a time-bounded migration is computed from: what moves, over which link, between which hosts (default: such that cost nothing), and how often it looks at the log (default
 * 3 s; `null` for TLM.1S). `redirectNs` as the world has it. `otherFlows`: flows that share the link besides this migration's and the applications' (default none). `disk`: what the rules
 * by which a disk comes along leave to the guest (see `DiskBound`; default: those of `DiskRules`); without meaning where no disk must move.
 */
export type TimeBoundOptions = {
  readonly guest: Pick<Guest, 'pages' | 'pageBytes' | 'contextBytes' | 'dependencies' | 'devices' | 'workload' | 'disk'>
  readonly link: Link
  readonly source?: Partial<HostCosts>
  readonly target?: Partial<HostCosts>
  readonly intervalNs?: Time | null
  readonly redirectNs?: Time
  readonly otherFlows?: number
  readonly disk?: DiskBound
}

/**
 * The longest that the guest is migrated live, that it stands still, and both together, in nanoseconds; and the rates in bytes per second they are computed from. `unbounded`: why there is no
 * such time; live and in all are then `Infinity`.
 */
export type TimeBound = {
  readonly liveNs: Time
  readonly downNs: Time
  readonly totalNs: Time
  /** What the link and the hosts leave mtx while dtx sends too, and what they leave stage 3. */
  readonly mtxBytesPerSecond: number
  readonly stage3BytesPerSecond: number
  /** Where a disk must move: what they leave it while it is mirrored, and in how many rounds that is at most before the guest stands still. */
  readonly disk?: { readonly bytesPerSecond: number; readonly rounds: number }
  readonly unbounded?: string
}

/**
 * The bound of a time-bounded migration, known before it begins: it does not depend on what the guest writes (Chanchio & Thaenkaew, CCGrid 2014; our arithmetic).
 *
 *     live  <=  memory / mtx's share of the link  +  one interval, since it ends at the next update  +  the updates' own time and the suspension
 *     down  <=  memory / what stage 3 gets        +  the switch
 *
 * A disk that must move adds to both, and what it sends beside the memory takes its part of the link:
 *
 *     live  <=  ... + its mirror's rounds, ahead of the memory (beside it: the longer of the two)  +  a round under way when the memory is done
 *     down  <=  ... + all its blocks / what the drain gets
 *
 * Each round sends all of its blocks at most, whatever the guest writes; rules that do not limit the rounds leave their number to the guest, and then there is no bound (`unbounded`).
 *
 * mtx's share is what max-min fairness guarantees it beside dtx, a disk's lane, the applications' traffic and `otherFlows`, and no more than its thread and its receiver can do. Of a
 * memory with zero pages it is as true and less tight. A link that breaks, and a lane that stands still, are not in it. Law `no run takes longer`.
 */
export const timeBound = (options: TimeBoundOptions): TimeBound => {
  const { guest, link, intervalNs = usualIntervalNs, redirectNs = 0, otherFlows = 0 } = options
  if (!Number.isInteger(otherFlows) || otherFlows < 0)
    throw new RangeError(`timeBound: otherFlows must be an integer from 0 on (got ${otherFlows})`)
  if (intervalNs !== null && !(Number.isSafeInteger(intervalNs) && intervalNs > 0))
    throw new RangeError(`timeBound: intervalNs must be an integer above 0, or null (got ${intervalNs})`)
  const costs = { source: hostCosts(options.source), target: hostCosts(options.target) }
  const pageWire = wireBytes(link, guest.pageBytes, false)
  const lane = laneRate(costs, { pages: 1, zeros: 0, fresh: 1, touched: 1, bytes: pageWire, busyCores: guest.workload.vcpus })
  const others = [link.applicationBytesPerSecond, ...Array.from({ length: otherFlows }, () => Number.POSITIVE_INFINITY)]
  const share = (own: number, of = lane, beside: readonly number[] = []): number =>
    fairShares({ capacity: link.bytesPerSecond, demands: [...Array.from({ length: own }, () => of), ...beside, ...others] })[0]
  const senders = intervalNs === null ? 1 : 2
  const disk = diskBound({ disk: guest.disk, rules: options.disk, link, memory: Array.from({ length: senders }, () => lane), share })
  const mtx = share(senders, lane, disk?.beside)
  const stage3 = share(1)
  const memory = guest.pages * pageWire
  // A sum of times is rounded up once for every page at most.
  const rounding = guest.pages
  const walk = ns(memory, mtx) + rounding
  const { syncNs } = costs.source
  const trip = 2 * link.latencyNs
  const live = intervalNs === null ? walk + syncNs : Math.ceil(walk / intervalNs) * (intervalNs + ns(pageWire, mtx) + 2 + syncNs)
  const { movedBytes, reboundNs } = settle(guest.dependencies)
  const state = deviceState(guest.devices)
  const down =
    (disk?.drainNs ?? 0) +
    syncNs +
    ns(memory, stage3) +
    rounding +
    ns(guest.contextBytes + movedBytes + state.bytes, share(1)) +
    state.saveNs +
    state.loadNs +
    2 * trip +
    link.latencyNs +
    reboundNs +
    costs.target.resumeNs
  // Until it stands still: a guest that is being suspended is still live.
  const liveNs = 3 * trip + (disk === undefined ? live : disk.liveNs(live)) + costs.source.suspendNs
  return {
    liveNs,
    downNs: down,
    totalNs: liveNs + down + link.latencyNs + redirectNs,
    mtxBytesPerSecond: mtx,
    stage3BytesPerSecond: stage3,
    ...(disk === undefined ? {} : { disk: { bytesPerSecond: disk.bytesPerSecond, rounds: disk.rounds } }),
    ...(disk?.unbounded === undefined ? {} : { unbounded: disk.unbounded })
  }
}

const ns = (bytes: number, bytesPerSecond: number): Time => Math.ceil((bytes * 1e9) / bytesPerSecond)
