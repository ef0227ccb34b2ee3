import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'
import { nanoseconds, type Time, type TimeUnit } from '../time/time'

/** Distinct pages dirtied per second: over all periods together, and in the worst of them. */
export type DirtyRate = { readonly mean: number; readonly max: number }

/**
 * Page dirty rate, in pages per second: a period ends with each `synced` and begins with the `synced` before it, or with the `done` that answered
 * `track` on. `mean`: the pages of all periods over their time together; `max`: of the period with most pages per second. A page written often in one
 * period counts once (QEMU's dirty-pages-rate, which has the same definition). A sync without a beginning begins a period and is not counted.
 * `undefined` when no time passed in any period.
 */
export const pageDirtyRate = (unit: TimeUnit = nanoseconds): Fold<Entry, DirtyRate | undefined> =>
  fold<Entry, DirtyRate | undefined, Periods>({
    init: () => ({ pages: 0, ticks: 0, max: 0 }),
    step: (state, entry) => {
      if (entry.type === 'commanded' && entry.command.order.type === 'track' && entry.command.order.of === undefined)
        return entry.command.order.on ? { ...state, tracking: entry.command.to.n } : { ...state, tracking: undefined, since: undefined }
      if (entry.type !== 'signalled') return state
      const { signal } = entry
      if (signal.type === 'done') return signal.to.n === state.tracking ? { ...state, tracking: undefined, since: signal.at } : state
      return signal.type === 'synced' && signal.of === undefined ? synced(state, signal.at, signal.dirty.count) : state
    },
    done: ({ pages, ticks, max }) =>
      ticks > 0 ? { mean: (pages * unit.ticksPerSecond) / ticks, max: max * unit.ticksPerSecond } : undefined
  })

type Periods = {
  /** The request number of a `track` on that is not yet answered. */
  readonly tracking?: number
  readonly since?: Time
  readonly pages: number
  readonly ticks: number
  readonly max: number
}

const synced = (state: Periods, at: Time, dirty: number): Periods => {
  if (state.since === undefined) return { ...state, since: at }
  const ticks = at - state.since
  const max = ticks > 0 ? Math.max(state.max, dirty / ticks) : state.max
  return { ...state, since: at, pages: state.pages + dirty, ticks: state.ticks + ticks, max }
}
