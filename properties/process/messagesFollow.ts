import type { ChipOrder } from '../../lib/protocol/chip'
import type { Entry } from '../../lib/protocol/journal'
import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from '../invariants/invariant'
import { type Standings, standings, stood } from './standings'

/**
 * What is sent to a process finds it: a message and a chunk that have left come to where it is, who is at a mailbox with a message gets it, who wants to send to one that is empty does, and bytes that are wanted and put
 * are handed over. Judged at the end, of what has been waited for during more than half of the run, where nothing breaks. That nothing is lost between, doubled or out of order is said by `chipInvariants`.
 */
export const messagesFollow: Invariant = invariant<Memory>({
  name: 'messagesFollow',
  sentence: 'What is sent to or by a process comes to where its reader is, however often either moves, and nobody waits for what is there.',
  of: 'journal',
  init: (began) => {
    const { faults, clusters } = (began?.world ?? {}) as {
      readonly faults?: readonly unknown[]
      readonly clusters?: Readonly<Record<string, { readonly nodes: readonly string[] }>>
    }
    const nodes = Object.fromEntries(Object.entries(clusters ?? {}).map(([name, one]) => [name, one.nodes]))
    return {
      all: standings(began),
      nodes,
      breaks: (faults?.length ?? 0) > 0,
      began: began?.at ?? 0,
      now: 0,
      ends: new Map(),
      waits: new Map(),
      channels: new Map()
    }
  },
  step: (memory, entry, _tell, { answered }) => {
    memory.now = entry.at
    stood(memory.all, entry)
    if (memory.breaks) return memory
    if (entry.type === 'commanded') asked(memory, entry)
    else if (entry.type === 'ended') {
      if (entry.outcome.type !== 'limited') for (const [key, { who }] of memory.waits) if (who === entry.migration) memory.waits.delete(key)
    } else if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'arrived' && signal.by !== 'sync') {
        const channel = channelOf(memory, signal.by, signal.from, signal.process ?? signal.node)
        channel.arrived += signal.by === 'mailbox' ? 1 : signal.bytes
      } else if ('to' in signal && answered !== undefined) {
        const waited = memory.waits.get(`${signal.to.migration} ${signal.to.n}`)
        memory.waits.delete(`${signal.to.migration} ${signal.to.n}`)
        const { order } = answered.command
        if (!('end' in order)) return memory
        const end = memory.ends.get(`${signal.to.migration} ${order.end}`)
        if (signal.type === 'refused') {
          if (waited?.opens === true) memory.ends.delete(`${signal.to.migration} ${order.end}`)
        } else if (end !== undefined) done(memory, end, order, signal)
      }
    }
    return memory
  },
  done: (memory) => (memory.breaks ? undefined : late(memory))
})

/** An end: whose it is, at which node, and which other end it has (a portal's that reads: whom it has allowed last). */
type End = {
  readonly owner: string
  readonly node: string
  readonly kind: 'mailbox' | 'portal' | 'sync'
  readonly port: number
  remote: string | undefined
}

/** Messages, or bytes, from one to another: what has left, come and been handed over, what the reader has allowed, and since when any of that has stood as it stands. */
type Channel = {
  readonly by: string
  readonly from: string
  readonly to: string
  left: number
  arrived: number
  read: number
  allowed: number
  ports: Set<number>
  at: Time
}

type Wait = { readonly who: string; readonly order: ChipOrder; readonly at: Time; readonly opens: boolean }

type Memory = {
  readonly all: Standings
  readonly nodes: Readonly<Record<string, readonly string[]>>
  readonly breaks: boolean
  readonly began: Time
  now: Time
  readonly ends: Map<string, End>
  readonly waits: Map<string, Wait>
  readonly channels: Map<string, Channel>
}

const channelOf = ({ channels, now }: Memory, by: string, from: string, to: string): Channel => {
  const name = `${by} ${from} > ${to}`
  const channel = channels.get(name) ?? { by, from, to, left: 0, arrived: 0, read: 0, allowed: 0, ports: new Set(), at: now }
  channels.set(name, channel)
  channel.at = now
  return channel
}

const asked = (memory: Memory, { command: { order, to }, at }: Extract<Entry, { readonly type: 'commanded' }>): void => {
  if (!('end' in order)) return
  const name = `${to.migration} ${order.end}`
  const opens = (order.type === 'create' || order.type === 'attach') && !memory.ends.has(name)
  if (opens && (order.type === 'create' || order.type === 'attach')) {
    const node = memory.nodes[to.migration]?.[order.dma ?? 0] ?? to.migration
    const remote = order.type === 'attach' ? order.remote : undefined
    memory.ends.set(name, { owner: to.migration, node, kind: order.kind, port: order.port ?? 0, remote })
  }
  memory.waits.set(`${to.migration} ${to.n}`, { who: to.migration, order, at, opens })
}

const done = (
  memory: Memory,
  end: End,
  order: ChipOrder,
  signal: { readonly type: string; readonly from?: string; readonly bytes?: number }
): void => {
  if (order.type === 'close') memory.ends.delete(`${end.owner} ${order.end}`)
  else if (order.type === 'mail' && end.remote !== undefined) {
    const channel = channelOf(memory, 'mailbox', end.node, end.remote)
    channel.left++
    channel.ports.add(end.port)
  } else if (signal.type === 'received') channelOf(memory, 'mailbox', signal.from ?? '', end.node).read++
  else if (order.type === 'put' && end.remote !== undefined) {
    const channel = channelOf(memory, 'portal', end.node, end.remote)
    channel.left += order.bytes
    channel.ports.add(end.port)
  } else if (order.type === 'allow') {
    end.remote = order.from
    channelOf(memory, 'portal', order.from, end.node).allowed += order.bytes
  } else if (order.type === 'get' && end.remote !== undefined) channelOf(memory, 'portal', end.remote, end.node).read += order.bytes
}

/** What is wrong at the end. */
const late = (memory: Memory): string | undefined => {
  const { all, began, now, channels, waits, ends } = memory
  const isOld = (at: Time): boolean => now - at > (now - began) / 2
  const isThere = (name: string): boolean => {
    const one = all.processes.get(name)
    return one === undefined || (one.end === undefined && one.counts !== undefined && one.copies.get(one.counts) === 'running')
  }
  const concerns = ({ from, to }: Channel): boolean => (all.processes.has(from) || all.processes.has(to)) && isThere(to)
  const old = [...channels.values()].filter((one) => concerns(one) && isOld(one.at))
  const waiting = [...waits.values()].flatMap(({ who, order, at }) => {
    const end = 'end' in order ? ends.get(`${who} ${order.end}`) : undefined
    return end !== undefined && isOld(at) && isThere(who) ? [{ order, end }] : []
  })
  const reads = (type: ChipOrder['type'], node: string, ports: ReadonlySet<number>) =>
    waiting.some(({ order, end }) => order.type === type && end.node === node && ports.has(end.port))
  const problems = old.flatMap(({ by, from, to, left, arrived, read, ports }) => {
    const what = by === 'mailbox' ? 'messages' : 'bytes'
    if (left > arrived) return [`${left - arrived} ${what} of ${from} have left for ${to}, and have not come`]
    if (by === 'mailbox' && arrived > read && ports.size < 2 && reads('receive', to, ports))
      return [`${to} waits for a message, and one of ${from} has come`]
    return []
  })
  for (const { order, end } of waiting) {
    const channel = channels.get(`${end.kind} ${end.node} > ${end.remote}`)
    if (order.type === 'mail' && isThere(end.remote ?? '') && (channel === undefined || channel.left === channel.read))
      problems.push(`${end.node} waits to mail to ${end.remote}, at which nothing of it is outstanding`)
    if (
      order.type === 'put' &&
      channel !== undefined &&
      channel.allowed >= channel.left + order.bytes &&
      isThere(channel.to) &&
      reads('get', channel.to, new Set([end.port]))
    )
      problems.push(`${end.node} waits to put into the portal of ${end.remote}, which waits to get`)
  }
  return problems.length === 0 ? undefined : problems.join('; ')
}
