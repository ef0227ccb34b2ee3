import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'
import { nanoseconds, type Time, type TimeUnit } from '../time/time'

/** How long a migration had the guest, and how far the guest came meanwhile, both in nanoseconds: at full speed they are equal. */
export type GuestProgress = { readonly elapsedNs: number; readonly progressNs: number }

/**
 * How far a guest came while it was migrated, from the migration's first command to its last `suspended`, `activated` or `released`. Downtime, stalls at missing pages, throttling and the host's costs
 * are what it lacks. `undefined` without such a signal.
 *
 *     progress = guestNs of that last signal - guestNs at the first command
 *     elapsed  = its time - the first command's time, in nanoseconds
 *
 * At the first command the guest's progress is what `preselected` says, less the time since that command (a round trip, in which the guest is taken to run at full
 * speed); in a journal without it, the time since `began`. A guest that ended (`exited`) is measured until then, its progress being whatever the next signal says.
 */
export const guestProgress = (unit: TimeUnit = nanoseconds): Fold<Entry, GuestProgress | undefined> =>
  fold<Entry, GuestProgress | undefined, Progress>({
    init: () => ({ began: 0 }),
    step: (state, entry) => {
      if (entry.type === 'began') return { ...state, began: entry.at }
      if (entry.type === 'commanded') return state.started === undefined ? { ...state, started: entry.at } : state
      if (entry.type === 'ended') return state
      const { signal } = entry
      if (signal.type === 'exited') return { ...state, exited: signal.at }
      if (!('guestNs' in signal)) return state
      if (signal.type === 'preselected') return { ...state, first: state.first ?? { at: signal.at, guestNs: signal.guestNs } }
      return { ...state, last: { at: signal.at, guestNs: signal.guestNs } }
    },
    done: ({ began, started, first, exited, last }) => {
      if (started === undefined || last === undefined) return undefined
      const ns = (ticks: Time): number => (ticks / unit.ticksPerSecond) * 1e9
      const before = first === undefined ? ns(started - began) : first.guestNs - ns(first.at - started)
      return { elapsedNs: ns(Math.min(last.at, exited ?? last.at) - started), progressNs: last.guestNs - before }
    }
  })

type Progress = {
  readonly began: Time
  readonly started?: Time
  readonly exited?: Time
  readonly first?: { readonly at: Time; readonly guestNs: number }
  readonly last?: { readonly at: Time; readonly guestNs: number }
}
