import type { Time } from '../time/time'

/**
 * How a source keeps to the bytes per second of a `send`. `windowNs`: a window's bytes leave at once, as fast as link and hosts allow, and then none until the window
 *  ends. `sliceNs`: how long it goes on sending before it looks again. `lateNs`: how much too late it wakes up from waiting for a window's end (default 0). It tells `progress` whenever it looks: as a window begins, and after each slice.
 *
 *     window  |------ 100 ms ------|------ 100 ms ------|
 *     link    [burst]..............[burst]..............[burst]
 *     looks   ^                    ^                    ^
 *
 * A window ends at the first look at which it has lasted `windowNs`; where the link is slower than the rate, it never waits and looks once a slice. Sends without a
 * rate leave as they are told to. QEMU (migration/migration.c, migration/ram.c, from 1.x to 10.2): windows of 100 ms (BUFFER_DELAY), slices of 50 ms (MAX_WAIT),
 * left when more than that has passed in whole milliseconds.
 *
 * `bufferBytes`: how far sends that name their connection are written ahead of the wire, as into the buffer of a socket: pages are chosen at the sender's own speed, counted in its window then,
 * and what is asked for later leaves behind them. Default: not at all, what leaves is chosen as it leaves.
 */
export type Sender = { readonly windowNs: Time; readonly sliceNs: Time; readonly lateNs?: Time; readonly bufferBytes?: number }

/** One source's window: a kernel that counts what may still leave in it. @internal */
export type Windows = {
  /** Bytes that may still be begun at this rate; 0 or less when the window is used up. */
  readonly room: (now: Time, bytesPerSecond: number) => number
  /** So many bytes were begun (or, negative, cut off again). */
  readonly took: (bytes: number) => void
  /** When the next window begins for one that waits. */
  readonly endsAt: () => Time
  /** The sender looks; a window that has lasted long enough ends. */
  readonly look: (now: Time) => void
}

/** See `Windows`. `slackBytes`: what a window may be overrun by and forgotten; what is beyond it counts in the next. @internal */
export const windows = ({ windowNs, lateNs = 0 }: Sender, slackBytes: number): Windows => {
  let began: Time | undefined
  let used = 0
  let budget = 0
  return {
    room: (now, bytesPerSecond) => {
      began ??= now
      budget = (bytesPerSecond * windowNs) / 1e9
      // QEMU stops when more than the budget has been counted, so that a last page begins with less room than it takes.
      return Math.floor(budget) + 1 - used
    },
    took: (bytes) => {
      used += bytes
    },
    endsAt: () => began! + windowNs + lateNs,
    look: (now) => {
      if (began === undefined || now - began < windowNs) return
      began = now
      used = Math.max(0, used - budget - slackBytes)
    }
  }
}

/** A sender from its options; throws `RangeError` unless both times are integers above 0. @internal */
export const checkedSender = (sender: Sender | undefined): Sender | undefined => {
  if (sender === undefined) return undefined
  for (const name of ['windowNs', 'sliceNs'] as const)
    if (!Number.isSafeInteger(sender[name]) || sender[name] < 1)
      throw new RangeError(`datacentre: sender: ${name} must be an integer above 0 (got ${sender[name]})`)
  const { lateNs = 0 } = sender
  if (!Number.isSafeInteger(lateNs) || lateNs < 0)
    throw new RangeError(`datacentre: sender: lateNs must be an integer from 0 on (got ${lateNs})`)
  const { bufferBytes } = sender
  if (bufferBytes !== undefined && !(Number.isSafeInteger(bufferBytes) && bufferBytes >= 1))
    throw new RangeError(`datacentre: sender: bufferBytes must be an integer above 0 (got ${bufferBytes})`)
  return sender
}
