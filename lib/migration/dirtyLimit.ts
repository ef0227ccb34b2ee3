import type { Data } from '../protocol/data'
import { seconds } from '../time/time'
import { counted, type Period, type SyncThrottle, type VcpuLimit } from './syncThrottle'

/**
 * `bytesPerSecond`: what each virtual CPU may dirty, in whole MiB (`vcpu-dirty-limit`, default 1 MiB/s); `periodNs`: how often that is measured (`x-vcpu-dirty-limit-period`, default 1 s);
 * `ringPages`: entries of a virtual CPU's ring (`dirty-ring-size` of `-accel kvm`, 4,096 as QEMU's manual suggests: by default there is no ring, and no limit without one); `threshold` as of
 * auto-converge.
 */
export type DirtyLimitOptions = Partial<VcpuLimit> & { readonly threshold?: number }

/** Whether the limit is in force, and the period it counts by until then. */
type Limited = { readonly on: boolean; readonly period: Period }

/**
 * QEMU's capability `dirty-limit`: each virtual CPU sleeps when its dirty ring is full, as long as brings what it dirties to the limit (see `ringSleeps`); who reads does not. A
 * migration has it from 8.1 on: `migration_trigger_throttle` (migration/ram.c) sets it at the second strike, once, in place of auto-converge's first step. It is lifted with the switch
 * to the target, or when the migration is given up. 7.1 to 8.0 have the limit as a command alone (see `heldTo`).
 *
 * Throws `RangeError` unless the limit is at least 1 MiB/s, the ring a power of two from 1,024 to 65,536, the period an integer above 0 and the threshold above 0.
 */
export const dirtyLimit = (options: DirtyLimitOptions = {}): SyncThrottle<Limited & Data> => {
  const { threshold = 0.5, ...given } = options
  const limit = limitOf('dirtyLimit', { bytesPerSecond: 2 ** 20, ...given })
  if (!(threshold > 0)) throw new RangeError(`dirtyLimit: threshold must be above 0 (got ${threshold})`)
  return {
    name: 'dirty-limit',
    start: { on: false, period: null },
    next: ({ on, period }, seen) => {
      if (on) return [0, { on, period }]
      const [excess, next] = counted(period, seen, threshold)
      return [0, { on: excess !== undefined, period: next }]
    },
    limit: ({ on }) => (on ? limit : undefined)
  }
}

/**
 * The same throttle, each virtual CPU being held to what it may dirty from the beginning on, as after the command `set-vcpu-dirty-limit` of QEMU 7.1 and later: it has no default, its rate
 * is measured once a second, and auto-converge may be on beside it. Throws what `dirtyLimit` does.
 */
export const heldTo = (
  of: Pick<VcpuLimit, 'bytesPerSecond'> & Partial<VcpuLimit>
): (<S extends Data>(throttle: SyncThrottle<S>) => SyncThrottle<S>) => {
  const limit = limitOf('heldTo', of)
  return (throttle) => ({ ...throttle, name: `${throttle.name} under a dirty limit`, limit: () => limit })
}

const limitOf = (caller: string, of: Pick<VcpuLimit, 'bytesPerSecond'> & Partial<VcpuLimit>): VcpuLimit => {
  const { bytesPerSecond, ringPages = 4096, periodNs = seconds(1) } = of
  if (!(bytesPerSecond >= 2 ** 20 && bytesPerSecond < Number.POSITIVE_INFINITY))
    throw new RangeError(`${caller}: bytesPerSecond must be at least 1048576, 1 MiB/s, and finite (got ${bytesPerSecond})`)
  if (!(ringPages >= 1024 && ringPages <= 65_536 && (ringPages & (ringPages - 1)) === 0))
    throw new RangeError(`${caller}: ringPages must be a power of two from 1024 to 65536 (got ${ringPages})`)
  if (!(Number.isSafeInteger(periodNs) && periodNs > 0))
    throw new RangeError(`${caller}: periodNs must be an integer above 0 (got ${periodNs})`)
  return { bytesPerSecond, ringPages, periodNs }
}
