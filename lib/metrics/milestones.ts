import type { Where } from '../protocol/command'
import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'

/** One stop of the guest: from `suspended` to the next `activated`, which said where; open while it has not come. */
export type Pause = { readonly from: Time; readonly to?: Time; readonly where?: Where }

/** When the stages of one migration were passed; what did not happen is absent. Times of commands are the journal's, of signals their own `at`. */
export type Milestones = {
  readonly started?: Time
  readonly pauses: readonly Pause[]
  readonly redirected?: Time
  readonly switched?: Time
  readonly released?: Time
  readonly ended?: Time
}

/**
 * The entries of one migration to the times of its stages. `started`: its first command. `switched`: the first `activated` at the target.
 * `redirected`, `released`: the last of their kind. `ended`: the entry `ended`.
 */
export const milestones: Fold<Entry, Milestones> = fold<Entry, Milestones, Milestones>({
  init: () => ({ pauses: [] }),
  step: (state, entry) => {
    if (entry.type === 'ended') return { ...state, ended: entry.at }
    if (entry.type === 'commanded') return state.started === undefined ? { ...state, started: entry.at } : state
    if (entry.type === 'began') return state
    const { signal } = entry
    if (signal.type === 'suspended') return isOpen(state) ? state : { ...state, pauses: [...state.pauses, { from: signal.at }] }
    if (signal.type === 'activated') return activated(state, signal.at, signal.where)
    if (signal.type === 'redirected') return { ...state, redirected: signal.at }
    if (signal.type === 'released') return { ...state, released: signal.at }
    return state
  },
  done: (state) => state
})

/** When the migration was over: the source dropped the guest, or else the pipeline ended. `undefined` while neither has happened. */
export const overAt = ({ released, ended }: Milestones): Time | undefined => released ?? ended

const isOpen = ({ pauses }: Milestones): boolean => pauses.length > 0 && pauses[pauses.length - 1].to === undefined

const activated = (state: Milestones, at: Time, where: Where): Milestones => {
  const switched = state.switched ?? (where === 'target' ? at : undefined)
  if (!isOpen(state)) return { ...state, switched }
  const { from } = state.pauses[state.pauses.length - 1]
  return { ...state, switched, pauses: [...state.pauses.slice(0, -1), { from, to: at, where }] }
}
