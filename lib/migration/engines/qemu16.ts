import type { Time } from '../../time/time'
import type { PushRules } from '../push'
import { type Recollection, recalled } from '../recollection'
import { type Qemu14Options, qemu14 } from './qemu14'

/**
 * QEMU 1.6 with auto-converge on (migration_bitmap_sync and check_guest_throttling of arch_init.c): 1.5 with a brake of one strength. At syncs more than a second after the
 * last one that counted, a period strikes when the guest dirtied more than half the bytes sent in it; the sixth strike puts the brake on, for good: every
 * virtual CPU sleeps 30 ms, more than 40 ms (in whole milliseconds, so 41) after it last began to, which takes 30/41 of its time. The strikes need not follow each other, and
 * a period strikes only after one with a dirty rate, so that the first never does. Throws what `qemu14` throws.
 */
export const qemu16 = (options: Qemu14Options = {}): PushRules => ({
  ...qemu14(options),
  notes: [strikes],
  throttle: (pushed) => (recalled(strikes, pushed).on ? ASLEEP : 0)
})

/** The share of its time that the brake takes: 30 ms of every 41. */
const ASLEEP = 30 / 41
const STRIKES = 6
const PERIOD_NS = 1e9

/** Where the present period began and what had been sent then, what was dirtied in it, and the strikes so far. `rated`: the period before had a dirty rate of a page a second or more. */
type Strikes = {
  readonly since: Time | null
  readonly sent: number
  readonly dirtied: number
  readonly rated: boolean
  readonly strikes: number
  readonly on: boolean
}

const strikes: Recollection<Strikes> = {
  name: 'strikes',
  start: { since: null, sent: 0, dirtied: 0, rated: false, strikes: 0, on: false },
  step: (before, { startedAt, bytes, last, guest }) => {
    const dirtied = before.dirtied + last.dirtied
    const since = before.since ?? startedAt
    if (last.endedAt <= since + PERIOD_NS) return { ...before, since, dirtied }
    const struck = before.rated && dirtied * guest.pageBytes > (bytes - before.sent) / 2
    const count = before.strikes + (struck ? 1 : 0)
    const on = before.on || count >= STRIKES
    const rated = Math.floor((dirtied * 1e9) / (last.endedAt - since)) > 0
    return { since: last.endedAt, sent: bytes, dirtied: 0, rated, strikes: count, on }
  }
}
