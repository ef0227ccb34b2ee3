import type { Delivery } from './noc'

/** A cycle's number, which may be beyond 2^31. @internal */
export type Cycle = number

/**
 * Packets under way as columns, by slot (slots are used again), and those delivered, which keep their slots until they are taken. `number` says the how-manieth packet of the
 * network it is, `arrived` how many of its flits have come in and `ended` when the last did; `next` is free for whoever queues slots, `place` and `due` for whoever schedules them. @internal
 */
export type PacketTable = ReturnType<typeof packetTable>

/** An empty table for a network of `nodes` terminals; it grows as needed. @internal */
export const packetTable = (nodes: number) => ({
  nodes,
  offered: new Float64Array(64),
  injected: new Float64Array(64),
  tag: new Float64Array(64),
  number: new Float64Array(64),
  ended: new Float64Array(64),
  due: new Float64Array(64),
  source: new Int32Array(64),
  destination: new Int32Array(64),
  flits: new Int32Array(64),
  hops: new Int32Array(64),
  arrived: new Int32Array(64),
  next: new Int32Array(64),
  place: new Int32Array(64),
  // Free slots are a list by `next`; from `used` on none was ever taken.
  room: 64,
  free: -1,
  used: 0,
  opened: 0,
  packets: 0,
  lastOffered: 0,
  // Delivered and not yet taken: a list by `next`.
  firstDelivered: -1,
  lastDelivered: -1,
  waiting: 0
})

/** A slot for a packet that is offered; refuses what `Noc.offer` refuses. @internal */
export const openPacket = (
  table: PacketTable,
  now: number,
  cycle: number,
  source: number,
  destination: number,
  flits: number,
  tag: number
): number => {
  const { nodes, lastOffered } = table
  if (!(Number.isSafeInteger(cycle) && cycle >= now && cycle >= lastOffered))
    throw new RangeError(`noc: packets are offered in order of time, at a cycle from ${Math.max(now, lastOffered)} on (got ${cycle})`)
  if (!(isNode(source, nodes) && isNode(destination, nodes)))
    throw new RangeError(`noc: nodes are numbered from 0 to ${nodes - 1} (got ${source} to ${destination})`)
  if (!(Number.isSafeInteger(flits) && flits >= 1 && flits <= 1 << 30))
    throw new RangeError(`noc: a packet has 1 to 2^30 flits (got ${flits})`)
  table.lastOffered = cycle
  let slot = table.free
  if (slot >= 0) table.free = table.next[slot]
  else {
    if (table.used === table.room) grow(table)
    slot = table.used++
  }
  table.offered[slot] = cycle
  table.source[slot] = source
  table.destination[slot] = destination
  table.flits[slot] = flits
  table.tag[slot] = tag
  table.number[slot] = table.opened++
  table.hops[slot] = 0
  table.arrived[slot] = 0
  table.next[slot] = -1
  return slot
}

/** A packet has come in whole. @internal */
export const deliverPacket = (table: PacketTable, slot: number, cycle: Cycle): void => {
  const { next, ended, firstDelivered, lastDelivered } = table
  ended[slot] = cycle
  next[slot] = -1
  if (firstDelivered < 0) table.firstDelivered = slot
  else next[lastDelivered] = slot
  table.lastDelivered = slot
  table.waiting++
  table.packets++
}

/** Hands over what was delivered and not yet taken, in order of arrival. @internal */
export const takeDeliveries = (table: PacketTable, deliver: (delivery: Delivery) => void): void => {
  // Whoever takes may offer, run and take meanwhile: what comes in then is taken next time.
  for (let left = table.waiting; left > 0 && table.waiting > 0; left--) {
    const { firstDelivered: slot, next, ended, source, destination, flits, tag, offered, injected, hops } = table
    const delivery = {
      cycle: ended[slot],
      source: source[slot],
      destination: destination[slot],
      flits: flits[slot],
      tag: tag[slot],
      offered: offered[slot],
      injected: injected[slot],
      hops: hops[slot]
    }
    table.firstDelivered = next[slot]
    table.waiting--
    next[slot] = table.free
    table.free = slot
    deliver(delivery)
  }
}

const grow = (table: PacketTable): void => {
  const size = table.room * 2
  table.room = size
  for (const column of ['offered', 'injected', 'tag', 'number', 'ended', 'due'] as const)
    table[column] = grown(new Float64Array(size), table[column])
  for (const column of ['source', 'destination', 'flits', 'hops', 'arrived', 'next', 'place'] as const)
    table[column] = grown(new Int32Array(size), table[column])
}

const isNode = (node: number, nodes: number): boolean => Number.isSafeInteger(node) && node >= 0 && node < nodes

const grown = <A extends Float64Array | Int32Array>(into: A, from: A): A => {
  into.set(from)
  return into
}
