import type { FrameProgram } from '../../lib/guest/communication'
import { empty } from '../../lib/memory/pageSet'
import type { Command } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Entry } from '../../lib/protocol/journal'
import type { Carrier } from '../../lib/protocol/pipeline'
import { carry } from '../../lib/protocol/pipeline'
import type { Answer, Fact, Signal } from '../../lib/protocol/signal'
import { migrationOf } from '../../lib/protocol/signal'
import { begin, finish, refusalOf } from '../../lib/world/clusterConduct'
import type { Frame, Member } from '../../lib/world/clusterMember'
import * as members from '../../lib/world/clusterMember'
import { dataKey } from '../explore/dataKey'
import { type ClusterLedger, type ClusterProblem, entered } from './clusterLedger'

/** What is on its way on a channel: a frame, or a message, with which frames of a checkpoint may end. */
type Parcel = { readonly frame: Frame } | { readonly message: Data; readonly closing: number | undefined }

/**
 * A cluster without time, as an exploration goes through it: a kernel. Machines by their places, the coordinator last; `owned`: which members are this state's alone. `lanes`: what is on its way by channel, frames and messages each by itself.
 * `pending`: orders that take their time. `faults`: how many machines may still break down; `early`: how many time-outs may still ring while something else can happen.
 */
export type ClusterState = {
  readonly names: readonly string[]
  readonly cluster: Member[]
  readonly owned: boolean[]
  readonly carriers: Carrier[]
  readonly down: boolean[]
  readonly lanes: Map<string, readonly Parcel[]>
  pending: readonly Command[]
  ledger: ClusterLedger
  faults: number
  early: number
  problems: readonly ClusterProblem[]
  readonly entries: Entry[]
}

/** The same state, to go another way from here; without the entries that led to it. */
export const copyOfState = (s: ClusterState): ClusterState => {
  return {
    ...s,
    cluster: s.cluster.slice(),
    owned: s.cluster.map(() => false),
    carriers: s.carriers.slice(),
    down: s.down.slice(),
    lanes: new Map(s.lanes),
    entries: []
  }
}

/** The members of a cluster at their start, heard by a state. */
export const membersOfState = (s: ClusterState, names: readonly string[], program: (place: number) => FrameProgram): readonly Member[] =>
  names.map((name, place) => members.member({ place, names, program: program(place), bytes: 4096, misdelivered: misdelivery(s, name) }))

/** A member that the state may change: a copy of its own, made when it is first asked for. */
const own = (s: ClusterState, place: number): Member => {
  if (!s.owned[place]) {
    s.cluster[place] = members.copyOf(s.cluster[place], misdelivery(s, s.names[place]))
    s.owned[place] = true
  }
  return s.cluster[place]
}

const misdelivery =
  (s: ClusterState, name: string) =>
  (from: string, number: number, expected: number): void =>
    say(s, name, { type: 'misdelivered', from, number, expected })

/** All that can influence what follows, as text. */
export const keyOfState = (s: ClusterState): string => {
  const lanes = [...s.lanes].filter(([, parcels]) => parcels.length > 0).sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    s.cluster.map((m) => remembered(m, () => members.keyOf(m))).join('/'),
    s.carriers
      .map(({ phase }) => remembered(phase, () => (phase.type === 'done' ? `;${dataKey(phase.value)}` : dataKey(phase.data))))
      .join('/'),
    s.down.map(Number).join(''),
    lanes.map(([lane, parcels]) => `${lane}:${parcels.map((one) => remembered(one, () => keyOfParcel(one))).join()}`).join('/'),
    s.pending
      .map(({ order, to }) => `${to.migration}.${to.tag}.${order.type}`)
      .sort()
      .join(),
    remembered(s.ledger, () => JSON.stringify(s.ledger)),
    s.faults,
    s.early
  ].join('\n')
}

const texts = new WeakMap<object, string>()

const remembered = (of: object, text: () => string): string => {
  const known = texts.get(of)
  if (known !== undefined) return known
  const made = text()
  texts.set(of, made)
  return made
}

const keyOfParcel = (one: Parcel): string => ('frame' in one ? members.keyOfFrame(one.frame) : `${dataKey(one.message)}!${one.closing}`)

/** What an order of a machine that has just acted takes: given in turn, and answered at once where it takes no time. */
export const give = (s: ClusterState, commands: readonly Command[]): void => {
  const queue = [...commands]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    note(s, { type: 'commanded', at: 0, command: next })
    for (const signal of obeyed(s, next)) queue.push(...heard(s, signal))
  }
}

/** An answer or a fact is heard by its machine, whose orders are then obeyed. */
export const hear = (s: ClusterState, signal: Signal): void => give(s, heard(s, signal))

const heard = (s: ClusterState, signal: Signal): readonly Command[] => {
  note(s, { type: 'signalled', at: 0, signal })
  const name = migrationOf(signal)
  const place = s.names.indexOf(name)
  const before = s.carriers[place]
  const [carrier, commands] = carry(name, before, signal)
  s.carriers[place] = carrier
  if (carrier.phase.type === 'done' && before.phase.type !== 'done')
    note(s, { type: 'ended', at: 0, migration: name, outcome: carrier.phase.value })
  return commands
}

const note = (s: ClusterState, entry: Entry): void => {
  s.entries.push(entry)
  const [ledger, problems] = entered(s.ledger, entry)
  s.ledger = ledger
  if (problems.length > 0) s.problems = [...s.problems, ...problems]
}

const say = (s: ClusterState, migration: string, fact: Fact): void => hear(s, { ...fact, at: 0, migration } as Signal)

const obeyed = (s: ClusterState, command: Command): readonly Signal[] => {
  const { order, to } = command
  const place = s.names.indexOf(to.migration)
  const answer = (said: Answer): Signal => ({ ...said, at: 0, to }) as Signal
  if (s.down[place]) return [answer({ type: 'refused', reason: BROKEN })]
  if (order.type === 'tell') {
    const lane = `${place}>${s.names.indexOf(order.whom)} ${order.closing === undefined ? 'messages' : 'frames'}`
    s.lanes.set(lane, [...(s.lanes.get(lane) ?? []), { message: order.message, closing: order.closing }])
    return [answer({ type: 'done' })]
  }
  if (order.type === 'cancel') {
    const found = s.pending.find((one) => one.to.migration === to.migration && one.to.tag === order.tag)
    s.pending = s.pending.filter((one) => one !== found)
    const cancelled = answer({ type: 'cancelled', unsent: empty(0) })
    return found === undefined ? [cancelled] : [{ type: 'refused', reason: 'it is cancelled', at: 0, to: found.to }, cancelled]
  }
  if (order.type === 'wake') {
    s.pending = [...s.pending, command]
    return []
  }
  if (place >= s.cluster.length) return [answer({ type: 'refused', reason: 'the coordinator has no guest' })]
  const m = own(s, place)
  const reason = refusalOf(m, order)
  if (reason !== undefined) return [answer({ type: 'refused', reason })]
  begin(m, order, portOf(s, m))
  if (order.type === 'keep' || order.type === 'load') {
    s.pending = [...s.pending, command]
    return []
  }
  return [answer(finish(m, order, portOf(s, m), LAN))]
}

/** An order that took its time is at its end. */
export const end = (s: ClusterState, command: Command): void => {
  const { order, to } = command
  s.pending = s.pending.filter((one) => one !== command)
  const obey = (m: Member): Answer => finish(m, order, portOf(s, m), LAN)
  const answer: Answer = order.type === 'wake' ? { type: 'done' } : obey(own(s, s.names.indexOf(to.migration)))
  hear(s, { ...answer, at: 0, to } as Signal)
}

/** The first thing on a lane arrives. */
export const land = (s: ClusterState, lane: string): void => {
  const [first, ...rest] = s.lanes.get(lane)!
  s.lanes.set(lane, rest)
  const [from, to] = lane.split(' ')[0].split('>').map(Number)
  if (s.down[to]) return
  if ('frame' in first) members.arrive(own(s, to), first.frame)
  else {
    if (first.closing !== undefined && from < s.cluster.length && to < s.cluster.length) members.close(own(s, to), from, first.closing)
    say(s, s.names[to], { type: 'told', from: s.names[from], message: first.message })
  }
}

/** A guest takes its next step that others can see. */
export const proceed = (s: ClusterState, place: number): void => {
  const m = own(s, place)
  while (members.canAct(m)) {
    const acted = members.act(m)
    if (acted.type === 'computing') continue
    if (acted.type === 'sent') {
      const lane = `${place}>${acted.frame.to} frames`
      s.lanes.set(lane, [...(s.lanes.get(lane) ?? []), { frame: acted.frame }])
    }
    return
  }
}

/** A machine breaks down; what has left it is still on its way. */
export const breakDown = (s: ClusterState, place: number): void => {
  s.down[place] = true
  const name = s.names[place]
  if (place < s.cluster.length) members.crash(own(s, place))
  say(s, name, { type: 'failed', what: 'source', reason: BROKEN })
  const lost = s.pending.filter(({ to }) => to.migration === name)
  s.pending = s.pending.filter(({ to }) => to.migration !== name)
  for (const { to } of lost) hear(s, { type: 'refused', reason: BROKEN, at: 0, to })
}

/** A machine is back, without its guest. */
export const comeBack = (s: ClusterState, place: number): void => {
  s.down[place] = false
  say(s, s.names[place], { type: 'mended', what: 'source' })
}

const BROKEN = 'the machine has broken down'

const LAN = { bytesPerSecond: 1, latencyNs: 0, headerBytes: 0, messageBytes: 1 }

const portOf = (s: ClusterState, m: Member): Parameters<typeof finish>[2] => ({
  stop: () => members.pause(m),
  started: () => undefined,
  guestNs: () => 0,
  clockNs: () => 0,
  stored: (checkpoint, stands, record) => say(s, m.names[m.place], { type: 'stored', checkpoint, stands, ...record })
})
