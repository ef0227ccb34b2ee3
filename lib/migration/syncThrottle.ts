import type { Data } from '../protocol/data'
import type { Time } from '../time/time'

/**
 * What a throttle by syncs is told at each dirty-log sync: when, how many there have been, the bytes sent since the push began, the pages that the sync added to those
 * that are owed (one that was owed already is not new), and what is taken from the guest now.
 */
export type SyncSeen = {
  readonly at: Time
  readonly syncs: number
  readonly bytes: number
  readonly newlyDirty: number
  readonly pageBytes: number
  readonly throttle: number
}

/**
 * A throttle that decides at dirty-log syncs and remembers what it needs: `next` gives the fraction of the guest's time to take from now on and the state to ask it with
 * next time. All it remembers is data.
 */
export type SyncThrottle<S extends Data = Data> = {
  readonly name: string
  readonly start: S
  next(state: S, seen: SyncSeen): readonly [fraction: number, state: S]
}

/** Never takes anything. */
export const noSyncThrottle: SyncThrottle<null> = { name: 'none', start: null, next: () => [0, null] }

/** A period: since when, bytes sent until then, pages dirtied in it, and how often it was found too much. `null` before the first sync. */
type Period = { readonly since: Time; readonly bytes: number; readonly dirtied: number; readonly strikes: number } | null

/** What a period came to that was too much for the second time. */
type Excess = { readonly dirtiedBytes: number; readonly allowedBytes: number; readonly ns: Time }

/**
 * Counts periods of more than a second between syncs (`migration_bitmap_sync`, QEMU, migration/ram.c), and strikes: periods in which the guest dirtied more than `threshold`
 * times the bytes sent. The second strike acts and clears them; a good period between two strikes does not (`migration_trigger_throttle`; so in 7.2 and 10.2).
 */
const counted = (
  state: Period,
  { at, bytes, newlyDirty, pageBytes }: SyncSeen,
  threshold: number
): readonly [Excess | undefined, Period] => {
  if (state === null) return [undefined, { since: at, bytes: 0, dirtied: newlyDirty, strikes: 0 }]
  const dirtied = state.dirtied + newlyDirty
  // Whole milliseconds, as QEMU's clock gives them.
  if (Math.floor(at / 1e6) <= Math.floor(state.since / 1e6) + 1000) return [undefined, { ...state, dirtied }]
  const dirtiedBytes = dirtied * pageBytes
  const allowedBytes = (bytes - state.bytes) * threshold
  const strikes = state.strikes + (dirtiedBytes > allowedBytes ? 1 : 0)
  const next = { since: at, bytes, dirtied: 0, strikes: strikes >= 2 ? 0 : strikes }
  return [strikes >= 2 ? { dirtiedBytes, allowedBytes, ns: at - state.since } : undefined, next]
}

/**
 * QEMU's parameters of auto-converge, as fractions: `initial` (`cpu-throttle-initial`, default 0.2), `increment` (`cpu-throttle-increment`, 0.1), `max`
 * (`max-cpu-throttle`, 0.99), `threshold` (`throttle-trigger-threshold`, 0.5), `tailslow` (`cpu-throttle-tailslow`, false): no further step than brings the dirty rate to the threshold.
 */
export type SyncAutoConvergeOptions = {
  readonly initial?: number
  readonly increment?: number
  readonly max?: number
  readonly threshold?: number
  readonly tailslow?: boolean
}

/**
 * QEMU's auto-converge (`mig_throttle_guest_down`, migration/ram.c, alike in 7.2 and 10.2): at every second strike it takes `initial`, then `increment` more. Nothing is given back.
 * Throws `RangeError` unless 0 < initial <= max <= 0.99, increment >= 0 and threshold > 0.
 */
export const syncAutoConverge = (options: SyncAutoConvergeOptions = {}): SyncThrottle<Period> => {
  const { initial = 0.2, increment = 0.1, max = 0.99, threshold = 0.5, tailslow = false } = options
  within('syncAutoConverge', 'max', max, 0, 0.99)
  within('syncAutoConverge', 'initial', initial, 0, max)
  if (!(increment >= 0)) throw new RangeError(`syncAutoConverge: increment must be at least 0 (got ${increment})`)
  if (!(threshold > 0)) throw new RangeError(`syncAutoConverge: threshold must be above 0 (got ${threshold})`)
  return {
    name: 'auto-converge',
    start: null,
    next: (state, seen) => {
      const [excess, next] = counted(state, seen, threshold)
      const { throttle } = seen
      if (excess === undefined) return [throttle, next]
      if (throttle === 0) return [initial, next]
      const running = 1 - throttle
      const ideal = running * (1 - excess.allowedBytes / excess.dirtiedBytes)
      return [rounded(Math.min(max, throttle + (tailslow ? Math.min(ideal, increment) : increment))), next]
    }
  }
}

/**
 * `bytesPerSecond`: what the guest's virtual CPUs may dirty (`vcpu-dirty-limit`, default 1 MB/s, taken as MiB); `toleranceBytesPerSecond` (default 25 MiB/s,
 * DIRTYLIMIT_TOLERANCE_RANGE): no step where it is as near as that; `threshold` as of auto-converge.
 */
export type DirtyLimitOptions = { readonly bytesPerSecond?: number; readonly toleranceBytesPerSecond?: number; readonly threshold?: number }

/** Whether the limit is on, and the period it counts by. */
type Limited = { readonly on: boolean; readonly period: Period }

/**
 * QEMU's dirty limit (capability `dirty-limit`, from 8.1 on; system/dirtylimit.c): from the second strike on, what is taken from the guest follows its measured dirty rate so
 * that it comes to the limit: to run fully at rate r and be held to q, a share q / r of its time is left (`dirtylimit_set_throttle` takes as long from it per full ring,
 * 99 times at most). One virtual CPU's ring is taken for all. Throws `RangeError` unless the limit and threshold are above 0 and the tolerance at least 0.
 */
export const dirtyLimit = (options: DirtyLimitOptions = {}): SyncThrottle<Limited> => {
  const { bytesPerSecond = 2 ** 20, toleranceBytesPerSecond = 25 * 2 ** 20, threshold = 0.5 } = options
  if (!(bytesPerSecond > 0)) throw new RangeError(`dirtyLimit: bytesPerSecond must be above 0 (got ${bytesPerSecond})`)
  if (!(toleranceBytesPerSecond >= 0))
    throw new RangeError(`dirtyLimit: toleranceBytesPerSecond must be at least 0 (got ${toleranceBytesPerSecond})`)
  if (!(threshold > 0)) throw new RangeError(`dirtyLimit: threshold must be above 0 (got ${threshold})`)
  return {
    name: 'dirty-limit',
    start: { on: false, period: null },
    next: ({ on, period }, seen) => {
      const [excess, next] = counted(period, seen, threshold)
      const { throttle, pageBytes } = seen
      const ended = next !== period && next !== null && next.since === seen.at && period !== null
      if (!ended || !(on || excess !== undefined)) return [throttle, { on, period: next }]
      const rate = ((period.dirtied + seen.newlyDirty) * pageBytes * 1e9) / (seen.at - period.since)
      if (Math.abs(rate - bytesPerSecond) <= toleranceBytesPerSecond) return [throttle, { on: true, period: next }]
      const left = ((1 - throttle) * bytesPerSecond) / rate
      return [rounded(Math.min(0.99, Math.max(0, 1 - left))), { on: true, period: next }]
    }
  }
}

/** Sums of decimal fractions without their binary tail: 0.2 + 0.1 is 0.3, in the journal too. */
const rounded = (fraction: number): number => Math.round(fraction * 1e9) / 1e9

const within = (caller: string, name: string, value: number, above: number, most: number): void => {
  if (!(value > above && value <= most))
    throw new RangeError(`${caller}: ${name} must be above ${above} and at most ${most} (got ${value})`)
}
