import { Observable, type Subscription } from 'rxjs'
import { empty } from '../memory/pageSet'
import type { Address, Command } from '../protocol/command'
import type { Data } from '../protocol/data'
import type { Answer, Fact, Signal } from '../protocol/signal'
import type { ThreadSignal } from '../protocol/threadOrder'
import type { Ports, World } from '../protocol/world'
import { type IsoNodes, nodesAtWork } from './isoNodes'
import { type CheckedIso, checkedIso, type IsoOptions } from './isoOptions'
import { senseless } from './senseless'

/** The names of threads, and the nodes that they may run on. */
export type IsoWorldOptions = Omit<IsoOptions, 'seed'> & { readonly threads: readonly string[] }

/**
 * Nodes whose threads have iso-address memory (Antoniu, Bougé and Namyst, RR-3610; PM2's isoaddr.c): each thread is a guest of this world by its name, and its pipeline is the program that it runs, by orders of
 * type `act`. Threads hold real words in memory that is mapped node by node, so that a pointer that does not lead where it should is seen. Every order is answered; those of a thread that is lost are refused. See
 * `isoNode` for the protocol, `IsoOptions` for what can be chosen, `onChip` for the clusters of a chip. `opened` hears of the nodes of each run, for who wants to look inside, and `heard` of each signal of threads.
 * Errors: `RangeError` naming the option. Cost: three events for each message (on a chip some five for each 4 KiB, and its packets), and the words of a thread copied twice when it moves.
 *
 *     run({ a: program }, isoWorld({ ...onChip(), threads: ['a'] }))
 */
export const isoWorld = (options: IsoWorldOptions, opened?: (nodes: IsoNodes) => void, heard?: (signal: ThreadSignal) => void): World => {
  const { threads, ...given } = options
  if (new Set(threads).size < threads.length)
    throw new RangeError(`isoWorld: threads must be of different names (got ${threads.join(', ')})`)
  const checked = checkedIso(given)
  const { stackSlots, slotBytes } = checked.area
  return {
    guests: Object.fromEntries(threads.map((name) => [name, { name, pages: stackSlots, pageBytes: slotBytes }])),
    description: describe(checked, threads),
    signals: (ports) =>
      new Observable<Signal>((subscriber) => {
        const running = threadsAtWork(threads, { ...checked, seed: ports.seed }, ports, (signal) => subscriber.next(signal), heard)
        opened?.(running.nodes)
        subscriber.add(ports.commands.subscribe(running.obey))
        subscriber.add(running.stop)
      })
  }
}

type AtWork = { readonly nodes: IsoNodes; readonly obey: (command: Command) => void; readonly stop: () => void }

const threadsAtWork = (
  threads: readonly string[],
  checked: CheckedIso,
  { timeline }: Ports,
  emit: (signal: Signal) => void,
  heard: ((signal: ThreadSignal) => void) | undefined
): AtWork => {
  /** Orders of each thread that have not been answered, the oldest first: their answers come in that order. */
  const pending = new Map<string, Address[]>(threads.map((name) => [name, []]))
  const timers = new Map<Address, Subscription>()
  const say = (to: Address, said: Answer): void => emit({ ...said, at: timeline.now(), to })
  const tell = (thread: string, fact: Fact): void => emit({ ...fact, at: timeline.now(), migration: thread })

  const hear = (signal: ThreadSignal): void => {
    heard?.(signal)
    if (signal.type === 'failed') {
      for (const thread of threads) tell(thread, { type: 'nodeFailed', node: signal.node })
      return
    }
    const { at: _, ...said } = signal
    if ('for' in said) {
      const { for: thread, ...fact } = said
      tell(thread, fact)
      return
    }
    const { thread, ...rest } = said
    const orders = pending.get(thread)!
    if (rest.type === 'lost') {
      tell(thread, { type: 'threadLost', reason: rest.reason })
      for (const to of orders.splice(0)) say(to, { type: 'refused', reason: rest.reason })
    } else {
      const to = orders.shift()!
      say(to, rest.type === 'refused' ? { type: 'refused', reason: rest.reason } : { type: 'acted', result: rest })
    }
  }
  const nodes = nodesAtWork(checked, timeline, hear, (by, from, node, number, bytes) =>
    tell(node, { type: 'arrived', by, from, node, number, bytes })
  )
  const cancel = ({ migration, lane }: Address, tag: number): void => {
    for (const [to, due] of [...timers])
      if (to.migration === migration && to.lane === lane && to.tag === tag) {
        due.unsubscribe()
        timers.delete(to)
        say(to, { type: 'refused', reason: 'it is cancelled' })
      }
  }
  return {
    nodes,
    obey: ({ order, to }) => {
      const orders = pending.get(to.migration)
      if (orders === undefined) throw new RangeError(`isoWorld: commands must come from one of its threads (got ${to.migration})`)
      const reason = senseless(order)
      if (order.type === 'act') {
        orders.push(to)
        nodes.obey({ thread: to.migration, order: order.action })
      } else if (order.type === 'cancel') {
        cancel(to, order.tag)
        say(to, { type: 'cancelled', unsent: empty(0) })
      } else if (order.type !== 'wake' || reason !== undefined)
        say(to, { type: 'refused', reason: reason ?? `${order.type} is for a guest that migrates by it, and this is a thread, which acts` })
      else {
        const wake = (): void => {
          timers.delete(to)
          say(to, { type: 'done' })
        }
        timers.set(to, timeline.schedule(wake, order.afterNs))
      }
    },
    stop: () => {
      for (const due of timers.values()) due.unsubscribe()
      nodes.stop()
    }
  }
}

/** The world as its journal has it: all that was chosen but the nodes' machine. */
const describe = (checked: CheckedIso, threads: readonly string[]): Data => {
  const { nodes, area, distribution, limits, allocator, network, costs, faults, noticeNs } = checked
  return {
    world: 'isoThreads',
    nodes,
    threads,
    area,
    distribution,
    limits,
    allocator,
    network: 'chip' in network ? { chip: network.chip.description } : network,
    costs,
    faults: faults.map((fault) => ({ ...fault })),
    noticeNs
  }
}
