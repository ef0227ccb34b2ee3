import { milliseconds, seconds, type Time } from '../../time/time'
import type { PushRules } from '../push'
import { type Recollection, recalled } from '../recollection'
import type { Pushed } from '../round'
import { elapsedBeyond, kubevirtTimeoutNs } from './kubevirtTimeout'
import { qemuThreshold } from './qemuThreshold'

/** The ramp: where it begins and ends, in how many steps, from which iteration on and how far apart; times in nanoseconds. */
export type KubevirtRampOptions = {
  readonly initialNs?: number
  readonly maxDowntimeNs?: number
  readonly steps?: number
  readonly startAfterIteration?: number
  readonly cooldownNs?: number
  readonly completionPerGibNs?: number
}

/**
 * KubeVirt's downtime tuning (`tuneDowntime` of pkg/virt-launcher/virtwrap, from v1.9.0, behind its own feature gate): QEMU's downtime limit is set to 150 ms, and from
 * QEMU's third iteration on raised every 10 s by a seventh of the way to 1,050 ms, in whole milliseconds. QEMU goes by the limit in force; after the completion
 * time-out (150 s a GiB) the migration is aborted. KubeVirt looks every 400 ms, these rules at the end of each round.
 *
 * Throws `RangeError` unless steps is an integer above 0, the maximum at least the beginning, and the times at least 0.
 */
export const kubevirtRamp = (options: KubevirtRampOptions = {}): PushRules => {
  const { completionPerGibNs = seconds(150), ...given } = options
  const ramp = checked(given)
  const ready = readyAt(ramp)
  return {
    until: qemuThreshold((pushed) => limitAt(ramp, recalled(ready, pushed), pushed)),
    giveUp: elapsedBeyond(kubevirtTimeoutNs(completionPerGibNs)),
    notes: [ready]
  }
}

type Ramp = Required<Omit<KubevirtRampOptions, 'completionPerGibNs'>>

/** The limit after all the steps that were due by the end of the round. */
const limitAt = (ramp: Ramp, ready: Time | null, { startedAt, last }: Pushed): number => {
  const { initialNs, maxDowntimeNs, steps, cooldownNs } = ramp
  if (ready === null) return initialNs
  const first = Math.max(startedAt + cooldownNs, ready)
  if (last.endedAt < first) return initialNs
  const raised = cooldownNs === 0 ? steps + 1 : 1 + Math.floor((last.endedAt - first) / cooldownNs)
  const stepMs = Math.max(1, Math.floor((maxDowntimeNs - initialNs) / 1e6 / steps))
  return Math.min(maxDowntimeNs, initialNs + raised * stepMs * 1e6)
}

/** When QEMU entered the iteration from which on the limit may be raised: its dirty-sync count is one before round 1, and one more after each round. */
const readyAt = ({ startAfterIteration }: Ramp): Recollection<Time | null> => ({
  name: 'ramp',
  start: null,
  step: (before, { last }) => before ?? (last.round + 1 >= startAfterIteration ? last.endedAt : null)
})

const checked = (options: KubevirtRampOptions): Ramp => {
  const {
    initialNs = milliseconds(150),
    maxDowntimeNs = milliseconds(1050),
    steps = 7,
    startAfterIteration = 3,
    cooldownNs = seconds(10)
  } = options
  if (!(Number.isInteger(steps) && steps >= 1)) throw new RangeError(`kubevirtRamp: steps must be an integer above 0 (got ${steps})`)
  if (!(initialNs >= 0)) throw new RangeError(`kubevirtRamp: initialNs must be at least 0 (got ${initialNs})`)
  if (!(maxDowntimeNs >= initialNs))
    throw new RangeError(`kubevirtRamp: maxDowntimeNs must be at least ${initialNs} (got ${maxDowntimeNs})`)
  if (!(cooldownNs >= 0)) throw new RangeError(`kubevirtRamp: cooldownNs must be at least 0 (got ${cooldownNs})`)
  return { initialNs, maxDowntimeNs, steps, startAfterIteration, cooldownNs }
}
