import { draw, type Key } from '../random/random'
import type { Cycle } from './packetTable'
import type { Routing } from './routing'
import type { Topology } from './topology'
import type { Wires } from './wires'

/**
 * The ways of a network as its kernels use them: the first output channel that will do, counted from the router's first, and behind it (`<< 10`) how many more will. Where the
 * routing is local, they stand in `ways` once they were asked for, by input channel * nodes + destination; in the second half those that a chance of 1 leads to. What is below 0
 * there must be asked for with `wayAt`: nobody has yet, or it depends on the chance. @internal
 */
export type RouteTable = {
  readonly ways: Int16Array
  readonly half: number
  readonly nodes: number
  readonly vcs: number
  readonly nodeOf: Int32Array
  readonly portOf: Int32Array
  readonly portAt: Int32Array
  readonly routing: Routing
  readonly chances: Key
}

/** No more ways than so many are kept. */
const most = 1 << 17

/** A table in which nothing is known yet, with room for the ways over these wires if they can be kept. @internal */
export const routeTable = ({ nodes }: Topology, routing: Routing, { nodeOf, portOf, portAt }: Wires, chances: Key): RouteTable => {
  const size = nodeOf.length * nodes * (routing.draws ? 2 : 1)
  const isKept = routing.local === routing.next && size <= most
  const ways = new Int16Array(isKept ? size : 0).fill(unknown)
  return { ways, half: ways.length >> 1, nodes, vcs: routing.vcs, nodeOf, portOf, portAt, routing, chances }
}

/** The way of a packet's head that has come in at an input channel after `hop` links: `number` is the packet's. @internal */
export const wayAt = (table: RouteTable, input: number, source: number, destination: number, hop: number, number: Cycle): number => {
  const { ways, nodes, half, chances } = table
  const at = input * nodes + destination
  const way = ways.length > 0 ? ways[at] : unknown
  if (way >= 0) return way
  if (way === unknown) return findWay(table, input, source, destination, hop, number)
  return (draw(chances, number * 64 + (hop & 63)) & 1) === 0 ? way & isWay : ways[half + at]
}

/** A way that is not known: it is asked for, and kept where ways are. @internal */
export const findWay = (table: RouteTable, input: number, source: number, destination: number, hop: number, number: Cycle): number => {
  const { ways, nodes, half, routing, chances } = table
  const { draws } = routing
  if (ways.length === 0) return asked(table, input, source, destination, hop, draws ? draw(chances, number * 64 + (hop & 63)) & 1 : 0)
  const at = input * nodes + destination
  const way = asked(table, input, source, destination, hop, 0)
  const other = draws ? asked(table, input, source, destination, hop, 1) : way
  ways[at] = way === other ? way : way | drawn
  if (draws) ways[half + at] = other
  return wayAt(table, input, source, destination, hop, number)
}

const asked = (
  { routing, vcs, nodeOf, portOf, portAt }: RouteTable,
  input: number,
  source: number,
  destination: number,
  hop: number,
  chance: number
): number => {
  const onto = routing.next(nodeOf[input], portOf[input], input - portAt[input] * vcs, source, destination, hop, chance)
  const first = (onto >> 8) & 0xff
  return ((onto & 0xff) * vcs + first) | (((onto >> 16) - first) << 10)
}

/** What `ways` holds where nobody has asked yet. @internal */
export const unknown = -1
const drawn = 1 << 15
const isWay = drawn - 1
