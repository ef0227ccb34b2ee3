import { milliseconds, seconds, type Time } from '../../time/time'
import type { Look, LookRule, Verdict } from '../looks'
import { kubevirtTimeoutNs, looksEveryNs, qemuMostDowntimeNs, timedOut } from './kubevirtTimeout'

/**
 * The ramp: where it begins and ends, in how many steps, from which iteration on and how far apart; times in nanoseconds. `progressTimeoutNs`: how long nothing less may remain at any look
 * (default 150 s). `allowWorkloadDisruption`: at the completion time-out the guest is stopped instead of the migration aborted; `allowPostcopy`: then, it switches to post-copy (default: neither).
 */
export type KubevirtRampOptions = {
  readonly initialNs?: number
  readonly maxDowntimeNs?: number
  readonly steps?: number
  readonly startAfterIteration?: number
  readonly cooldownNs?: number
  readonly completionPerGibNs?: number
  readonly progressTimeoutNs?: number
  readonly allowWorkloadDisruption?: boolean
  readonly allowPostcopy?: boolean
}

/**
 * KubeVirt's downtime tuning and the older way in which it gives up (`tuneDowntime` and `handleLegacyConvergence` of pkg/virt-launcher/virtwrap, from v1.9.0, behind its own feature
 * gate), looked at every 400 ms: QEMU's downtime limit is set to 150 ms at the first look, and from QEMU's third iteration on raised every 10 s by a seventh of the way to
 * 1,050 ms, in whole milliseconds. After the completion time-out (150 s a GiB), or when for 150 s no look has found less left than the one before it, the migration is aborted. Where
 * KubeVirt suspends a guest that may be disrupted, QEMU's limit is raised to its greatest here, as KubeVirt does itself where the guest has a device of its own (VFIO).
 *
 * Throws `RangeError` unless steps is an integer above 0, the maximum at least the beginning, and the times at least 0.
 */
export const kubevirtRamp = (options: KubevirtRampOptions = {}): LookRule<Ramped> => {
  const ramp = checked(options)
  return {
    name: 'kubevirt ramp',
    everyNs: looksEveryNs,
    start: { limitNs: 0, tunedAt: null, progressAt: 0, remainingBytes: null, assisted: false },
    look: (before, look) => {
      const { limitNs, tunedAt } = tuned(ramp, before, look)
      const { remainingBytes, elapsedNs } = look
      const isLess = before.remainingBytes === null || remainingBytes < before.remainingBytes
      const progressAt = isLess ? elapsedNs : before.progressAt
      return ended(ramp, { limitNs, tunedAt, progressAt, remainingBytes, assisted: before.assisted }, look)
    }
  }
}

/** When the limit was last set, in time since the push began; when less was left than at the look before, and how much; whether the guest has been made to stand still. */
type Ramped = {
  readonly limitNs: Time
  readonly tunedAt: Time | null
  readonly progressAt: Time
  readonly remainingBytes: number | null
  readonly assisted: boolean
}

type Ramp = Required<KubevirtRampOptions>

const tuned = (ramp: Ramp, { limitNs, tunedAt }: Ramped, { elapsedNs, syncs }: Look): Pick<Ramped, 'limitNs' | 'tunedAt'> => {
  const { initialNs, maxDowntimeNs, steps, startAfterIteration, cooldownNs } = ramp
  if (tunedAt === null) return { limitNs: initialNs, tunedAt: elapsedNs }
  if (syncs < startAfterIteration || elapsedNs - tunedAt < cooldownNs) return { limitNs, tunedAt }
  const stepMs = Math.max(1, Math.floor((maxDowntimeNs - initialNs) / 1e6 / steps))
  const raised = Math.min(maxDowntimeNs, limitNs + stepMs * 1e6)
  return raised <= limitNs ? { limitNs, tunedAt } : { limitNs: raised, tunedAt: elapsedNs }
}

const ended = (ramp: Ramp, after: Ramped, { elapsedNs, guest }: Look): readonly [Verdict, Ramped] => {
  const { completionPerGibNs, progressTimeoutNs, allowWorkloadDisruption, allowPostcopy } = ramp
  const completionNs = kubevirtTimeoutNs(completionPerGibNs)({ guest }) * (after.assisted ? 2 : 1)
  const late = timedOut(elapsedNs, completionNs)
  if (late !== undefined && allowWorkloadDisruption && !after.assisted)
    return allowPostcopy ? [{ postcopy: true }, after] : [{ downtimeLimitNs: qemuMostDowntimeNs }, { ...after, assisted: true }]
  const stuckNs = Math.floor((elapsedNs - after.progressAt) / 1e9) * 1e9
  const giveUp = stuckNs > progressTimeoutNs ? `stuck for ${stuckNs / 1e9} s` : late
  return [{ ...(after.assisted ? {} : { downtimeLimitNs: after.limitNs }), ...(giveUp === undefined ? {} : { giveUp }) }, after]
}

const checked = (options: KubevirtRampOptions): Ramp => {
  const ramp = {
    initialNs: milliseconds(150),
    maxDowntimeNs: milliseconds(1050),
    steps: 7,
    startAfterIteration: 3,
    cooldownNs: seconds(10),
    completionPerGibNs: seconds(150),
    progressTimeoutNs: seconds(150),
    allowWorkloadDisruption: false,
    allowPostcopy: false,
    ...options
  }
  const { initialNs, maxDowntimeNs, steps } = ramp
  if (!(Number.isInteger(steps) && steps >= 1)) throw new RangeError(`kubevirtRamp: steps must be an integer above 0 (got ${steps})`)
  if (!(initialNs >= 0)) throw new RangeError(`kubevirtRamp: initialNs must be at least 0 (got ${initialNs})`)
  if (!(maxDowntimeNs >= initialNs))
    throw new RangeError(`kubevirtRamp: maxDowntimeNs must be at least ${initialNs} (got ${maxDowntimeNs})`)
  for (const name of ['cooldownNs', 'completionPerGibNs', 'progressTimeoutNs'] as const)
    if (!(ramp[name] >= 0)) throw new RangeError(`kubevirtRamp: ${name} must be at least 0 (got ${ramp[name]})`)
  return ramp
}
