import type { SlotRun } from '../memory/isoArea'
import { firstRun, withoutRun, withRun } from '../memory/slotMap'
import { makeRoom, overlap } from './isoNodeRoom'
import type { IsoDraft, IsoEvent } from './isoNodeState'
import { amend, sendTo } from './isoNodeState'

type Need = Extract<IsoEvent, { readonly type: 'need' }>
type Give = Extract<IsoEvent, { readonly type: 'give' }>

/** A thread needs a run of slots: from a cache, else the first one of the node's own map, else by negotiation. While the map is locked it waits. @internal */
export const need = (d: IsoDraft, event: Need): void => {
  const { state } = d
  if (state.locked) {
    amend(d, { behindLock: [...state.behindLock, event] })
    return
  }
  const { thread, n } = event
  const { stackSlots } = state.area
  const align = n === stackSlots ? stackSlots : 1
  if (state.allocator === 'naive') {
    want(d, thread, n, align)
    return
  }
  const cache = n === stackSlots ? 'stackCache' : n === 1 ? 'slotCache' : undefined
  const cached = cache === undefined ? undefined : state[cache].at(-1)
  if (cache !== undefined && cached !== undefined) {
    amend(d, { [cache]: state[cache].slice(0, -1) })
    got(d, thread, { start: cached, n }, 'cache')
    return
  }
  const start = firstRun(state.map, n, align)
  if (start === -1) {
    want(d, thread, n, align)
    return
  }
  if (!fits(d, thread, n)) return
  amend(d, { map: withoutRun(d.state.map, { start, n }) })
  got(d, thread, { start, n }, 'map')
}

/** A thread has a run from now on; what was not in a cache is mapped. @internal */
export const got = (d: IsoDraft, thread: string, run: SlotRun, from: 'cache' | 'map' | 'negotiation'): void => {
  if (from !== 'cache') {
    forgetMapped(d, run)
    d.effects.push({ type: 'map', run })
  }
  amend(d, { held: { ...d.state.held, [thread]: [...(d.state.held[thread] ?? []), run] } })
  d.effects.push({ type: 'got', thread, run, from })
}

/** A thread gives a run back: to the node where it is, whoever owned the slots before. While the map is locked it waits. @internal */
export const give = (d: IsoDraft, event: Give): void => {
  const { state } = d
  if (state.locked) {
    amend(d, { behindLock: [...state.behindLock, event] })
    return
  }
  const { thread, run } = event
  const left = (state.held[thread] ?? []).filter(({ start }) => start !== run.start)
  const { [thread]: _, ...rest } = state.held
  amend(d, { held: left.length === 0 ? rest : { ...rest, [thread]: left } })
  const cache =
    state.allocator === 'naive' ? undefined : run.n === state.area.stackSlots ? 'stackCache' : run.n === 1 ? 'slotCache' : undefined
  if (cache !== undefined && state[cache].length < state.limits.cache) amend(d, { [cache]: [...state[cache], run.start] })
  else {
    d.effects.push({ type: 'unmap', run })
    amend(d, { map: withRun(state.map, run) })
  }
  d.effects.push({ type: 'gave', thread, run })
}

/**
 * What is still mapped of slots that are mapped anew, as they were here before, goes: runs of the migration cache, and runs of a thread that has left, and has given them up elsewhere, before this node has
 * noticed that its message is out. PM2 forgets neither: a run that comes back by negotiation may be unmapped under its new owner when the message is noticed, and a thread that comes to slots which stand in the cache, but were
 * unmapped after another use, is told that they are there.
 * @internal
 */
export const forgetMapped = (d: IsoDraft, run: SlotRun): void => {
  const { migrationCache, busy } = d.state
  const stale = [...migrationCache, ...busy.map((one) => one.run)].filter((one) => overlap(one, run))
  if (stale.length === 0) return
  amend(d, {
    migrationCache: migrationCache.filter((one) => !overlap(one, run)),
    busy: busy.filter((one) => !overlap(one.run, run))
  })
  for (const one of stale) d.effects.push({ type: 'unmap', run: one })
}

/** A thread asks for a negotiation, by asking node 0 for the mutex. */
const want = (d: IsoDraft, thread: string, n: number, align: number): void => {
  const { state } = d
  if (state.lost.includes(0)) {
    d.effects.push({ type: 'refused', thread, reason: 'node 0, which keeps the mutex, is lost' })
    return
  }
  if (!fits(d, thread, n)) return
  const id = { rank: state.rank, number: state.asked }
  amend(d, { asked: state.asked + 1, wanting: [...d.state.wanting, { id, thread, n, align }] })
  sendTo(d, 0, { type: 'request', id })
}

/** Whether there is memory for so many slots more; the thread that needs them is refused where there is not. */
const fits = (d: IsoDraft, thread: string, n: number): boolean => {
  const free = makeRoom(d, n)
  if (free >= n) return true
  d.effects.push({
    type: 'refused',
    thread,
    reason: `node ${d.state.rank} has memory for ${d.state.limits.mapped} slots, of which ${free} are free: ${n} more do not fit`
  })
  return false
}
