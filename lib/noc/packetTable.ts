import type { Delivery } from './noc'

/** Packets under way as columns, by slot (slots are used again), and those delivered. `number` says the how-manieth packet of the network it is. @internal */
export type PacketTable = {
  offered: Float64Array
  injected: Float64Array
  tag: Float64Array
  number: Float64Array
  source: Int32Array
  destination: Int32Array
  flits: Int32Array
  hops: Int32Array
  /** Free for whoever queues slots. */
  next: Int32Array
  readonly open: (now: number, cycle: number, source: number, destination: number, flits: number, tag: number) => number
  readonly deliver: (slot: number, cycle: number) => void
  readonly take: (deliver: (delivery: Delivery) => void) => void
  readonly hasDelivered: () => boolean
  readonly packets: () => number
  readonly underWay: () => number
}

/** An empty table for a network of `nodes` terminals; it grows as needed. `open` refuses what `Noc.offer` refuses. @internal */
export const packetTable = (nodes: number): PacketTable => {
  let free = -1
  let used = 0
  let lastOffered = 0
  let opened = 0
  let packets = 0
  let delivered: Delivery[] = []

  const grow = (): void => {
    const size = table.next.length * 2
    for (const column of ['offered', 'injected', 'tag', 'number'] as const) table[column] = grown(new Float64Array(size), table[column])
    for (const column of ['source', 'destination', 'flits', 'hops', 'next'] as const)
      table[column] = grown(new Int32Array(size), table[column])
  }

  const table: PacketTable = {
    offered: new Float64Array(64),
    injected: new Float64Array(64),
    tag: new Float64Array(64),
    number: new Float64Array(64),
    source: new Int32Array(64),
    destination: new Int32Array(64),
    flits: new Int32Array(64),
    hops: new Int32Array(64),
    next: new Int32Array(64),
    open: (now, cycle, source, destination, flits, tag) => {
      if (!(Number.isSafeInteger(cycle) && cycle >= now && cycle >= lastOffered))
        throw new RangeError(`noc: packets are offered in order of time, at a cycle from ${Math.max(now, lastOffered)} on (got ${cycle})`)
      if (!(isNode(source, nodes) && isNode(destination, nodes)))
        throw new RangeError(`noc: nodes are numbered from 0 to ${nodes - 1} (got ${source} to ${destination})`)
      if (!(Number.isSafeInteger(flits) && flits >= 1 && flits <= 1 << 30))
        throw new RangeError(`noc: a packet has 1 to 2^30 flits (got ${flits})`)
      lastOffered = cycle
      let slot = free
      if (slot >= 0) free = table.next[slot]
      else {
        if (used === table.next.length) grow()
        slot = used++
      }
      table.offered[slot] = cycle
      table.source[slot] = source
      table.destination[slot] = destination
      table.flits[slot] = flits
      table.tag[slot] = tag
      table.number[slot] = opened++
      table.hops[slot] = 0
      table.next[slot] = -1
      return slot
    },
    deliver: (slot, cycle) => {
      delivered.push({
        cycle,
        source: table.source[slot],
        destination: table.destination[slot],
        flits: table.flits[slot],
        tag: table.tag[slot],
        offered: table.offered[slot],
        injected: table.injected[slot],
        hops: table.hops[slot]
      })
      table.next[slot] = free
      free = slot
      packets++
    },
    take: (deliver) => {
      const taken = delivered
      if (taken.length === 0) return
      delivered = []
      for (const one of taken) deliver(one)
    },
    hasDelivered: () => delivered.length > 0,
    packets: () => packets,
    underWay: () => opened - packets
  }
  return table
}

const isNode = (node: number, nodes: number): boolean => Number.isSafeInteger(node) && node >= 0 && node < nodes

const grown = <A extends Float64Array | Int32Array>(into: A, from: A): A => {
  into.set(from)
  return into
}
