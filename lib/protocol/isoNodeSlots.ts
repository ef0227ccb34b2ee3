import type { SlotRun } from '../memory/isoArea'
import { firstRun, withoutRun, withRun } from '../memory/slotMap'
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
  amend(d, { map: withoutRun(state.map, { start, n }) })
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

/** What waited for the end of the lock, in its order. @internal */
export const unlock = (d: IsoDraft): void => {
  const { behindLock } = d.state
  amend(d, { locked: false, behindLock: [] })
  for (const event of behindLock) {
    if (event.type === 'need') need(d, event)
    else give(d, event)
  }
}

/** A thread of the node leaves for another: its runs stay mapped, and nobody's, until the message has left. While sends are forbidden it waits. @internal */
export const depart = (d: IsoDraft, event: Extract<IsoEvent, { readonly type: 'depart' }>): void => {
  const { state } = d
  const { thread, to } = event
  const { [thread]: runs = [], ...rest } = state.held
  const refuse = (reason: string): void => {
    d.effects.push({ type: 'refused', thread, reason })
  }
  if (to === state.rank) refuse('it is on that node')
  else if (state.lost.includes(to)) refuse(`node ${to} is lost`)
  else if (state.forbidden) amend(d, { departures: [...state.departures, event] })
  else if (state.busy.length + runs.length > state.limits.busy) refuse(`at most ${state.limits.busy} runs may be leaving at a time`)
  else {
    const departure = state.departed
    amend(d, {
      held: rest,
      busy: [...state.busy, ...runs.map((run) => ({ run, departure, awaited: false }))],
      departed: departure + 1
    })
    sendTo(d, to, { type: 'thread', thread, runs, departure })
  }
}

/** A thread has come: memory is mapped for it at the same addresses, unless it is still there from the last time; it waits for runs that have not quite left. @internal */
export const arrive = (d: IsoDraft, thread: string, runs: readonly SlotRun[]): void => {
  let mapped = 0
  for (const run of runs) {
    const { busy, migrationCache } = d.state
    if (busy.some((one) => isRun(one.run, run))) {
      amend(d, { busy: busy.map((one) => (isRun(one.run, run) ? { ...one, awaited: true } : one)) })
      continue
    }
    if (migrationCache.some((one) => isRun(one, run))) {
      amend(d, { migrationCache: migrationCache.filter((one) => !isRun(one, run)) })
      continue
    }
    forgetMapped(d, run)
    d.effects.push({ type: 'map', run })
    mapped += run.n
  }
  amend(d, { arriving: { ...d.state.arriving, [thread]: { runs, mapped } } })
  settle(d)
}

/** The message with a thread has left: its runs go to the migration cache, or are unmapped where that is full, unless the thread is back already and takes them as they are. @internal */
export const left = (d: IsoDraft, departure: number): void => {
  for (const leaving of d.state.busy.filter((one) => one.departure === departure)) {
    const { state } = d
    const { run } = leaving
    amend(d, { busy: state.busy.filter((one) => one !== leaving) })
    if (leaving.awaited) continue
    if (state.migrationCache.length < state.limits.cache) amend(d, { migrationCache: [...state.migrationCache, run] })
    else d.effects.push({ type: 'unmap', run })
  }
  settle(d)
}

/** Threads all of whose runs are there go on. */
const settle = (d: IsoDraft): void => {
  for (const [thread, { runs, mapped }] of Object.entries(d.state.arriving)) {
    if (runs.some((run) => d.state.busy.some((one) => one.awaited && isRun(one.run, run)))) continue
    const { [thread]: _, ...rest } = d.state.arriving
    amend(d, { arriving: rest, held: { ...d.state.held, [thread]: runs } })
    d.effects.push({ type: 'installed', thread, runs, mapped })
  }
}

/**
 * What is still mapped of slots that are mapped anew, as they were here before, goes: runs of the migration cache, and runs of a thread that has left, and has given them up elsewhere, before this node has
 * noticed that its message is out. PM2 forgets neither: a run that comes back by negotiation may be unmapped under its new owner when the message is noticed, and a thread that comes to slots which stand in the cache, but were
 * unmapped after another use, is told that they are there.
 */
const forgetMapped = (d: IsoDraft, run: SlotRun): void => {
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
  const id = { rank: state.rank, number: state.asked }
  amend(d, { asked: state.asked + 1, wanting: [...state.wanting, { id, thread, n, align }] })
  sendTo(d, 0, { type: 'request', id })
}

const isRun = (one: SlotRun, other: SlotRun): boolean => one.start === other.start && one.n === other.n

const overlap = (one: SlotRun, other: SlotRun): boolean => one.start < other.start + other.n && other.start < one.start + one.n
