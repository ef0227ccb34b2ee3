import type { Order } from '../../lib/protocol/command'
import { milliseconds, type Time } from '../../lib/time/time'
import { type Invariant, invariant } from '../invariants/invariant'
import { type Standings, standings, stood } from './standings'

/**
 * Freezing a process stops nothing else: while one stands frozen on a cluster, the cluster's own program is served as ever. Its timers ring at their time, and what it asks of its own kernel alone is
 * answered within `SERVED_WITHIN_NS`, which is long beside what any of that takes and short beside waiting for the process.
 */
export const systemGoesOn: Invariant = invariant<Memory>({
  name: 'systemGoesOn',
  sentence: "While a process stands frozen on a cluster the timers of the cluster's own program ring in time, and its calls are answered.",
  of: 'journal',
  init: (began) => ({ all: standings(began), now: 0, open: new Map() }),
  step: (memory, entry, tell, { answered }) => {
    const { all, open } = memory
    memory.now = entry.at
    stood(all, entry)
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      if (!all.processes.has(to.migration) && (order.type === 'wake' || ofItsKernel.has(order.type)))
        open.set(`${to.migration} ${to.n}`, { order, cluster: to.migration, at: entry.at, frozen: frozenOn(all, to.migration) })
      return memory
    }
    if (entry.type === 'ended') {
      if (entry.outcome.type !== 'limited') for (const [key, { cluster }] of open) if (cluster === entry.migration) open.delete(key)
      return memory
    }
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'placed' && signal.state === 'frozen') {
      for (const one of open.values()) if (one.cluster === signal.migration) one.frozen ??= signal.process
    } else if ('to' in signal && answered !== undefined) {
      const key = `${signal.to.migration} ${signal.to.n}`
      const one = open.get(key)
      open.delete(key)
      if (one?.frozen === undefined || signal.type === 'refused') return memory
      const { order, cluster, at, frozen } = one
      if (order.type === 'wake' && signal.at !== at + order.afterNs)
        tell(`while ${frozen} was frozen on ${cluster} a timer of ${order.afterNs} ns rang after ${signal.at - at}`)
      if (order.type !== 'wake' && signal.at - at > SERVED_WITHIN_NS)
        tell(`while ${frozen} was frozen on ${cluster} ${order.type} took ${signal.at - at} ns`)
    }
    return memory
  },
  done: ({ now, open, all }) => {
    const late = [...open.values()].filter(
      ({ order, cluster, at, frozen }) =>
        frozen !== undefined && !all.failed.has(cluster) && now - at > (order.type === 'wake' ? order.afterNs : SERVED_WITHIN_NS)
    )
    if (late.length === 0) return undefined
    return late
      .map(({ order, cluster, at, frozen }) => `${frozen} was frozen on ${cluster}, and ${order.type} at ${at} has no answer`)
      .join('; ')
  }
})

/** Fifty times what the transfer's longest task takes, and twice what a thread waits for its turn behind 15 others. */
const SERVED_WITHIN_NS: Time = milliseconds(100)

/** `open`: calls of clusters' programs without an answer, and a process that stood frozen there meanwhile. */
type Memory = {
  readonly all: Standings
  now: Time
  readonly open: Map<string, { readonly order: Order; readonly cluster: string; readonly at: Time; frozen: string | undefined }>
}

/** Orders that concern nobody but the kernel which is asked, and no thread of a process. */
const ofItsKernel: ReadonlySet<Order['type']> = new Set([
  'create',
  'attach',
  'describe',
  'extract',
  'admit',
  'install',
  'watch',
  'collect',
  'depend',
  'observe'
])

const frozenOn = ({ processes }: Standings, cluster: string): string | undefined =>
  [...processes.values()].find(({ copies }) => copies.get(cluster) === 'frozen')?.process
