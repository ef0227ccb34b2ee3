import type { SlotRun } from '../memory/isoArea'
import type { IsoMessage } from './isoMessage'
import { isRun, makeRoom, slotsOf } from './isoNodeRoom'
import { forgetMapped } from './isoNodeSlots'
import type { IsoDraft, IsoEvent } from './isoNodeState'
import { amend, sendTo } from './isoNodeState'

type Depart = Extract<IsoEvent, { readonly type: 'depart' }>

/**
 * A thread of the node leaves for another: its runs stay mapped, and nobody's, until the message has left. While sends are forbidden it waits; where memory is bounded it goes when the other node keeps room
 * for it.
 * @internal
 */
export const depart = (d: IsoDraft, event: Depart): void => {
  const { state } = d
  const { thread, to } = event
  const { [thread]: runs = [], ...rest } = state.held
  const isGranted = state.asking[thread]?.granted === true
  if (to === state.rank) refuse(d, thread, 'it is on that node')
  else if (state.lost.includes(to)) refuse(d, thread, `node ${to} is lost`)
  else if (!isGranted && state.limits.mapped !== undefined) {
    if (runsLeaving(d) + runs.length > state.limits.busy) refuse(d, thread, tooMany(d))
    else {
      amend(d, { asking: { ...state.asking, [thread]: { to, granted: false } } })
      sendTo(d, to, { type: 'reserve', thread, runs })
    }
  } else if (state.forbidden) amend(d, { departures: [...state.departures, event] })
  else if (!isGranted && state.busy.length + runs.length > state.limits.busy) refuse(d, thread, tooMany(d))
  else {
    const departure = state.departed
    const { [thread]: _, ...asking } = state.asking
    amend(d, {
      held: rest,
      asking,
      busy: [...state.busy, ...runs.map((run) => ({ run, departure, awaited: false }))],
      departed: departure + 1
    })
    sendTo(d, to, { type: 'thread', thread, runs, departure })
  }
}

/** Another node asks for room for a thread of its own. While the map is locked it waits, because caches may have to be emptied into it. @internal */
export const reserve = (d: IsoDraft, from: number, message: Extract<IsoMessage, { readonly type: 'reserve' }>): void => {
  const { state } = d
  if (state.locked) {
    amend(d, { behindLock: [...state.behindLock, { type: 'reserve', from, message }] })
    return
  }
  const { thread, runs } = message
  const here = [...state.migrationCache, ...state.busy.map(({ run }) => run)]
  const more = slotsOf(runs.filter((run) => !here.some((one) => isRun(one, run))))
  const free = makeRoom(d, more, runs)
  if (free < more) {
    sendTo(d, from, { type: 'full', thread, free, more })
    return
  }
  amend(d, { expected: { ...d.state.expected, [thread]: { from, runs } } })
  sendTo(d, from, { type: 'reserved', thread })
}

/** The other node keeps room for a thread, which goes. @internal */
export const granted = (d: IsoDraft, from: number, thread: string): void => {
  if (d.state.asking[thread]?.to !== from) return
  amend(d, { asking: { ...d.state.asking, [thread]: { to: from, granted: true } } })
  depart(d, { type: 'depart', thread, to: from })
}

/** The other node has no room for a thread, which stays. @internal */
export const noRoom = (d: IsoDraft, from: number, { thread, free, more }: Extract<IsoMessage, { readonly type: 'full' }>): void => {
  if (d.state.asking[thread]?.to !== from) return
  const slots = slotsOf(d.state.held[thread] ?? [])
  refuse(d, thread, `node ${from} has memory for ${free} slots more: ${more} of the thread's ${slots} do not fit`)
}

/** A node is lost: who would have gone there stays, and nothing is kept for who would have come from there. @internal */
export const loseMoves = (d: IsoDraft, rank: number): void => {
  const { departures, asking, expected } = d.state
  const hopeless = new Set([
    ...departures.filter(({ to }) => to === rank).map(({ thread }) => thread),
    ...Object.keys(asking).filter((thread) => asking[thread].to === rank)
  ])
  amend(d, {
    departures: departures.filter(({ to }) => to !== rank),
    expected: Object.fromEntries(Object.entries(expected).filter(([, { from }]) => from !== rank))
  })
  for (const thread of hopeless) refuse(d, thread, `node ${rank} is lost`)
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
  const { [thread]: _, ...expected } = d.state.expected
  amend(d, { expected, arriving: { ...d.state.arriving, [thread]: { runs, mapped } } })
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

const refuse = (d: IsoDraft, thread: string, reason: string): void => {
  const { [thread]: _, ...asking } = d.state.asking
  amend(d, { asking })
  d.effects.push({ type: 'refused', thread, reason })
}

const tooMany = ({ state }: IsoDraft): string => `at most ${state.limits.busy} runs may be leaving at a time`

/** Runs that are leaving, or will when there is room for them. */
const runsLeaving = ({ state }: IsoDraft): number =>
  Object.keys(state.asking).reduce((sum, thread) => sum + (state.held[thread] ?? []).length, state.busy.length)
