import { milliseconds, seconds } from '../../time/time'
import type { Look, LookRule } from '../looks'
import { kubevirtTimeoutNs, looksEveryNs, qemuMostDowntimeNs, timedOut } from './kubevirtTimeout'
import { type IterationRecord, isAtMinimum, noStall, type Stall, type StallOptions, stallStep } from './stallDetector'

/**
 * KubeVirt's tunables; times in nanoseconds. `allowWorkloadDisruption`: a guest whose migration stalls is stopped, whatever it costs; `allowPostcopy`: it switches to post-copy then (default:
 * neither).
 */
export type KubevirtStallOptions = {
  readonly margin?: number
  readonly windowNs?: number
  readonly switchoverNs?: number
  readonly ewma?: number
  readonly precopyPossible?: number
  readonly patienceDecay?: number
  readonly completionPerGibNs?: number
  readonly completionFactor?: number
  readonly maxDowntimeNs?: number
  readonly allowWorkloadDisruption?: boolean
  readonly allowPostcopy?: boolean
}

/**
 * KubeVirt's stall detector, as a policy over QEMU (`handleStallDetection` of pkg/virt-launcher/virtwrap, d923fdb815, behind a feature gate of v1.9.0; the other of its two ways, see
 * `kubevirtRamp`). It looks 400 ms after it last did, then at QEMU's bandwidth and the time, and whenever QEMU begins an iteration, then at what is left. QEMU's downtime limit is 300 ms. When the
 * migration has stalled (see `stallStep`) and little enough is left, the estimated downtime decides: within the greatest allowed, or 1.5 times that, QEMU's limit is set to
 * the greatest allowed and has a minute to be met; beyond, the migration is aborted, as it is after the completion time-out. Defaults: margin 4 %, window 40 s, EWMA 0.4,
 * decay of patience 0.5, 150 s a GiB, twice that as the last deadline, 900 ms.
 *
 * Throws `RangeError` on an EWMA outside of 0 (exclusive) to 1, a margin outside of 0 to 1, or anything else below 0.
 */
export const kubevirtStall = (options: KubevirtStallOptions = {}): LookRule<Watch> => {
  const tuned = checked(options)
  return {
    name: 'kubevirt stall',
    everyNs: looksEveryNs,
    atSyncs: true,
    start: { stall: noStall, bandwidth: 0, action: 'none', record: null, switchBySeconds: null },
    look: (before, look) => {
      const seen = look.synced
        ? stalledAt(tuned, before, look)
        : { ...before, bandwidth: smoothed(before.bandwidth, look.bytesPerSecond, tuned.ewma) }
      if (seen.action === 'abort') return [{ giveUp: `stalled, with an estimated downtime of ${estimatedMs(seen)} ms` }, seen]
      const after = timedOutAt(tuned, seen, look)
      if (typeof after === 'string') return [{ giveUp: after }, seen]
      return after.action === 'postcopy' ? [{ postcopy: true }, after] : [{ downtimeLimitNs: limitNs(tuned, after.action) }, after]
    }
  }
}

/** What was decided, once: nothing yet; to raise QEMU's limit to the greatest allowed, to stop at once, or to switch to post-copy; to abort. */
type Action = 'none' | 'soft' | 'hard' | 'postcopy' | 'abort'

type Watch = {
  readonly stall: Stall
  readonly bandwidth: number
  readonly action: Action
  readonly record: IterationRecord | null
  readonly switchBySeconds: number | null
}

type Tuned = Required<KubevirtStallOptions>

const limitNs = ({ maxDowntimeNs }: Tuned, action: Action): number =>
  action === 'hard' ? qemuMostDowntimeNs : action === 'soft' ? maxDowntimeNs : Math.min(milliseconds(300), maxDowntimeNs)

/** An iteration begins. */
const stalledAt = (tuned: Tuned, before: Watch, look: Look): Watch => {
  const record = { elapsedMs: Math.floor(look.elapsedNs / 1e6), remainingBytes: look.remainingBytes }
  if (before.action !== 'none' || before.bandwidth === 0) return { ...before, record }
  const stall = stallStep(stallOptions(tuned), before.stall, record)
  const seen = { ...before, stall, record }
  return isInTime(tuned, seen, look) && isAtMinimum(tuned.margin, stall, record)
    ? acting(tuned, seen, look, decided(tuned, estimatedMs(seen)))
    : seen
}

/** The time is over: a guest that may be disrupted is stopped, if that can still be in time; what else has not been switched by its deadline is given up, and why. */
const timedOutAt = (tuned: Tuned, seen: Watch, look: Look): Watch | string => {
  const deadlineNs = seen.switchBySeconds === null ? kubevirtTimeoutNs(tuned.completionPerGibNs)(look) : seen.switchBySeconds * 1e9
  const late = timedOut(look.elapsedNs, deadlineNs)
  if (late === undefined) return seen
  const may = tuned.allowPostcopy ? 'postcopy' : tuned.allowWorkloadDisruption ? 'hard' : undefined
  return seen.action === 'none' && seen.bandwidth > 0 && may !== undefined && isInTime(tuned, seen, look)
    ? acting(tuned, seen, look, may)
    : late
}

const acting = ({ switchoverNs }: Tuned, seen: Watch, { elapsedNs }: Look, action: Action): Watch => ({
  ...seen,
  action,
  switchBySeconds: action === 'soft' || action === 'hard' ? Math.floor(elapsedNs / 1e9) + switchoverNs / 1e9 : null
})

/** Whether what is left could be sent by the last deadline, in whole seconds. */
const isInTime = ({ completionPerGibNs, completionFactor }: Tuned, seen: Watch, look: Look): boolean => {
  const completionSeconds = kubevirtTimeoutNs(completionPerGibNs)(look) / 1e9
  return estimatedMs(seen) <= (Math.floor(completionSeconds * completionFactor) - Math.floor(look.elapsedNs / 1e9)) * 1000
}

const estimatedMs = ({ record, bandwidth }: Watch): number => (record === null ? 0 : Math.floor((record.remainingBytes * 1000) / bandwidth))

const decided = ({ allowWorkloadDisruption, allowPostcopy, maxDowntimeNs, precopyPossible }: Tuned, estimatedMs: number): Action =>
  allowPostcopy ? 'postcopy' : allowWorkloadDisruption ? 'hard' : estimatedMs * 1e6 <= maxDowntimeNs * precopyPossible ? 'soft' : 'abort'

/** The bandwidth as an exponentially weighted mean; a window that sent nothing, or none yet, says nothing. */
const smoothed = (before: number, sample: number, ewma: number): number =>
  sample === 0 ? before : before === 0 ? sample : ewma * sample + (1 - ewma) * before

const stallOptions = ({ margin, windowNs, patienceDecay }: Tuned): StallOptions => ({
  margin,
  windowMs: windowNs / 1e6,
  patienceDecay
})

const checked = (options: KubevirtStallOptions): Tuned => {
  const tuned = {
    margin: 0.04,
    windowNs: seconds(40),
    switchoverNs: seconds(60),
    ewma: 0.4,
    precopyPossible: 1.5,
    patienceDecay: 0.5,
    completionPerGibNs: seconds(150),
    completionFactor: 2,
    maxDowntimeNs: milliseconds(900),
    allowWorkloadDisruption: false,
    allowPostcopy: false,
    ...options
  }
  if (!(tuned.ewma > 0 && tuned.ewma <= 1)) throw new RangeError(`kubevirtStall: ewma must be above 0 and at most 1 (got ${tuned.ewma})`)
  if (!(tuned.margin >= 0 && tuned.margin <= 1)) throw new RangeError(`kubevirtStall: margin must be from 0 to 1 (got ${tuned.margin})`)
  for (const [name, value] of Object.entries(tuned))
    if (typeof value === 'number' && !(value >= 0)) throw new RangeError(`kubevirtStall: ${name} must be at least 0 (got ${value})`)
  return tuned
}
