import type { Time } from '../../time/time'
import type { SyncThrottle } from '../syncThrottle'

/** Where the present period began and what had been sent then, what was dirtied in it, and the strikes so far. `rated`: the period before had a dirty rate of a page a second or more. */
type Strikes = {
  readonly since: Time
  readonly bytes: number
  readonly dirtied: number
  readonly rated: boolean
  readonly strikes: number
}

/**
 * Auto-converge of QEMU 1.6 (`migration_bitmap_sync` and `check_guest_throttling`, arch_init.c): a brake of one strength. At dirty-log syncs more than a second after the last one that counted
 * (in whole milliseconds), a period strikes when the guest dirtied more than half the bytes sent in it; the sixth strike puts the brake on, for good: every virtual CPU
 * sleeps 30 ms, more than 40 ms (in whole milliseconds, so 41) after it last began to, which takes 30/41 of its time. The strikes need not follow each other, and a period
 * strikes only after one with a dirty rate, so that the first never does.
 *
 *     sync     |...|..|....|.|...|........        periods end at the first sync more than a second after they began
 *     period   [first][ x  ][    ][ x  ]..        x: more than half of what was sent; the sixth x puts the brake on
 */
export const qemu16Brake: SyncThrottle<Strikes | null> = {
  name: 'auto-converge of 1.6',
  start: null,
  next: (before, { at, bytes, newlyDirty, pageBytes, throttle }) => {
    if (before === null) return [throttle, { since: at, bytes, dirtied: 0, rated: false, strikes: 0 }]
    const dirtied = before.dirtied + newlyDirty
    const ms = Math.floor(at / 1e6) - Math.floor(before.since / 1e6)
    if (ms <= PERIOD_MS) return [throttle, { ...before, dirtied }]
    const struck = before.rated && dirtied * pageBytes > (bytes - before.bytes) / 2
    const strikes = before.strikes + (struck ? 1 : 0)
    const rated = Math.floor((dirtied * 1000) / ms) > 0
    return [strikes >= STRIKES ? ASLEEP : throttle, { since: at, bytes, dirtied: 0, rated, strikes: Math.min(strikes, STRIKES) }]
  }
}

const PERIOD_MS = 1000
const STRIKES = 6
/** The share of its time that the brake takes: 30 ms of every 41. */
const ASLEEP = 30 / 41
