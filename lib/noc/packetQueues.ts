import type { PacketTable } from './packetTable'

/** The terminals' queues of packets that wait to be injected: those offered for later, and one queue a node. `backlog` has a bit for each node whose queue is not empty. @internal */
export type PacketQueues = {
  readonly backlog: Int32Array
  readonly add: (slot: number) => void
  readonly admit: (now: number) => void
  readonly firstOf: (node: number) => number
  readonly shift: (node: number) => void
  readonly admitted: () => number
  readonly nextOffered: () => number
}

/** Empty queues over a table's slots. @internal */
export const packetQueues = (nodes: number, table: PacketTable): PacketQueues => {
  const firstWaiting = new Int32Array(nodes).fill(-1)
  const lastWaiting = new Int32Array(nodes)
  const backlog = new Int32Array((nodes + 31) >> 5)
  let firstLater = -1
  let lastLater = -1
  let admitted = 0
  return {
    backlog,
    add: (slot) => {
      if (firstLater < 0) firstLater = slot
      else table.next[lastLater] = slot
      lastLater = slot
    },
    admit: (now) => {
      while (firstLater >= 0 && table.offered[firstLater] <= now) {
        const slot = firstLater
        firstLater = table.next[slot]
        table.next[slot] = -1
        const node = table.source[slot]
        if (firstWaiting[node] < 0) firstWaiting[node] = slot
        else table.next[lastWaiting[node]] = slot
        lastWaiting[node] = slot
        backlog[node >> 5] |= 1 << (node & 31)
        admitted++
      }
    },
    firstOf: (node) => firstWaiting[node],
    shift: (node) => {
      firstWaiting[node] = table.next[firstWaiting[node]]
      if (firstWaiting[node] < 0) backlog[node >> 5] &= ~(1 << (node & 31))
    },
    admitted: () => admitted,
    nextOffered: () => (firstLater < 0 ? Infinity : table.offered[firstLater])
  }
}
