import type { PacketTable } from './packetTable'

/**
 * The terminals' queues of packets that wait to be injected, linked by the table's `next`: those offered for later, and one queue a node. `backlog` has a bit for each node
 * whose queue is not empty; `admitted` counts packets that have ever joined one. @internal
 */
export type PacketQueues = ReturnType<typeof packetQueues>

/** Empty queues. @internal */
export const packetQueues = (nodes: number) => ({
  firstWaiting: new Int32Array(nodes).fill(-1),
  lastWaiting: new Int32Array(nodes),
  backlog: new Int32Array((nodes + 31) >> 5),
  firstLater: -1,
  lastLater: -1,
  admitted: 0
})

/** A packet is offered, not before any other that is. @internal */
export const queueOffered = (queues: PacketQueues, table: PacketTable, slot: number): void => {
  if (queues.firstLater < 0) queues.firstLater = slot
  else table.next[queues.lastLater] = slot
  queues.lastLater = slot
}

/** Packets offered for this cycle join their nodes' queues. @internal */
export const admitOffered = (queues: PacketQueues, table: PacketTable, now: number): void => {
  const { firstWaiting, lastWaiting, backlog } = queues
  const { next, offered, source } = table
  let slot = queues.firstLater
  while (slot >= 0 && offered[slot] <= now) {
    const following = next[slot]
    next[slot] = -1
    const node = source[slot]
    if (firstWaiting[node] < 0) firstWaiting[node] = slot
    else next[lastWaiting[node]] = slot
    lastWaiting[node] = slot
    backlog[node >> 5] |= 1 << (node & 31)
    queues.admitted++
    slot = following
  }
  queues.firstLater = slot
}

/** The cycle for which the next packet is offered; Infinity where there is none. @internal */
export const nextOffered = ({ firstLater }: PacketQueues, { offered }: PacketTable): number =>
  firstLater < 0 ? Infinity : offered[firstLater]
