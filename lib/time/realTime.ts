import { Subscription } from 'rxjs'
import { nanoseconds, type Time } from './time'
import type { Timeline } from './timeline'

/**
 * `speed` virtual seconds pass per real second (default 1); the drive ends at virtual time `until` (default never); it looks up at least
 * every `sleepAtMostMs` real milliseconds (default 10), so that what is scheduled from outside finds `now` no older than that.
 */
export type RealTimeOptions = { readonly speed?: number; readonly until?: Time; readonly sleepAtMostMs?: number }

/**
 * Drives a timeline by the machine's monotonic clock, from the next turn of the event loop on; the only place in lib where real time enters.
 * Virtual now is `start + floor(elapsed * speed)`, computed from the start, so no error accumulates; when actions take longer than their
 * time, the drive catches up, every action still in order and at its own virtual time. Unsubscribe to stop; the subscription closes by itself
 * at `until`, or with an error thrown by an action, which is left to the process. Throws RangeError when an option is out of range.
 */
export const runInRealTime = (line: Timeline, { speed = 1, until = Infinity, sleepAtMostMs = 10 }: RealTimeOptions = {}): Subscription => {
  if (!(speed > 0 && speed < Infinity)) throw new RangeError(`runInRealTime: speed must be positive and finite (got ${speed})`)
  if (until !== Infinity && (!Number.isSafeInteger(until) || until < line.now())) {
    throw new RangeError(`runInRealTime: until must be an integer not before now = ${line.now()} (got ${until})`)
  }
  if (!(sleepAtMostMs > 0)) throw new RangeError(`runInRealTime: sleepAtMostMs must be positive (got ${sleepAtMostMs})`)
  const start = line.now()
  const began = process.hrtime.bigint()
  const ticksPerRealNs = (speed * line.unit.ticksPerSecond) / nanoseconds.ticksPerSecond
  let timer: ReturnType<typeof setTimeout>
  const drive = new Subscription(() => clearTimeout(timer))
  const turn = (): void => {
    const elapsed = Number(process.hrtime.bigint() - began)
    const due = Math.min(until, start + Math.floor(elapsed * ticksPerRealNs))
    try {
      if (due >= line.now()) line.run(due)
    } catch (error) {
      drive.unsubscribe()
      throw error
    }
    if (drive.closed) return
    if (line.now() >= until) {
      drive.unsubscribe()
      return
    }
    const idleMs = (Math.min(line.nextAt(), until) - due) / ticksPerRealNs / 1e6
    timer = setTimeout(turn, Math.max(0, Math.min(sleepAtMostMs, Math.floor(idleMs))))
  }
  timer = setTimeout(turn, 0)
  return drive
}
