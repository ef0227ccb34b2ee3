import { Observable } from 'rxjs'
import type { SlotRun } from '../memory/isoArea'
import { type MappedSlots, mappedSlots, type RunWords } from '../memory/mappedSlots'
import { slotsOwned } from '../memory/slotDistribution'
import type { IsoMessage } from '../protocol/isoMessage'
import { type IsoEffect, type IsoEvent, type IsoNodeState, isoNodeState } from '../protocol/isoNodeState'
import type { ThreadAnswer, ThreadCommand, ThreadOrder, ThreadSignal } from '../protocol/threadOrder'
import { key } from '../random/random'
import type { Time } from '../time/time'
import type { Timeline } from '../time/timeline'
import { isoCrossbar } from './isoNetwork'
import { type CheckedIso, checkedIso, type IsoOptions } from './isoOptions'
import { bytesOnWire, type IsoThread, isoThread, perform, stackInUse, supplied } from './isoThreads'

/**
 * Nodes whose threads have iso-address memory (Antoniu, Bougé and Namyst, RR-3610; PM2's isoaddr.c): orders of threads in, answers and facts out. Threads hold real words in memory that is mapped node by node, so that a
 * pointer that does not lead where it should is seen. Every order is answered, except of a thread that is lost. See `isoNode` for the protocol, `IsoOptions` for what can be chosen.
 * Errors: `RangeError` naming the option. Cost: three events for each message, and the words of a thread copied twice when it moves.
 */
export const isoWorld =
  (options: IsoOptions) =>
  ({ commands, timeline }: { readonly commands: Observable<ThreadCommand>; readonly timeline: Timeline }): Observable<ThreadSignal> =>
    new Observable((subscriber) => {
      const nodes = isoNodes(options, timeline, (signal) => subscriber.next(signal))
      subscriber.add(commands.subscribe((command) => nodes.obey(command)))
      subscriber.add(() => nodes.stop())
    })

/** What has gone over the network, by kind of message. */
export type IsoTraffic = Readonly<Record<IsoMessage['type'], { readonly messages: number; readonly bytes: number }>>

/** Nodes at work: a kernel, for who wants to look inside. `states` and `memories` by node; `moving`: the runs of threads that are on their way, which no node has; `down`: nodes that have broken down. */
export type IsoNodes = {
  readonly obey: (command: ThreadCommand) => void
  readonly states: () => readonly IsoNodeState[]
  readonly memories: readonly MappedSlots[]
  readonly moving: () => readonly SlotRun[]
  readonly down: ReadonlySet<number>
  readonly traffic: () => IsoTraffic
  readonly stop: () => void
}

/** The nodes of `isoWorld` without the Observable: `emit` hears every signal. Errors: as `isoWorld`. */
export const isoNodes = (options: IsoOptions, timeline: Timeline, emit: (signal: ThreadSignal) => void): IsoNodes => {
  const checked = checkedIso(options)
  const { nodes, area, network, faults, noticeNs } = checked
  const states = slotsOwned(checked.distribution, area.slots, nodes).map((map, rank) =>
    isoNodeState({ rank, nodes, area, map, allocator: checked.allocator, limits: checked.limits })
  )
  const memories = states.map(() => mappedSlots(area))
  const threads = new Map<string, IsoThread>()
  const down = new Set<number>()
  const moving = new Map<string, { readonly runs: readonly SlotRun[]; words: readonly RunWords[] }>()
  const began = new Map<string, Time>()
  const traffic = Object.fromEntries(kinds.map((kind) => [kind, { messages: 0, bytes: 0 }])) as Record<
    IsoMessage['type'],
    { messages: number; bytes: number }
  >
  const outages = faults.flatMap((fault) =>
    fault.link !== undefined && fault.until !== undefined ? [{ rank: fault.link, at: fault.at, until: fault.until }] : []
  )
  const crossbar = isoCrossbar(network, nodes, outages, timeline, key(checked.seed))
  let stopped = false

  const after = (delayNs: Time, work: () => void): void => {
    timeline.schedule(() => {
      if (!stopped) work()
    }, delayNs)
  }
  const named = (name: string): IsoThread => {
    const known = threads.get(name)
    if (known !== undefined) return known
    const made = isoThread(name)
    threads.set(name, made)
    return made
  }
  const ownerOf = (slot: number): string | undefined =>
    [...threads.values()].find(({ runs }) => runs.some(({ start, n }) => slot >= start && slot < start + n))?.name

  const answer = (thread: IsoThread, said: ThreadAnswer): void => {
    thread.waits = undefined
    emit({ at: timeline.now(), thread: thread.name, ...said })
    next(thread)
  }
  const lose = (thread: IsoThread, reason: string): void => {
    if (thread.lives === 'gone') return
    thread.lives = 'gone'
    thread.waits = undefined
    thread.orders.length = 0
    emit({ at: timeline.now(), thread: thread.name, type: 'lost', reason })
  }
  const next = (thread: IsoThread): void => {
    if (thread.waits !== undefined) return
    const order = thread.orders.shift()
    if (order === undefined) return
    thread.waits = { order, since: timeline.now() }
    // By an event of its own: a thread's answers come one after the other, and never while it gives an order.
    after(0, () => {
      if (thread.waits?.order === order) attempt(thread, order)
    })
  }
  const attempt = (thread: IsoThread, order: ThreadOrder): void => {
    if (order.type === 'spawn' && thread.lives === 'unborn') {
      if (!(order.node in states) || down.has(order.node)) {
        answer(thread, { type: 'refused', order: 'spawn', reason: `there is no node ${order.node}` })
        return
      }
      thread.node = order.node
    }
    if (order.type === 'migrate' && !(order.to in states)) {
      answer(thread, { type: 'refused', order: 'migrate', reason: `there is no node ${order.to}` })
      return
    }
    const owed = perform(thread, order, area, memories[thread.node] ?? nowhere, ownerOf)
    switch (owed.type) {
      case 'answered':
        answer(thread, owed.answer)
        return
      case 'need':
        hear(thread.node, { type: 'need', thread: thread.name, n: owed.n })
        return
      case 'give':
        giving.set(thread, { left: owed.runs.length, answer: owed.answer })
        for (const run of owed.runs) hear(thread.node, { type: 'give', thread: thread.name, run })
        return
      case 'depart':
        hear(thread.node, { type: 'depart', thread: thread.name, to: owed.to })
    }
  }
  const giving = new Map<IsoThread, { readonly left: number; readonly answer: ThreadAnswer }>()

  /** An event at a node's machine, and what it wants done, in order. */
  const hear = (rank: number, event: IsoEvent): void => {
    if (down.has(rank) || stopped) return
    if (event.type === 'told' && event.message.type === 'thread' && states[rank].lost.includes(event.from)) {
      moving.delete(event.message.thread)
      lose(named(event.message.thread), `node ${event.from} was lost while the thread was on its way`)
    }
    const { state, effects } = checked.node(states[rank], event)
    for (let number = states[rank].asked; number < state.asked; number++) began.set(`${rank}.${number}`, timeline.now())
    states[rank] = state
    for (const effect of effects) {
      if (effect.type !== 'send') enact(rank, effect)
      else send(rank, effect)
    }
  }
  const enact = (rank: number, effect: Exclude<IsoEffect, { readonly type: 'send' }>): void => {
    switch (effect.type) {
      case 'map':
        memories[rank].map(effect.run)
        return
      case 'unmap':
        memories[rank].unmap(effect.run)
        return
      case 'negotiated': {
        const id = `${effect.id.rank}.${effect.id.number}`
        const { owners, run } = effect
        emit({ at: timeline.now(), type: 'negotiated', node: rank, owners, run, ns: timeline.now() - began.get(id)! })
        began.delete(id)
        return
      }
      case 'got': {
        const thread = named(effect.thread)
        const { waits } = thread
        if (waits === undefined) return
        after(effect.from === 'cache' ? 0 : checked.costs.mapNs, () => {
          if (thread.waits !== waits) return
          if (thread.lives === 'unborn') thread.lives = 'here'
          answer(thread, supplied(thread, waits.order, effect.run, area, memories[rank]))
        })
        return
      }
      case 'gave': {
        const thread = named(effect.thread)
        const owed = giving.get(thread)
        if (owed === undefined) return
        thread.runs = thread.runs.filter(({ start }) => start !== effect.run.start)
        if (owed.left > 1) {
          giving.set(thread, { ...owed, left: owed.left - 1 })
          return
        }
        giving.delete(thread)
        if (owed.answer.type === 'exited') {
          thread.lives = 'unborn'
          thread.node = -1
        }
        answer(thread, owed.answer)
        return
      }
      case 'refused': {
        const thread = named(effect.thread)
        if (thread.waits !== undefined) answer(thread, { type: 'refused', order: thread.waits.order.type, reason: effect.reason })
        return
      }
      case 'installed':
        install(rank, effect)
    }
  }
  const install = (rank: number, { thread: name, runs, mapped }: Extract<IsoEffect, { readonly type: 'installed' }>): void => {
    const thread = named(name)
    const { words } = moving.get(name)!
    runs.forEach((run, i) => {
      const memory = memories[rank]
      memory.copyIn(run, i === 0 ? stackInUse(thread, area, words[i], memory.copyOut(run)) : words[i])
    })
    moving.delete(name)
    const from = thread.node
    const { waits } = thread
    thread.node = rank
    after(mapped === 0 ? 0 : checked.costs.mapNs, () => {
      if (thread.waits !== waits || waits === undefined) return
      thread.lives = 'here'
      answer(thread, { type: 'migrated', from, to: rank, ns: timeline.now() - waits.since, bytes: bytesOnWire(thread, area), mapped })
    })
  }
  const send = (from: number, { to, message }: Extract<IsoEffect, { readonly type: 'send' }>): void => {
    const thread = message.type === 'thread' ? named(message.thread) : undefined
    const bytes = checked.costs.messageBytes + bytesOf(message, checked, thread)
    traffic[message.type].messages++
    traffic[message.type].bytes += bytes
    if (message.type === 'thread' && thread !== undefined) {
      thread.lives = 'moving'
      moving.set(message.thread, { runs: message.runs, words: [] })
    }
    crossbar.send({
      from,
      to,
      bytes,
      left: () => {
        if (message.type !== 'thread') return
        // What is in the runs is read when it leaves.
        moving.get(message.thread)!.words = message.runs.map((run) => memories[from].copyOut(run))
        after(checked.costs.releaseNs, () => hear(from, { type: 'left', departure: message.departure }))
      },
      came: () => hear(to, { type: 'told', from, message }),
      dropped: () => {
        if (message.type !== 'thread' || thread === undefined) return
        moving.delete(message.thread)
        lose(thread, 'the network broke while the thread was on its way')
      }
    })
  }

  const breakDown = (rank: number, crashed: boolean): void => {
    if (crashed) {
      down.add(rank)
      emit({ at: timeline.now(), type: 'failed', node: rank })
    }
    crossbar.cut(rank)
    if (crashed) {
      for (const name of Object.keys(states[rank].arriving)) {
        moving.delete(name)
        lose(named(name), `node ${rank} broke down`)
      }
      for (const thread of threads.values())
        if (thread.node === rank && !moving.has(thread.name) && (thread.lives !== 'unborn' || thread.waits !== undefined))
          lose(thread, `node ${rank} broke down`)
    }
    after(noticeNs, () => {
      for (let other = 0; other < nodes; other++) {
        if (other === rank) continue
        hear(other, { type: 'lost', rank })
        if (!crashed) hear(rank, { type: 'lost', rank: other })
      }
    })
  }
  for (const fault of faults)
    if (fault.host !== undefined) after(fault.at - timeline.now(), () => breakDown(fault.host, true))
    else if (fault.until === undefined) after(fault.at - timeline.now(), () => breakDown(fault.link, false))

  return {
    obey: ({ thread: name, order }) => {
      const thread = named(name)
      if (thread.lives === 'gone') {
        emit({ at: timeline.now(), thread: name, type: 'refused', order: order.type, reason: 'the thread is lost' })
        return
      }
      thread.orders.push(order)
      next(thread)
    },
    states: () => states,
    memories,
    moving: () => [...moving.values()].flatMap(({ runs }) => runs),
    down,
    traffic: () => traffic,
    stop: () => {
      stopped = true
    }
  }
}

const kinds: readonly IsoMessage['type'][] = ['request', 'granted', 'lock', 'unlock', 'sync', 'map', 'update', 'thread']

/** What a thread that is nowhere can read: it is refused before. */
const nowhere: MappedSlots = mappedSlots({ topAddress: 8, slotBytes: 8, slots: 0, stackSlots: 1 })

const bytesOf = (message: IsoMessage, { area }: CheckedIso, thread: IsoThread | undefined): number => {
  if (message.type === 'map' || message.type === 'update') return Math.ceil(area.slots / 8)
  return thread === undefined ? 0 : bytesOnWire(thread, area)
}
