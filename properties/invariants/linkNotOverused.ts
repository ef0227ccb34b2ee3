import type { Command } from '../../lib/protocol/command'
import { migrationOf, type Signal } from '../../lib/protocol/signal'
import type { Time } from '../../lib/time/time'
import { described } from './described'
import { type Commanded, type Invariant, invariant, type Tell } from './invariant'

/**
 * The link is never over-used: between any two moments at which a count is told, no more than its bandwidth times that time, and a page, has left. Judged are
 * each send from its order to its answer (its own limit of bytes per second too; where the source keeps to windows, each begins with the bytes of its own and may end in a page under way, and one in as many pages as are chosen together); the sends of all migrations together since the link was last without one; each
 * migration from one progress fact to the next, where signals come in order; and a migration's sends with the applications' traffic since its first command.
 * What is written ahead of the wire (`bufferBytes` of a sender) counts when it is written. The bandwidth is what the world's description says; a world that says none is not judged.
 */
export const linkNotOverused: Invariant = invariant<Memory>({
  name: 'linkNotOverused',
  sentence: 'All migrations together, and the applications with them, never send more than the link carries.',
  of: 'journal',
  hears: ['preselect', 'send', 'sent', 'refused', 'progress', 'linkUsed'],
  init: (began) => {
    const { bytesPerSecond, headerBytes = 0, inOrder, windowNs, bufferBytes = 0 } = described(began)
    const pageBytes = Object.values(began?.guests ?? {}).flatMap(({ pageBytes, disk }) => [pageBytes, disk?.blockBytes ?? 0])
    return {
      bytesPerSecond,
      inOrder,
      windowNs,
      buffered: 2 * bufferBytes,
      written: 0,
      slack: Math.max(0, ...pageBytes) + headerBytes,
      users: new Map(),
      outstanding: 0,
      busySince: 0,
      busyBytes: 0
    }
  },
  step: (memory, entry, tell, { answered }) => {
    if (memory.bytesPerSecond === undefined) return memory
    if (entry.type === 'commanded') ordered(memory, entry.command, entry.at)
    else if (entry.type === 'signalled') heard(memory, entry.signal, answered, tell)
    return memory
  }
})

/** One migration on the link: what it has sent since its first order, and what it was last told of the progress of its memory and of its disk. */
type User = {
  readonly since: Time
  bytes: number
  readonly memory: Told
  readonly disk: Told
}
type Told = { at: Time; bytes: number }

type Memory = {
  readonly bytesPerSecond: number | undefined
  readonly inOrder: boolean
  readonly windowNs: Time | undefined
  /** What may have been written ahead of the wire where a send names its connection: a buffer that is full but for a byte, and a batch as large as it. */
  readonly buffered: number
  /** The same, as soon as there has been such a send. */
  written: number
  /** What may leave besides: a page under way. */
  readonly slack: number
  readonly users: Map<string, User>
  outstanding: number
  busySince: Time
  busyBytes: number
}

const userOf = ({ users }: Memory, migration: string, since: Time): User => {
  let user = users.get(migration)
  if (user === undefined) users.set(migration, (user = { since, bytes: 0, memory: { at: since, bytes: 0 }, disk: { at: since, bytes: 0 } }))
  return user
}

const ordered = (memory: Memory, { order, to }: Command, at: Time): void => {
  userOf(memory, to.migration, at)
  if (order.type === 'send' && order.connection !== undefined) memory.written = memory.buffered
  if (order.type === 'send' && memory.outstanding++ === 0) {
    memory.busySince = at
    memory.busyBytes = 0
  }
}

const heard = (memory: Memory, signal: Signal, answered: Commanded | undefined, tell: Tell): void => {
  const { at } = signal
  const send = answered?.command.order.type === 'send' ? answered.command.order : undefined
  if (send !== undefined) memory.outstanding--
  if (signal.type === 'refused') return
  const user = userOf(memory, migrationOf(signal), at)
  if (signal.type === 'sent') {
    if (send === undefined || answered === undefined) return
    user.bytes += signal.bytes
    memory.busyBytes += signal.bytes
    const problem =
      over(memory, signal.bytes, at - answered.at, send.bytesPerSecond, send.of === undefined ? memory.windowNs : undefined) ??
      over(memory, memory.busyBytes, at - memory.busySince, undefined)
    if (problem !== undefined) tell(problem)
  } else if (signal.type === 'progress') {
    const told = signal.of === 'disk' ? user.disk : user.memory
    const problem = memory.inOrder ? over(memory, signal.bytes - told.bytes, at - told.at, undefined) : undefined
    if (problem !== undefined) tell(problem)
    told.at = at
    told.bytes = signal.bytes
  } else if (signal.type === 'linkUsed') {
    const problem = over(memory, user.bytes + signal.applicationBytes, at - user.since, undefined)
    if (problem !== undefined) tell(`with the applications' traffic, ${problem}`)
  }
}

/** What is too much for a time: for the link in any case, and for a limit of its own, which may be kept by windows. */
const over = (
  { bytesPerSecond = Infinity, slack: pageUnderWay, written }: Memory,
  bytes: number,
  ns: Time,
  limit = Infinity,
  windowNs?: Time
): string | undefined => {
  const slack = pageUnderWay + written
  const ofLink = (bytesPerSecond * ns) / 1e9 + slack
  const ofLimit = windowNs === undefined ? (limit * ns) / 1e9 + slack : (limit * (ns + windowNs)) / 1e9 + slack * (WORD + 2 + ns / windowNs)
  const most = Math.min(ofLink, ofLimit)
  return bytes > most ? `${bytes} bytes left in ${ns} ns, and ${Math.floor(most - slack)} could` : undefined
}

/** Pages that are chosen together where none is followed: what they overrun a window by counts in the next. */
const WORD = 32
