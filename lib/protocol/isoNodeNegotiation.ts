import { intersection, range, union } from '../memory/pageSet'
import { firstRun, withoutRun } from '../memory/slotMap'
import type { IsoMessage, NegotiationId } from './isoMessage'
import { depart, loseMoves, reserve } from './isoNodeMoves'
import { give, got, need } from './isoNodeSlots'
import type { IsoDraft, NegotiationPart } from './isoNodeState'
import { amend, isSame, others, sendTo } from './isoNodeState'

/** Node 0 gives the mutex to one after the other. @internal */
export const mutexAsked = (d: IsoDraft, id: NegotiationId): void => {
  const { holder, queue } = d.state.mutex
  if (holder !== undefined) {
    amend(d, { mutex: { holder, queue: [...queue, id] } })
    return
  }
  amend(d, { mutex: { holder: id, queue } })
  sendTo(d, id.rank, { type: 'granted', id })
}

/** The mutex comes back, or its holder is lost: the next has it. @internal */
export const mutexFree = (d: IsoDraft, id: NegotiationId): void => {
  const { holder, queue } = d.state.mutex
  if (holder === undefined || !isSame(holder, id)) return
  const [next, ...rest] = queue
  amend(d, { mutex: { holder: next, queue: rest } })
  if (next !== undefined) sendTo(d, next.rank, { type: 'granted', id: next })
}

/** A negotiation begins here, of this node's own or of another: after the present one. Sends are forbidden, and everybody is told that this node is at the first barrier. @internal */
export const begin = (d: IsoDraft, id: NegotiationId): void => {
  const { state } = d
  if (state.part !== undefined) {
    amend(d, { locks: [...state.locks, id] })
    return
  }
  const all = others(state)
  if (id.rank === state.rank) for (const one of all) sendTo(d, one, { type: 'lock', id })
  amend(d, { forbidden: true, part: { id, stage: 'gathering', maps: {}, parts: {} } })
  for (const one of all) sendTo(d, one, { type: 'sync', id, barrier: 1 })
  proceed(d)
}

/** Another node is at a barrier. @internal */
export const synced = (d: IsoDraft, from: number, { id, barrier }: Extract<IsoMessage, { readonly type: 'sync' }>): void => {
  if (d.state.lost.includes(id.rank)) return
  const key = barrierKey(id, barrier)
  amend(d, { syncs: { ...d.state.syncs, [key]: [...(d.state.syncs[key] ?? []), from] } })
  proceed(d)
}

/** The requester has another node's map. @internal */
export const mapped = (d: IsoDraft, from: number, { id, map }: Extract<IsoMessage, { readonly type: 'map' }>): void => {
  const { part } = d.state
  if (part === undefined || !isSame(part.id, id)) return
  amend(d, { part: { ...part, maps: { ...part.maps, [from]: map } } })
  proceed(d)
}

/** A node has its new map, and is at the second barrier. @internal */
export const updated = (d: IsoDraft, { id, map }: Extract<IsoMessage, { readonly type: 'update' }>): void => {
  const { part } = d.state
  if (part === undefined || !isSame(part.id, id) || part.stage !== 'waiting') return
  amend(d, { map })
  leave(d, part)
}

/** A node will not be heard of any more. What it has asked for ends; a negotiation of others goes on without it. @internal */
export const lose = (d: IsoDraft, rank: number): void => {
  const { state } = d
  const { holder, queue } = state.mutex
  amend(d, {
    lost: [...state.lost, rank],
    locks: state.locks.filter((id) => id.rank !== rank),
    mutex: { holder, queue: queue.filter((id) => id.rank !== rank) }
  })
  if (holder?.rank === rank) mutexFree(d, holder)
  if (rank === 0) refuseUngranted(d)
  loseMoves(d, rank)
  if (d.state.part?.id.rank !== rank) {
    proceed(d)
    return
  }
  if (d.state.locked) unlock(d)
  end(d)
}

/** Goes as far as what has been heard allows. */
const proceed = (d: IsoDraft): void => {
  const { part } = d.state
  if (part === undefined) return
  const own = part.id.rank === d.state.rank
  if (part.stage === 'gathering' && isComplete(d, part.id, 1)) {
    amend(d, { locked: true, part: { ...part, stage: own ? 'collecting' : 'waiting' } })
    if (!own) sendTo(d, part.id.rank, { type: 'map', id: part.id, map: d.state.map })
    proceed(d)
  } else if (part.stage === 'collecting' && others(d.state).every((one) => part.maps[one] !== undefined)) choose(d, part)
  else if (part.stage === 'leaving' && isComplete(d, part.id, 2)) {
    if (own) conclude(d, part)
    end(d)
  }
}

/** The requester: all maps together, the first run that is long enough, and to everybody its map without it. */
const choose = (d: IsoDraft, part: NegotiationPart): void => {
  const { state } = d
  const { n, align } = state.wanting.find(({ id }) => isSame(id, part.id))!
  const all = others(state)
  const maps: Record<number, typeof state.map> = { [state.rank]: state.map }
  for (const one of all) maps[one] = part.maps[one]
  const start = firstRun(Object.values(maps).reduce(union), n, align)
  const run = start === -1 ? undefined : { start, n }
  const without = (map: typeof state.map): typeof state.map => (run === undefined ? map : withoutRun(map, run))
  const taken = Object.entries(maps).flatMap(([rank, map]) => {
    const its = run === undefined ? map : intersection(map, range(map.size, run.start, run.start + run.n))
    return run === undefined || its.count === 0 ? [] : [[rank, its] as const]
  })
  for (const one of all) sendTo(d, one, { type: 'update', id: part.id, map: without(maps[one]), ...(run && { run }) })
  amend(d, { map: without(state.map) })
  leave(d, { ...part, maps: {}, parts: Object.fromEntries(taken), ...(run && { run }) })
}

/** The map is as it will be: the lock is open, and the node is at the second barrier. */
const leave = (d: IsoDraft, part: NegotiationPart): void => {
  amend(d, { part: { ...part, stage: 'leaving' } })
  unlock(d)
  for (const one of others(d.state)) sendTo(d, one, { type: 'sync', id: part.id, barrier: 2 })
  proceed(d)
}

/**
 * The requester, when everybody has the new map: the run is its thread's. Where an owner of some of it was lost before it said that it has its new map, those slots stay nobody's here, because it may have kept them; the
 * rest becomes this node's own.
 */
const conclude = (d: IsoDraft, { id, run, parts }: NegotiationPart): void => {
  const { thread, n } = d.state.wanting.find((one) => isSame(one.id, id))!
  amend(d, { wanting: d.state.wanting.filter((one) => !isSame(one.id, id)) })
  const owners = Object.keys(parts).map(Number)
  const heard = [d.state.rank, ...(d.state.syncs[barrierKey(id, 2)] ?? [])]
  const unsure = owners.filter((one) => !heard.includes(one))
  d.effects.push({ type: 'negotiated', id, thread, owners, run: unsure.length === 0 ? run : undefined })
  if (run === undefined) d.effects.push({ type: 'refused', thread, reason: `no node has, nor have all together, ${n} free slots in a row` })
  else if (unsure.length === 0) got(d, thread, run, 'negotiation')
  else {
    amend(d, { map: owners.filter((one) => heard.includes(one)).reduce((map, one) => union(map, parts[one]), d.state.map) })
    d.effects.push({ type: 'refused', thread, reason: `node ${unsure.join(', ')} was lost while slots of it were taken` })
  }
  sendTo(d, 0, { type: 'unlock', id })
}

/** The map is the node's own again: what waited for that, in its order. */
const unlock = (d: IsoDraft): void => {
  const { behindLock } = d.state
  amend(d, { locked: false, behindLock: [] })
  for (const event of behindLock) {
    if (event.type === 'need') need(d, event)
    else if (event.type === 'give') give(d, event)
    else if (!d.state.lost.includes(event.from)) reserve(d, event.from, event.message)
  }
}

/** The negotiation is over here: sends are allowed, and the next may begin. */
const end = (d: IsoDraft): void => {
  const { part, departures, locks, syncs } = d.state
  const ended = part === undefined ? [] : [barrierKey(part.id, 1), barrierKey(part.id, 2)]
  const [next, ...rest] = locks
  amend(d, {
    part: undefined,
    forbidden: false,
    departures: [],
    locks: rest,
    syncs: Object.fromEntries(Object.entries(syncs).filter(([key]) => !ended.includes(key)))
  })
  for (const departure of departures) depart(d, departure)
  if (next !== undefined) begin(d, next)
}

/** Whoever has not been granted the mutex yet will not have it. */
const refuseUngranted = (d: IsoDraft): void => {
  const { part, locks, rank, wanting } = d.state
  const granted = [...(part === undefined ? [] : [part.id]), ...locks].filter((id) => id.rank === rank)
  const hopeless = wanting.filter(({ id }) => !granted.some((one) => isSame(one, id)))
  amend(d, { wanting: wanting.filter((one) => !hopeless.includes(one)) })
  for (const { thread } of hopeless) d.effects.push({ type: 'refused', thread, reason: 'node 0, which keeps the mutex, is lost' })
}

const barrierKey = ({ rank, number }: NegotiationId, barrier: 1 | 2): string => `${rank}.${number}/${barrier}`

const isComplete = (d: IsoDraft, id: NegotiationId, barrier: 1 | 2): boolean => {
  const here = d.state.syncs[barrierKey(id, barrier)] ?? []
  return others(d.state).every((one) => here.includes(one))
}
