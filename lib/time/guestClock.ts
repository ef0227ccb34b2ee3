import { type Clock, read } from './clock'
import type { Time } from './time'

/** A guest's own clock: the clock of the host it runs on, and what the guest adds to it. */
export type GuestClock = { readonly host: Clock; readonly adjustNs: number }

/**
 * What the guest's clock does with the time it was away. 'running': it goes on with the target's clock, as if it had run on, and only jumps
 * where that would take it back. 'stopped': it goes on at its last reading, so the guest never sees its downtime.
 */
export type Away = 'running' | 'stopped'

/** A guest's clock on its first host. */
export const guestClock = (host: Clock): GuestClock => ({ host, adjustNs: 0 })

/** What a guest's clock shows at true time `atNs` while the guest runs. */
export const readGuest = ({ host, adjustNs }: GuestClock, atNs: Time): number => read(host, atNs) + adjustNs

/**
 * The guest's clock after a move: it was paused at true time `pausedAt`, and resumes on `host` at true time `resumedAt`.
 * Law (monotone): over any chain of moves, `readGuest` at a later true time is never below `readGuest` at an earlier one, however far the
 * hosts' clocks differ. Throws RangeError when `resumedAt` is before `pausedAt`.
 */
export const resumedOn = (
  guest: GuestClock,
  { host, pausedAt, resumedAt, away }: { readonly host: Clock; readonly pausedAt: Time; readonly resumedAt: Time; readonly away: Away }
): GuestClock => {
  if (!(resumedAt >= pausedAt)) throw new RangeError(`resumedOn: resumedAt must not be before pausedAt = ${pausedAt} (got ${resumedAt})`)
  const needed = readGuest(guest, pausedAt) - read(host, resumedAt)
  return { host, adjustNs: away === 'stopped' ? needed : Math.max(guest.adjustNs, needed) }
}
