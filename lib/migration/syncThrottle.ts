import type { Order } from '../protocol/command'
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
 * next time. All it remembers is data. `limit`: what each virtual CPU may dirty in that state, once; `undefined` where nobody holds them to anything (default: in every state).
 */
export type SyncThrottle<S extends Data = Data> = {
  readonly name: string
  readonly start: S
  next(state: S, seen: SyncSeen): readonly [fraction: number, state: S]
  limit?(state: S): VcpuLimit | undefined
}

/** What each virtual CPU may dirty: the order `dirtyLimit`. */
export type VcpuLimit = Omit<Extract<Order, { readonly type: 'dirtyLimit' }>, 'type'>

/** Never takes anything. */
export const noSyncThrottle: SyncThrottle<null> = { name: 'none', start: null, next: () => [0, null] }

/** A period between syncs: since when, bytes sent until then, pages dirtied in it, and how often it was found too much. `null` before the first sync. @internal */
export type Period = { readonly since: Time; readonly bytes: number; readonly dirtied: number; readonly strikes: number } | null

/** What a period came to that was too much for the second time. @internal */
export type Excess = { readonly dirtiedBytes: number; readonly allowedBytes: number; readonly ns: Time }

/**
 * Counts periods of more than a second between syncs (`migration_bitmap_sync`, QEMU, migration/ram.c), and strikes: periods in which the guest dirtied more than `threshold`
 * times the bytes sent. The second strike acts and clears them; a good period between two strikes does not (`migration_trigger_throttle`; so in 7.2 and 10.2).
 * @internal
 */
export const counted = (
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

/** Sums of decimal fractions without their binary tail: 0.2 + 0.1 is 0.3, in the journal too. */
const rounded = (fraction: number): number => Math.round(fraction * 1e9) / 1e9

const within = (caller: string, name: string, value: number, above: number, most: number): void => {
  if (!(value > above && value <= most))
    throw new RangeError(`${caller}: ${name} must be above ${above} and at most ${most} (got ${value})`)
}
