import type { SlotRun } from '../memory/isoArea'
import { withRun } from '../memory/slotMap'
import type { IsoDraft, IsoNodeState } from './isoNodeState'
import { amend } from './isoNodeState'

/**
 * Slots of a node's memory that are taken: mapped for its threads, in its caches and under threads that leave or come, or promised, to threads that are expected and to those that wait for a negotiation.
 * Law: never more than `limits.mapped`.
 */
export const slotsTaken = (state: IsoNodeState): number => {
  const coming = runsComing(state)
  const left = [...state.migrationCache, ...state.busy.map(({ run }) => run)].filter((run) => !coming.some((one) => isRun(one, run)))
  const wanted = state.wanting.reduce((sum, { n }) => sum + n, 0)
  return (
    slotsOf(Object.values(state.held).flat()) +
    slotsOf(coming) +
    slotsOf(left) +
    state.slotCache.length +
    state.stackCache.length * state.area.stackSlots +
    wanted
  )
}

/**
 * Makes room for so many slots besides those that are taken, by emptying caches: first runs of threads that have left, the oldest first, but not those of `keep`. Says how many more fit; where that is less, nothing
 * has been done. To be asked for while the map is the node's own, because cached slots go back to it. @internal
 */
export const makeRoom = (d: IsoDraft, n: number, keep: readonly SlotRun[] = []): number => {
  const most = d.state.limits.mapped
  if (most === undefined) return Infinity
  const free = (): number => most - slotsTaken(d.state)
  const { area, slotCache, stackCache } = d.state
  const possible = free() + slotsOf(spare(d.state, keep)) + slotCache.length + stackCache.length * area.stackSlots
  if (possible < n) return possible
  while (free() < n) empty(d, keep)
  return free()
}

/** One run out of a cache. */
const empty = (d: IsoDraft, keep: readonly SlotRun[]): void => {
  const { state } = d
  const [old] = spare(state, keep)
  const [slot] = state.slotCache
  const [stack] = state.stackCache
  const run = old ?? (slot === undefined ? { start: stack, n: state.area.stackSlots } : { start: slot, n: 1 })
  if (old !== undefined) amend(d, { migrationCache: state.migrationCache.filter((one) => one !== old) })
  else if (slot !== undefined) amend(d, { slotCache: state.slotCache.slice(1), map: withRun(state.map, run) })
  else amend(d, { stackCache: state.stackCache.slice(1), map: withRun(state.map, run) })
  d.effects.push({ type: 'unmap', run })
}

/** Runs that have left with threads, still mapped, and that nobody who comes will need. */
const spare = (state: IsoNodeState, keep: readonly SlotRun[]): readonly SlotRun[] => {
  const kept = [...runsComing(state), ...keep]
  return state.migrationCache.filter((run) => !kept.some((one) => isRun(one, run)))
}

const runsComing = ({ arriving, expected }: IsoNodeState): readonly SlotRun[] =>
  [...Object.values(arriving), ...Object.values(expected)].flatMap(({ runs }) => runs)

/** How many slots runs have together. @internal */
export const slotsOf = (runs: readonly SlotRun[]): number => runs.reduce((sum, { n }) => sum + n, 0)

/** Whether two runs are one. @internal */
export const isRun = (one: SlotRun, other: SlotRun): boolean => one.start === other.start && one.n === other.n

/** Whether two runs have a slot in common. @internal */
export const overlap = (one: SlotRun, other: SlotRun): boolean => one.start < other.start + other.n && other.start < one.start + one.n
