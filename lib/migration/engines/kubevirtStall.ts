import * as O from 'fp-ts/lib/Option'
import { milliseconds, seconds } from '../../time/time'
import type { PushRules } from '../push'
import { type Recollection, recalled } from '../recollection'
import { bandwidthOf, type Pushed } from '../round'
import { or, type StopRule } from '../stopRule'
import { elapsedBeyond, kubevirtTimeoutNs } from './kubevirtTimeout'
import { qemuThreshold } from './qemuThreshold'
import { type IterationRecord, isAtMinimum, noStall, type Stall, type StallOptions, stallStep } from './stallDetector'

/** KubeVirt's tunables; times in nanoseconds. `allowWorkloadDisruption`: a guest whose migration stalls is stopped, whatever it costs. */
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
}

/**
 * KubeVirt's stall detector, as a policy over QEMU (pkg/virt-launcher/virtwrap, d923fdb815, behind a feature gate of v1.9.0). QEMU's downtime limit is 300 ms. When the
 * migration has stalled (see `stallStep`) and little enough is left, the estimated downtime decides: within the greatest allowed, or 1.5 times that, QEMU's limit is set to
 * the greatest allowed and has a minute to be met; beyond, the migration is aborted, as it is after the completion time-out. Defaults: margin 4 %, window 40 s, EWMA 0.4,
 * decay of patience 0.5, 150 s a GiB, twice that as the last deadline, 900 ms.
 *
 * KubeVirt samples the bandwidth every 400 ms, these rules once a round; a switch to post-copy, which it may be allowed, is not here. Throws `RangeError` on an EWMA outside of 0
 * (exclusive) to 1, a margin outside of 0 to 1, or anything else below 0.
 */
export const kubevirtStall = (options: KubevirtStallOptions = {}): PushRules => {
  const tuned = checked(options)
  const watch = watching(tuned)
  const limit = { none: Math.min(milliseconds(300), tuned.maxDowntimeNs), soft: tuned.maxDowntimeNs, hard: seconds(2000), abort: 0 }
  const aborted: StopRule = (pushed) => {
    const { action, estimatedMs } = recalled(watch, pushed)
    return action === 'abort' ? O.some(`stalled, with an estimated downtime of ${estimatedMs} ms`) : O.none
  }
  return {
    until: qemuThreshold((pushed) => limit[recalled(watch, pushed).action]),
    giveUp: or(
      aborted,
      elapsedBeyond((pushed) => {
        const { switchBySeconds } = recalled(watch, pushed)
        return switchBySeconds === null ? kubevirtTimeoutNs(tuned.completionPerGibNs)(pushed) : switchBySeconds * 1e9
      })
    ),
    notes: [watch]
  }
}

/** What was decided, once: nothing yet; to raise QEMU's limit to the greatest allowed, or to stop at once; to abort. */
type Action = 'none' | 'soft' | 'hard' | 'abort'

type Watch = {
  readonly stall: Stall
  readonly bandwidth: number
  readonly action: Action
  readonly estimatedMs: number
  readonly switchBySeconds: number | null
}

const watching = (tuned: Required<KubevirtStallOptions>): Recollection<Watch> => ({
  name: 'stall',
  start: { stall: noStall, bandwidth: 0, action: 'none', estimatedMs: 0, switchBySeconds: null },
  step: (before, pushed) => {
    const bandwidth = smoothed(before.bandwidth, bandwidthOf(pushed.last), tuned.ewma)
    if (before.action !== 'none' || bandwidth === 0) return { ...before, bandwidth }
    const record = recordOf(pushed)
    const stall = stallStep(stallOptions(tuned), before.stall, record)
    const estimatedMs = Math.floor((record.remainingBytes * 1000) / bandwidth)
    const elapsedSeconds = Math.floor(record.elapsedMs / 1000)
    const completionSeconds = kubevirtTimeoutNs(tuned.completionPerGibNs)(pushed) / 1e9
    const inTime = estimatedMs <= (Math.floor(completionSeconds * tuned.completionFactor) - elapsedSeconds) * 1000
    const timedOut = tuned.allowWorkloadDisruption && elapsedSeconds > completionSeconds
    const action = !inTime ? 'none' : isAtMinimum(tuned.margin, stall, record) ? decided(tuned, estimatedMs) : timedOut ? 'hard' : 'none'
    const switchBySeconds = action === 'soft' || action === 'hard' ? elapsedSeconds + tuned.switchoverNs / 1e9 : null
    return { stall, bandwidth, action, estimatedMs, switchBySeconds }
  }
})

const decided = (
  { allowWorkloadDisruption, maxDowntimeNs, precopyPossible }: Required<KubevirtStallOptions>,
  estimatedMs: number
): Action => (allowWorkloadDisruption ? 'hard' : estimatedMs * 1e6 <= maxDowntimeNs * precopyPossible ? 'soft' : 'abort')

/** The bandwidth as an exponentially weighted mean; a round that sent nothing says nothing. */
const smoothed = (before: number, sample: number, ewma: number): number =>
  sample === 0 ? before : before === 0 ? sample : ewma * sample + (1 - ewma) * before

const recordOf = ({ startedAt, last, owed, guest }: Pushed): IterationRecord => ({
  elapsedMs: Math.floor((last.endedAt - startedAt) / 1e6),
  remainingBytes: owed.count * guest.pageBytes
})

const stallOptions = ({ margin, windowNs, patienceDecay }: Required<KubevirtStallOptions>): StallOptions => ({
  margin,
  windowMs: windowNs / 1e6,
  patienceDecay
})

const checked = (options: KubevirtStallOptions): Required<KubevirtStallOptions> => {
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
    ...options
  }
  if (!(tuned.ewma > 0 && tuned.ewma <= 1)) throw new RangeError(`kubevirtStall: ewma must be above 0 and at most 1 (got ${tuned.ewma})`)
  if (!(tuned.margin >= 0 && tuned.margin <= 1)) throw new RangeError(`kubevirtStall: margin must be from 0 to 1 (got ${tuned.margin})`)
  for (const [name, value] of Object.entries(tuned))
    if (typeof value === 'number' && !(value >= 0)) throw new RangeError(`kubevirtStall: ${name} must be at least 0 (got ${value})`)
  return tuned
}
