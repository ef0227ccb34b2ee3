import type { Delivery } from './noc'

/**
 * Packets under way as columns, by slot (slots are used again), and those delivered, which keep their slots until they are taken. `number` says the how-manieth packet of the
 * network it is, `arrived` how many of its flits have come in; `next` is free for whoever queues slots. @internal
 */
export type PacketTable = ReturnType<typeof packetTable>

/** An empty table for a network of `nodes` terminals; it grows as needed. @internal */
export const packetTable = (nodes: number) => ({
  nodes,
  offered: new Float64Array(64),
  injected: new Float64Array(64),
  tag: new Float64Array(64),
  number: new Float64Array(64),
  source: new Int32Array(64),
  destination: new Int32Array(64),
  flits: new Int32Array(64),
  hops: new Int32Array(64),
  arrived: new Int32Array(64),
  next: new Int32Array(64),
  // Free slots are a list by `next`; from `used` on none was ever taken.
  free: -1,
  used: 0,
  opened: 0,
  packets: 0,
  lastOffered: 0,
  // Delivered and not yet taken: slots from `taken` up to `ended`, and when they came in.
  delivered: new Int32Array(64),
  deliveredAt: new Float64Array(64),
  taken: 0,
  ended: 0
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
    if (table.used === table.next.length) grow(table)
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
export const deliverPacket = (table: PacketTable, slot: number, cycle: number): void => {
  if (table.ended === table.delivered.length) makeRoom(table)
  table.delivered[table.ended] = slot
  table.deliveredAt[table.ended++] = cycle
  table.packets++
}

/** Hands over what was delivered and not yet taken, in order of arrival. @internal */
export const takeDeliveries = (table: PacketTable, deliver: (delivery: Delivery) => void): void => {
  // Whoever takes may offer, run and take meanwhile: what comes in then is taken next time.
  for (let left = table.ended - table.taken; left > 0 && table.taken < table.ended; left--) {
    const slot = table.delivered[table.taken]
    const cycle = table.deliveredAt[table.taken++]
    const delivery = {
      cycle,
      source: table.source[slot],
      destination: table.destination[slot],
      flits: table.flits[slot],
      tag: table.tag[slot],
      offered: table.offered[slot],
      injected: table.injected[slot],
      hops: table.hops[slot]
    }
    table.next[slot] = table.free
    table.free = slot
    deliver(delivery)
  }
  if (table.taken === table.ended) {
    table.taken = 0
    table.ended = 0
  }
}

/** Whether something was delivered and not yet taken. @internal */
export const hasDelivered = ({ taken, ended }: PacketTable): boolean => taken < ended

const grow = (table: PacketTable): void => {
  const size = table.next.length * 2
  for (const column of ['offered', 'injected', 'tag', 'number'] as const) table[column] = grown(new Float64Array(size), table[column])
  for (const column of ['source', 'destination', 'flits', 'hops', 'arrived', 'next'] as const)
    table[column] = grown(new Int32Array(size), table[column])
}

/** Moves what is not yet taken to the front, into twice the room where more than half of it is. */
const makeRoom = (table: PacketTable): void => {
  const { delivered, deliveredAt, taken, ended } = table
  const size = 2 * (ended - taken) > delivered.length ? delivered.length * 2 : delivered.length
  table.delivered = grown(new Int32Array(size), delivered.subarray(taken, ended))
  table.deliveredAt = grown(new Float64Array(size), deliveredAt.subarray(taken, ended))
  table.ended = ended - taken
  table.taken = 0
}

const isNode = (node: number, nodes: number): boolean => Number.isSafeInteger(node) && node >= 0 && node < nodes

const grown = <A extends Float64Array | Int32Array>(into: A, from: A): A => {
  into.set(from)
  return into
}
