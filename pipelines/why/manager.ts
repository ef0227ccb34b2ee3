import type { ChipDecision, Motive } from '../../lib/motive/chipDecision'
import { isDeed } from '../../lib/motive/chipDecision'
import type { ChipView } from '../../lib/motive/chipView'
import type { Data } from '../../lib/protocol/data'
import type { Entry } from '../../lib/protocol/journal'
import type { Phase } from '../../lib/protocol/phase'
import { begin, type Carrier, carry, type GuestView, type Outcome, type Pipeline } from '../../lib/protocol/pipeline'
import { type Asking, type Heard as HeardSignal, type Reaction, reactor } from '../../lib/protocol/reactor'
import { migrationOf } from '../../lib/protocol/signal'
import { type Fold, fold } from '../../lib/stream/fold'
import type { Time } from '../../lib/time/time'
import { DAEMON_PORT, type DaemonReply, type DaemonRequest } from '../manycore/daemonMessage'
import {
  afterLook,
  answered,
  freshManager,
  type Heard,
  isWhole,
  type LoggedDecision,
  type ManagerState,
  type OpenDeed,
  type ToTell,
  viewOf,
  withFailed
} from './managerState'

/**
 * - `motive`: decides on what has been observed. `clusters`: whose daemons are asked and told (with the keeper of saved processes, if there is one: 1 to 16, four for each interface of an I/O cluster).
 * - `everyNs`: from one look to the next. `firstNs`: until the first (default `everyNs`).
 * - `looks`: after so many the program ends (default: never), as soon as nothing that it has decided is under way. `over`: it ends at a look of which this is true (default: of none).
 * - `patienceNs`: after which a look goes on without those who have not answered (default 20 ms). `answerNs`: after which a decision counts as `unanswered` and new ones are made (default 1 s).
 */
export type ManagerOptions = {
  readonly motive: Motive
  readonly clusters: readonly string[]
  readonly everyNs: Time
  readonly firstNs?: Time
  readonly looks?: number
  readonly over?: (view: ChipView) => boolean
  readonly patienceNs?: Time
  readonly answerNs?: Time
}

/**
 * The program of an I/O cluster that manages the others: every so often it asks the clusters' daemons by mail what they observe, hands all of it to a motive, mails the daemons what was decided, and keeps a log. While something that was
 * decided is not done it looks, but does not decide; a daemon that cannot be mailed has failed with its cluster. Nothing is known to it but what daemons say. Errors: `RangeError` naming the option.
 *
 *     run({ io0: manager({ motive: loadBalancing(), clusters, everyNs: 5e6 }), cc0: migrationDaemon(), ... }, chip({ processes }))
 */
export const manager = (options: ManagerOptions): Pipeline => {
  const checked = checkedManager(options)
  return () =>
    reactor<Data, Outcome>({
      name: 'manager',
      start: opening(checked) as Reaction<Data>,
      hear: (state, heard) => hear(checked, state as unknown as ManagerState, heard) as Reaction<Data> | undefined,
      ended: (state) => ((state as unknown as ManagerState).isOver ? { type: 'completed', needs: [] } : undefined)
    })
}

/** What a manager has decided and what came of it, read off a journal: the same program is given what it heard once more. `name`: the cluster it runs on. */
export const managerLog = (name: string, options: ManagerOptions): Fold<Entry, readonly LoggedDecision[]> =>
  fold<Entry, readonly LoggedDecision[], { carrier: Carrier | undefined }>({
    init: () => ({ carrier: undefined }),
    step: (state, entry) => {
      if (entry.type === 'began') state.carrier = begin(name, manager(options)(entry.guests[name] as GuestView))[0]
      else if (entry.type === 'signalled' && migrationOf(entry.signal) === name && state.carrier !== undefined) {
        const [next] = carry(name, state.carrier, entry.signal)
        if (next.phase.type === 'awaiting') state.carrier = next
      }
      return state
    },
    done: ({ carrier }) => (carrier === undefined ? [] : logIn(carrier.phase))
  })

const logIn = (phase: Phase<Outcome>): readonly LoggedDecision[] =>
  phase.type === 'done' ? [] : (phase.data as unknown as readonly [ManagerState])[0].log

type Checked = Required<ManagerOptions>

const checkedManager = ({
  motive,
  clusters,
  everyNs,
  firstNs = everyNs,
  looks = Number.POSITIVE_INFINITY,
  over = () => false,
  patienceNs = 20_000_000,
  answerNs = 1_000_000_000
}: ManagerOptions): Checked => {
  if (clusters.length < 1 || clusters.length > 16 || new Set(clusters).size < clusters.length)
    throw new RangeError(`manager: clusters must be 1 to 16 different ones (got ${clusters.join(', ')})`)
  for (const [name, value] of Object.entries({ everyNs, firstNs, patienceNs, answerNs }))
    if (!(Number.isSafeInteger(value) && value >= 1)) throw new RangeError(`manager: ${name} must be an integer from 1 on (got ${value})`)
  if (!(looks >= 1)) throw new RangeError(`manager: looks must be 1 or more (got ${looks})`)
  return { motive, clusters, everyNs, firstNs, looks, over, patienceNs, answerNs }
}

type Next = Reaction<ManagerState>

/** Interfaces of an I/O cluster, each with a mailbox: daemons reply to where a request came from. */
const INTERFACES = 4
const inbox = (dma: number): string => `inbox ${dma}`
const receive = (dma: number): Asking => ({ order: { type: 'receive', end: inbox(dma) }, label: inbox(dma) })
const interfacesOf = ({ clusters }: Checked): readonly number[] =>
  Array.from({ length: Math.min(INTERFACES, clusters.length) }, (_, dma) => dma)

const opening = (checked: Checked): Next => ({
  state: freshManager,
  ask: [
    ...interfacesOf(checked).map(
      (dma): Asking => ({ order: { type: 'create', end: inbox(dma), kind: 'mailbox', dma }, label: `opened ${dma}` })
    ),
    ...checked.clusters.map(
      (remote): Asking => ({
        order: { type: 'attach', end: `to ${remote}`, kind: 'mailbox', remote, dma: dmaOf(checked, remote), port: DAEMON_PORT },
        label: `attached ${remote}`
      })
    ),
    { order: { type: 'wake', afterNs: checked.firstNs }, label: 'look' }
  ]
})

const hear = (checked: Checked, state: ManagerState, { label = '', signal }: HeardSignal): Next | undefined => {
  const { at } = signal
  const isRefused = signal.type === 'refused'
  if (label.startsWith('opened ')) {
    if (isRefused) throw new RangeError(`manager: it needs a mailbox at each interface (got ${signal.reason})`)
    return { state, ask: [receive(Number(label.slice('opened '.length)))] }
  }
  if (label.startsWith('attached ')) {
    const cluster = label.slice('attached '.length)
    return isRefused
      ? goOn(checked, withFailed(state, cluster, at), at)
      : { state: { ...state, attached: [...state.attached, cluster] }, ask: [] }
  }
  if (label.startsWith('told ')) {
    const cluster = label.slice('told '.length)
    const left = { ...state, telling: state.telling.filter((one) => one !== cluster) }
    return goOn(checked, isRefused ? withFailed(left, cluster, at) : left, at)
  }
  if (label.startsWith('inbox ') && signal.type === 'received') {
    const { state: next, ask } = goOn(checked, replied(state, signal.message as unknown as DaemonReply, at), at)
    return { state: next, ask: next.isOver ? ask : [receive(Number(label.slice('inbox '.length))), ...ask] }
  }
  if (label === 'look')
    return goOn(checked, asking(state, at), at, [{ order: { type: 'wake', afterNs: checked.patienceNs }, label: 'patience' }])
  if (label === 'patience') return goOn(checked, { ...state, looking: state.looking.filter((one) => isWhole(one)) }, at)
  return undefined
}

/** Decides when all that was asked in a look is known, and lets messages leave. */
const goOn = (checked: Checked, before: ManagerState, at: Time, ask: readonly Asking[] = []): Next => {
  const { state, ask: further } =
    before.isLooking && before.looking.every(isWhole) ? decide(checked, before, at) : { state: before, ask: [] }
  const telling = [...state.telling]
  const toTell: ToTell[] = []
  const mails: Asking[] = []
  for (const one of state.toTell) {
    const { cluster, message } = one
    const dma = dmaOf(checked, cluster)
    if (telling.includes(cluster) || telling.filter((other) => dmaOf(checked, other) === dma).length === CHANNELS) toTell.push(one)
    else {
      telling.push(cluster)
      mails.push({ order: { type: 'mail', end: `to ${cluster}`, message: message as unknown as Data }, label: `told ${cluster}` })
    }
  }
  return { state: { ...state, telling, toTell }, ask: [...ask, ...further, ...mails] }
}

/** Messages that may leave an interface at once: as many as Nanvix gives its mailboxes channels there. */
const CHANNELS = 3

const dmaOf = ({ clusters }: Checked, cluster: string): number => clusters.indexOf(cluster) % INTERFACES

/** Asks all daemons what they observe. */
const asking = (state: ManagerState, at: Time): ManagerState => {
  const asked = state.attached.filter((cluster) => !state.failed.includes(cluster))
  const looking = asked.map((cluster, i) => ({ id: state.next + i, cluster, awaited: [] }))
  const toTell = looking.map(({ id, cluster }): ToTell => ({ cluster, message: { type: 'observe', id } }))
  return {
    ...state,
    looks: state.looks + 1,
    lookedAt: at,
    next: state.next + asked.length,
    isLooking: true,
    looking,
    toTell: [...state.toTell, ...toTell]
  }
}

const replied = (state: ManagerState, reply: DaemonReply, at: Time): ManagerState => {
  if (reply.type === 'observed') {
    const { type: _, id, processes, ...view } = reply
    return inLook(state, id, (one) => ({ ...one, view: { ...view, processes: [] }, awaited: processes }))
  }
  if (reply.type === 'view')
    return inLook(state, reply.id, ({ view, awaited, ...one }) => ({
      ...one,
      view: view && { ...view, processes: [...view.processes, reply.view] },
      awaited: awaited.filter((process) => process !== reply.view.process)
    }))
  const deed = state.deeds.find(({ id }) => id === reply.id)
  if (deed === undefined) return state
  return kept(answered(state, deed, reply.type, at, 'reason' in reply ? reply.reason : undefined), state.log[deed.logged], deed, reply.type)
}

const inLook = (state: ManagerState, id: number, change: (one: Heard) => Heard): ManagerState => ({
  ...state,
  looking: state.looking.map((one) => (one.id === id ? change(one) : one))
})

/** What is kept now, and where a restored process runs. What was saved is no older than the decision to save it. */
const kept = (state: ManagerState, decision: LoggedDecision, { threads, pages }: OpenDeed, reply: DaemonReply['type']): ManagerState => {
  const { process, at } = decision
  if (reply === 'saved' && decision.type === 'save') {
    const saved = { process, keeper: decision.to, at, from: decision.from, threads, pages }
    return { ...state, saved: [...state.saved.filter((one) => one.process !== process), saved] }
  }
  if (reply !== 'restored' || decision.type !== 'restore') return state
  const { to } = decision
  const saved = state.saved.map((one) => (one.process === process ? { ...one, from: to } : one))
  return { ...state, placed: { ...state.placed, [process]: to }, saved }
}

const decide = (checked: Checked, before: ManagerState, at: Time): Next => {
  const view = viewOf(before, at)
  const looked: ManagerState = { ...afterLook(before, view), isLooking: false, looking: [] }
  const state = looked.deeds
    .filter(({ logged }) => at - looked.log[logged].at > checked.answerNs)
    .reduce((left, deed) => answered(left, deed, 'unanswered', at), looked)
  const isDeciding = state.deeds.length === 0 && state.looks <= checked.looks
  const decisions = isDeciding ? checked.motive({ ...view, saved: state.saved }) : []
  const deeds: OpenDeed[] = [...state.deeds]
  const toTell: ToTell[] = [...state.toTell]
  for (const [i, decision] of decisions.entries()) {
    if (!isDeed(decision)) continue
    const id = state.next + deeds.length
    const { threads, pages } = sizeIn(view, decision.process) ??
      state.saved.find(({ process }) => process === decision.process) ?? { threads: 1, pages: 0 }
    deeds.push({ id, daemon: decision.from, logged: state.log.length + i, threads, pages })
    toTell.push({ cluster: decision.from, message: requested(decision, id) })
  }
  const log = [...state.log, ...decisions.map((decision): LoggedDecision => ({ ...decision, at }))]
  const isOver = deeds.length === 0 && (state.looks >= checked.looks || checked.over(view))
  const next: readonly Asking[] = isOver
    ? interfacesOf(checked).map((dma) => ({ cancel: inbox(dma) }))
    : [{ order: { type: 'wake', afterNs: Math.max(1, state.lookedAt + checked.everyNs - at) }, label: 'look' }]
  return { state: { ...state, deeds, toTell, next: state.next + deeds.length, log, isOver }, ask: [{ cancel: 'patience' }, ...next] }
}

const sizeIn = ({ clusters }: ChipView, process: string): { readonly threads: number; readonly pages: number } | undefined =>
  clusters.flatMap(({ processes }) => processes).find((one) => one.process === process)

const requested = (decision: ChipDecision, id: number): DaemonRequest => {
  const { process } = decision
  if (!('to' in decision)) return { type: 'kill', id, process }
  const { type, to } = decision
  return type === 'save' || type === 'restore' ? { type, id, process, to } : { type: 'migrate', id, process, to }
}
