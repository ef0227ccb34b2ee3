import { idealHost } from '../../lib/guest/hostCosts'
import { orderOf } from '../../lib/memory/pageSequence'
import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import type { Address, Command, Order } from '../../lib/protocol/command'
import type { Entry } from '../../lib/protocol/journal'
import type { Carrier } from '../../lib/protocol/pipeline'
import type { Answer, Fact, Signal } from '../../lib/protocol/signal'
import type { ConductPort, Errand, Part } from '../../lib/world/conduct'
import * as conducts from '../../lib/world/conduct'
import * as hosts from '../../lib/world/hosts'
import type { Amount } from '../../lib/world/lane'
import { sizesOf } from '../../lib/world/sizesOf'
import { transmitted } from '../../lib/world/transmitted'
import type { Choice } from './choices'
import { dataKey } from './dataKey'
import type { Heard, Hearing } from './hearing'
import type { Saving } from './saving'
import type { Item, Lane, Owed, Send, State } from './state'
import { isOf, MESSAGE } from './state'

/** Hears every entry of a journal as it comes, with the state it leaves. */
export type Witness = (entry: Entry, state: State) => void

/** The migration, where its conduct is put away, what its pipeline makes of signals, and who hears of every entry. */
export type SteppingOptions = {
  readonly migration: string
  readonly saving: Saving
  readonly hearing: Hearing
  readonly witness: Witness
  /** Hears how much of the guest's time at the source is taken away. */
  readonly throttled?: (fraction: number) => void
  /** What passes until each look of the source, and how many looks there are at most. */
  readonly looking?: { readonly looks: number; readonly lookNs: number }
  /** Hears of a pipeline that was told `MOST_SIGNALS` signals at once and orders still: it is told no more, and the state is of no use. */
  readonly restless: () => void
}

/** Takes states on, in place: `begin` gives a pipeline's first commands, `take` lets one thing happen. */
export type Stepping = {
  readonly begin: (s: State, first: Heard) => void
  readonly take: (s: State, choice: Choice, now: number) => void
  /** Makes the conduct and its hosts what they are in a state: they serve all states in turn. */
  readonly enter: (s: State) => void
}

/**
 * The untimed world: the hosts and the conduct of the simulated data centre, whose errands, pages and notices come in any order that lanes allow. What a world says at
 * once is heard in the order of `run`: the signals of an order after those before it, and a step of the pipeline is complete before the world hears of it. A
 * sender takes its pages one at a time and reads each when it begins to leave, as the data centre does with `batchPages: 1`.
 */
export const stepping = ({
  migration,
  saving: { save, load },
  hearing,
  witness,
  throttled,
  looking,
  restless
}: SteppingOptions): Stepping => {
  let s: State
  /** What the hosts are now, and whether they have been changed since. */
  let loaded = save()
  let changed = false
  const change = (): void => {
    changed = true
  }
  let at = 0
  let orders: Command[] = []
  let outbox: Signal[] = []
  let draining = false
  let delivering = false
  /** Signals heard since something happened. */
  let signals = 0

  const tell = (to: Address, answer: Answer): void => {
    outbox.push({ ...answer, at, to })
  }
  const tellAll = (fact: Fact): void => {
    outbox.push({ ...fact, at, migration })
  }
  const note = (entry: Entry): void => {
    if (s.outcome === undefined) witness(entry, s)
  }
  const none = (): PageSet => pageSet.empty(s.conduct.hosts.pages)

  const drain = (): void => {
    if (draining) return
    draining = true
    for (let signal = outbox.shift(); signal !== undefined; signal = outbox.shift()) hear(signal)
    draining = false
  }
  const hear = (signal: Signal): void => {
    if (s.outcome !== undefined || signals > MOST_SIGNALS) return
    if (++signals > MOST_SIGNALS) {
      orders = []
      outbox = []
      restless()
      return
    }
    note({ type: 'signalled', at, signal })
    const heard = hearing(s.carrier, s.phase, signal)
    if (heard !== undefined) go(heard.carrier, heard.phase, heard.commands)
  }
  const go = (carrier: Carrier, phase: number, commands: readonly Command[]): void => {
    s.carrier = carrier
    s.phase = phase
    for (const command of commands) {
      note({ type: 'commanded', at, command })
      orders.push(command)
    }
    deliver()
    if (carrier.phase.type !== 'done' || s.outcome !== undefined) return
    note({ type: 'ended', at, migration, outcome: carrier.phase.value })
    s.outcome = carrier.phase.value
  }
  const deliver = (): void => {
    if (delivering) return
    delivering = true
    for (let command = orders.shift(); command !== undefined && s.outcome === undefined; command = orders.shift()) {
      if (!leavesHosts.has(command.order.type)) change()
      under(conducts.obey(s.conduct, command, port))
      drain()
    }
    delivering = false
  }
  /** What takes no time in the data centre, a log's reading, is told at once; all else is owed. */
  const under = (errand: Errand | undefined): void => {
    if (errand === undefined) return
    if (errand.leg === 'synced') conducts.happen(s.conduct, errand, port)
    else {
      s.owed = [...s.owed, { type: 'errand', errand, text: errandText(errand) }]
      // A message to the target is in order with the pages of its lane.
      if (errand.leg !== 'out' && errand.leg !== 'activate') return
      const lane = openLane(errand.to.lane)
      setLane({ ...lane, flying: [...lane.flying, { n: errand.to.n, page: MESSAGE, reading: undefined, place: 'always', takes: nothing }] })
    }
  }

  /** More has been chosen to leave, or has left: kept as long as somebody may be told. */
  const told = ({ pages, bytes }: Amount): void => {
    if (s.looks > 0) s.told = { pages: s.told.pages + pages, bytes: s.told.bytes + bytes }
  }

  const sendOf = (n: number): Send => s.sends.find(({ to }) => to.n === n)!
  const setSend = (next: Send): void => {
    s.sends = s.sends.map((one) => (one.to.n === next.to.n ? next : one))
  }
  const laneOf = (name: string): Lane => s.lanes.find((lane) => lane.name === name)!
  const openLane = (name: string): Lane => {
    if (!s.lanes.some((lane) => lane.name === name))
      s.lanes = [...s.lanes, { name, queue: [], leaving: undefined, flying: [], sent: false }]
    return laneOf(name)
  }
  const setLane = (next: Lane): void => {
    s.lanes = s.lanes.map((lane) => (lane.name === next.name ? next : lane))
  }

  /** The next page of a send to leave, read now; `undefined` when it has no more. */
  const nextOf = (n: number): Item | undefined => {
    let send = sendOf(n)
    const { order } = send
    if (!send.began) {
      send = { ...send, began: true }
      setSend(send)
      if (order?.round !== undefined)
        tellAll({ type: 'round', round: order.round, pages: order.pages.type === 'PageSet' ? order.pages.count : order.pages.length })
    }
    const { rest, skipped, bytes } = send
    if (send.stopped) return order === undefined ? undefined : lastOf(send, order, 0)
    if (order === undefined) {
      if (rest.length > 0) {
        setSend({ ...send, rest: [] })
        told({ pages: 0, bytes: send.plain!.bytes })
      }
      return rest.length === 0 ? undefined : { n, page: -1, reading: undefined, place: 'always', takes: nothing }
    }
    const left: number[] = []
    let pages = 0
    for (let i = 0; i < rest.length; i++) {
      const page = rest[i]
      if (order.unless !== undefined && hosts.isLeftOut(s.conduct.hosts, page, order.unless)) {
        left.push(page)
        continue
      }
      change()
      const h = s.conduct.hosts
      hosts.choose(h, page)
      pages++
      const after = { ...send, rest: rest.slice(i + 1), skipped: left.length === 0 ? skipped : [...skipped, ...left] }
      if (hosts.isCoded(h, order.encoding === 'delta')) {
        const packet = hosts.encode(h, page, order.encoding === 'delta')
        if (packet === undefined) continue
        setSend({ ...after, bytes: bytes + packet.bytes })
        return { n, page, reading: packet, place: order.place, takes: { pages, bytes: packet.bytes } }
      }
      const { zero } = h.setting.sizes
      const { ofPage } = sizesOf(h, order.compression, ideal, 1)
      const size = hosts.isZero(h, page) ? zero : ofPage(page)
      setSend({ ...after, bytes: bytes + size })
      return { n, page, reading: hosts.read(h, page), place: order.place, takes: { pages, bytes: size } }
    }
    const after = { ...send, rest: [], skipped: left.length === 0 ? skipped : [...skipped, ...left] }
    setSend(after)
    return lastOf(after, order, pages)
  }
  /** What a coder has gathered and not let go of when a send has no more pages. */
  const lastOf = (send: Send, order: SendOrder, pages: number): Item | undefined => {
    const h = s.conduct.hosts
    if (!hosts.isCoded(h, order.encoding === 'delta')) return undefined
    change()
    const packet = hosts.endEncoding(h)
    if (packet === undefined) return undefined
    setSend({ ...send, bytes: send.bytes + packet.bytes })
    return { n: send.to.n, page: packet.page, reading: packet, place: order.place, takes: { pages, bytes: packet.bytes } }
  }

  /** Starts the next page of a lane, or its next send, or leaves it idle. */
  const proceed = (name: string): void => {
    for (let lane = laneOf(name); lane.queue.length > 0; lane = laneOf(name)) {
      const [n] = lane.queue
      const leaving = nextOf(n)
      if (leaving !== undefined) {
        told({ pages: 0, bytes: leaving.takes.bytes })
        setLane({ ...laneOf(name), leaving })
        return
      }
      setLane({ ...laneOf(name), queue: lane.queue.slice(1), leaving: undefined })
      finished(n)
    }
    setLane({ ...laneOf(name), leaving: undefined })
  }

  const finished = (n: number, refused?: string, notLeft: readonly Amount[] = []): void => {
    const send = sendOf(n)
    if (send.open > 1) {
      setSend({ ...send, open: send.open - 1 })
      return
    }
    s.sends = s.sends.filter(({ to }) => to.n !== n)
    const { to, order, rest, skipped, bytes, stopped, cancelled } = send
    const { pages } = s.conduct.hosts
    const unsent = stopped ? pageSet.fromPages(pages, rest) : none()
    const out = pageSet.fromPages(pages, skipped)
    if (refused !== undefined) tell(to, refusal(refused, send, notLeft))
    else if (order === undefined) {
      if (send.plain!.loads) {
        s.loading = true
        s.loads++
      }
      tell(to, { type: 'done' })
    } else tell(to, { type: 'sent', pages: transmitted(order.pages, out, unsent), skipped: out, bytes })
    for (const asker of cancelled) tell(asker, { type: 'cancelled', unsent: refused === undefined ? unsent : none() })
  }

  const enqueue = (send: Send, channels: readonly string[]): void => {
    s.sends = [...s.sends, send]
    for (const name of channels) {
      const lane = openLane(name)
      // Lanes break in the order in which pages were first sent over them.
      if (!lane.sent) s.lanes = [...s.lanes.filter((one) => one !== lane), { ...lane, sent: true }]
      setLane({ ...lane, queue: [...lane.queue, send.to.n], sent: true })
      if (lane.leaving === undefined && lane.queue.length === 0) proceed(name)
    }
  }

  const port: ConductPort = {
    tell,
    tellAll,
    guestNs: () => 0,
    clockNs: () => 0,
    waited: () => undefined,
    stopped: () => {},
    started: () => {},
    faultAgain: () => {
      if (s.stalled !== undefined) tellFault(s.stalled.page)
    },
    changed: () => {},
    setThrottle: (fraction) => throttled?.(fraction),
    limitDirtying: () => {},
    pin: () => {},
    heldBySync: () => {},
    departed: () => throttled?.(0),
    admit: () => undefined,
    dismiss: () => {},
    cutOff: (reason) => {
      s.loading = false
      lanesFail(reason)
      giveUp('target', reason)
    },
    linkUsed: () => ({ type: 'linkUsed', applicationBytes: 0, applicationDemandBytes: 0 }),
    send: (to, order) => {
      const { pages, channels = 1, from = 0 } = order
      const listed = pages.type === 'PageSet' ? pageSet.toArray(pages) : Array.from(orderOf(pages))
      const rest = pages.type === 'PageSet' ? [...listed.filter((page) => page >= from), ...listed.filter((page) => page < from)] : listed
      enqueue(
        { to, order, kind: kindOf(order), rest, skipped: [], bytes: 0, open: channels, began: false, stopped: false, cancelled: [] },
        Array.from({ length: channels }, (_, i) => (i === 0 ? to.lane : `${to.lane}#${i}`))
      )
    },
    sendBytes: (to, bytes, loadNs) =>
      enqueue(
        {
          to,
          order: undefined,
          kind: '',
          rest: bytes > 0 ? [-1] : [],
          skipped: [],
          bytes: 0,
          open: 1,
          began: false,
          stopped: false,
          cancelled: [],
          plain: { bytes, loads: loadNs !== undefined }
        },
        [to.lane]
      ),
    flush: (to) => {
      // It goes behind all pages, and as a message of its own lane behind that lane's messages.
      const flying = s.lanes.flatMap((lane) =>
        lane.flying.filter(({ page }) => page !== MESSAGE || lane.name === to.lane).map(({ n }) => n)
      )
      s.owed = [...s.owed, { type: 'barrier', to, behind: [...new Set([...s.sends.map((one) => one.to.n), ...flying])] }]
    },
    cancel: (to, tag) => {
      const isTimer = (one: Owed): boolean =>
        one.type === 'errand' && one.errand.leg === 'timer' && one.errand.to.lane === to.lane && one.errand.to.tag === tag
      const timer = s.owed.find(isTimer)
      if (timer?.type === 'errand') {
        s.owed = s.owed.filter((other) => other !== timer)
        conducts.happen(s.conduct, timer.errand, port)
      }
      const of = s.sends.find((one) => one.to.lane === to.lane && one.to.tag === tag && one.order !== undefined)
      if (of === undefined) {
        tell(to, { type: 'cancelled', unsent: none() })
        return
      }
      setSend({ ...of, stopped: true, cancelled: [...of.cancelled, to] })
      if (of.stopped) return
      const { n } = of.to
      for (const { name, queue, leaving } of s.lanes)
        if (queue.includes(n) && !(queue[0] === n && leaving !== undefined)) {
          setLane({ ...laneOf(name), queue: queue.filter((one) => one !== n) })
          finished(n)
        }
    }
  }

  /** The guest uses a page, or stands still at it. */
  const use = (page: number, write: boolean): void => {
    change()
    const h = s.conduct.hosts
    if (hosts.isTrapped(h, page)) {
      s.stalled = { page, write }
      if (s.conduct.severed === undefined) s.notices = [...s.notices, page]
    } else hosts.touch(h, (page << 1) | (write ? 1 : 0))
  }
  const tellFault = (page: number): void => {
    const h = s.conduct.hosts
    for (const wanted of h.setting.engine.backing?.wanted(page, h.pages) ?? [page])
      if (wanted === page || hosts.isTrapped(h, wanted)) tellAll({ type: 'faulted', page: wanted, vcpu: 0 })
  }
  const untrapped = (page: number): void => {
    if (s.stalled?.page !== page) return
    const { write } = s.stalled
    s.stalled = undefined
    use(page, write)
  }

  const fail = (what: Part): void => {
    change()
    s.faults--
    const reason = `the ${what} failed`
    lanesFail(reason)
    if (what === 'target') s.loading = false
    s.notices = []
    conducts.fail(s.conduct, what, reason, port)
    giveUp(what, reason)
  }
  const lanesFail = (reason: string): void => {
    const queues = s.lanes.flatMap(({ queue }) => queue)
    const leaving = s.lanes.flatMap((lane) => lane.leaving ?? [])
    s.lanes = s.lanes.filter(({ sent }) => sent).map(({ name, sent }) => ({ name, queue: [], leaving: undefined, flying: [], sent }))
    for (const n of queues)
      finished(
        n,
        reason,
        leaving.filter((item) => item.n === n).map(({ takes }) => takes)
      )
  }
  const giveUp = (what: Part, reason: string): void => {
    const lost = s.owed.filter((one) => one.type === 'barrier' || one.errand.needs.includes(what))
    s.owed = s.owed.filter((one) => !lost.includes(one))
    for (const one of lost) tell(one.type === 'barrier' ? one.to : one.errand.to, { type: 'refused', reason })
  }

  const errandHappens = (one: Owed): void => {
    s.owed = s.owed.filter((other) => other !== one)
    if (one.type === 'barrier') {
      tell(one.to, { type: 'done' })
      return
    }
    if (!onlyTells.has(one.errand.leg)) change()
    under(conducts.happen(s.conduct, one.errand, port))
  }

  const happen = (choice: Choice): void => {
    switch (choice.type) {
      case 'write':
        s.writes--
        use(choice.page, true)
        break
      case 'read':
        use(choice.page, false)
        break
      case 'leave': {
        const lane = laneOf(choice.lane)
        const { leaving } = lane
        told({ pages: leaving!.takes.pages, bytes: 0 })
        if (leaving!.page >= 0) setLane({ ...lane, flying: [...lane.flying, leaving!] })
        proceed(choice.lane)
        break
      }
      case 'arrive': {
        const lane = laneOf(choice.lane)
        const [item] = lane.flying
        const flying = lane.flying.slice(1)
        if (lane.sent || flying.length > 0) setLane({ ...lane, flying })
        else s.lanes = s.lanes.filter((one) => one !== lane)
        change()
        if (item.page === MESSAGE) {
          errandHappens(s.owed.find((one) => isOf(one, item.n))!)
          break
        }
        hosts.place(s.conduct.hosts, item.page, item.reading, item.place, at, untrapped)
        break
      }
      case 'answer': {
        errandHappens(s.owed[choice.owed])
        break
      }
      case 'notice': {
        const [page] = s.notices
        s.notices = s.notices.slice(1)
        tellFault(page)
        break
      }
      case 'look':
        s.looks--
        at = clock()
        tellAll({ type: 'progress', ...s.told })
        if (s.looks === 0) s.told = nothing
        break
      case 'load':
        s.loading = false
        conducts.loaded(s.conduct, port)
        break
      case 'fail':
        fail(choice.what)
        break
      case 'mend':
        change()
        conducts.mend(s.conduct, port)
        break
    }
  }

  const enter = (state: State): void => {
    if (loaded !== state.saved) load(state.saved)
    loaded = state.saved
  }
  /** The time that all looks so far have taken. */
  const clock = (): number => (looking === undefined ? 0 : (looking.looks - s.looks) * looking.lookNs)
  const run = (state: State, now: number, act: () => void): void => {
    s = state
    at = now + clock()
    orders = []
    outbox = []
    draining = false
    delivering = false
    signals = 0
    enter(state)
    changed = false
    act()
    drain()
    if (!changed) return
    loaded = save()
    s.saved = loaded
  }

  return {
    enter,
    begin: (state, first) => run(state, 0, () => go(first.carrier, first.phase, first.commands)),
    take: (state, choice, now) => run(state, now, () => happen(choice))
  }
}

/** Signals that are heard at once, before anything else can happen: far more than any order's answers, and those of the orders that these lead to. */
export const MOST_SIGNALS = 10_000

const ideal = { source: idealHost, target: idealHost }

const nothing: Amount = { pages: 0, bytes: 0 }

/** That a send was given up, with what had left of it. */
const refusal = (reason: string, { order, rest, skipped, bytes }: Send, notLeft: readonly Amount[]): Answer => {
  if (order === undefined) return { type: 'refused', reason }
  const all = order.pages.type === 'PageSet' ? order.pages.count : order.pages.length
  const pages = all - rest.length - skipped.length - notLeft.reduce((sum, one) => sum + one.pages, 0)
  const sent = { pages, bytes: bytes - notLeft.reduce((sum, one) => sum + one.bytes, 0) }
  return pages > 0 ? { type: 'refused', reason, sent } : { type: 'refused', reason }
}

type SendOrder = Extract<Order, { readonly type: 'send' }>

/** An errand as text: what it is for, and where it stands. */
const errandText = ({ order, to, leg, needs, answer }: Errand): string =>
  `${kindOf(order)} ${to.lane} ${to.tag} ${leg} ${needs.length} ${answer === undefined ? '' : dataKey(answer)}`

/** An order as text; the pipeline gives the same ones again and again. */
const kinds = new WeakMap<object, string>()
const kindOf = (order: Order): string => {
  const known = kinds.get(order)
  if (known !== undefined) return known
  const kind = dataKey(order)
  kinds.set(order, kind)
  return kind
}

/** Orders that do not change the hosts when they are given. */
const leavesHosts: ReadonlySet<Order['type']> = new Set([
  'preselect',
  'reserve',
  'select',
  'dump',
  'rebuild',
  'discard',
  'flush',
  'pause',
  'sendContext',
  'redirect',
  'commit',
  'resume',
  'inquire',
  'throttle',
  'pin',
  'wake',
  'cancel',
  'send'
])
/** Legs at whose end an answer is told and nothing else happens. */
const onlyTells: ReadonlySet<Errand['leg']> = new Set(['back', 'redirect', 'synced', 'timer'])
