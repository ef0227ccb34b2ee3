import { milliseconds, seconds } from '../../time/time'
import type { PushRules } from '../push'
import { downtimeWithin, elapsedAtLeast, or } from '../stopRule'

/** The downtime budget and the time-out, in nanoseconds, and what the time-out does: give up, or stop the guest whatever it costs. */
export type CloudHypervisorOptions = {
  readonly downtimeNs?: number
  readonly timeoutNs?: number
  readonly timeoutStrategy?: 'cancel' | 'ignore'
}

/**
 * Cloud Hypervisor (is_precopy_converged of vmm/src/lib.rs, ae44c2971): rounds without a cap until none is dirty or the rest fits into the budget at the bandwidth of
 * the last round; once the time-out has passed, the migration is cancelled, or the budget ignored. Defaults: 300 ms, an hour, cancel.
 *
 * Throws `RangeError` on times below 0.
 */
export const cloudHypervisor = (options: CloudHypervisorOptions = {}): PushRules => {
  const { downtimeNs = milliseconds(300), timeoutNs = seconds(3600), timeoutStrategy = 'cancel' } = options
  const fits = downtimeWithin(downtimeNs)
  const late = elapsedAtLeast(timeoutNs)
  return timeoutStrategy === 'cancel' ? { until: fits, giveUp: late } : { until: or(fits, late) }
}
