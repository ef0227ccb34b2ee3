import { fillUint32, type Key, permutation, split, uniformInt } from '../random/random'
import type { Packet } from './noc'
import type { Topology } from './topology'

/** Where packets go: the destination of a source's `n`-th packet (from 0 on). Pure. Names and formulas are BookSim2's, so that its curves can be compared with. */
export type TrafficPattern = { readonly name: string; readonly destination: (source: number, n: number) => number }

/** Every node as likely as any other, the source itself included. */
export const uniformTraffic = ({ nodes }: Topology, key: Key): TrafficPattern => {
  const streams = Array.from({ length: nodes }, (_, source) => split(key, source))
  return { name: 'uniform', destination: (source, n) => uniformInt(streams[source], n, nodes) }
}

/** Each coordinate one higher, round the ring: two links on a torus of two dimensions. Errors: `RangeError` when the wiring has no dimensions. */
export const neighborTraffic = (topology: Topology): TrafficPattern => byDigits('neighbor', topology, (x, radix) => (x + 1) % radix)

/** Each coordinate just short of half way round: ceil(k / 2) - 1 higher (Dally & Towles, Principles and Practices of Interconnection Networks, 2004, Table 3.1). */
export const tornadoTraffic = (topology: Topology): TrafficPattern =>
  byDigits('tornado', topology, (x, radix) => (x + Math.ceil(radix / 2) - 1) % radix)

/** Node (x, y) to node (y, x). Errors: `RangeError` unless the wiring has two dimensions of one radix. */
export const transposeTraffic = ({ radices, name }: Topology): TrafficPattern => {
  const [k, l] = radices
  if (radices.length !== 2 || k !== l) throw new RangeError(`transposeTraffic: two dimensions of one radix (got ${name})`)
  return { name: 'transpose', destination: (source) => (source % k) * k + Math.floor(source / k) }
}

/** Every bit of the node's number turned over. Errors: `RangeError` unless the number of nodes is a power of two. */
export const bitComplementTraffic = (topology: Topology): TrafficPattern =>
  byBits('bitcomp', topology, (source, bits) => ~source & ((1 << bits) - 1))

/** The bits of the node's number in reverse order. Errors as of `bitComplementTraffic`. */
export const bitReverseTraffic = (topology: Topology): TrafficPattern =>
  byBits('bitrev', topology, (source, bits) =>
    Array.from({ length: bits }, (_, b) => ((source >> b) & 1) << (bits - b - 1)).reduce((all, bit) => all | bit, 0)
  )

/** The bits of the node's number turned round by one place. Errors as of `bitComplementTraffic`. */
export const shuffleTraffic = (topology: Topology): TrafficPattern =>
  byBits('shuffle', topology, (source, bits) => ((source << 1) & ((1 << bits) - 1)) | (source >> (bits - 1)))

/** Each node to one other (or itself), drawn once. */
export const permutationTraffic = ({ nodes }: Topology, key: Key): TrafficPattern => {
  const to = permutation(key, nodes)
  return { name: 'randperm', destination: (source) => to[source] }
}

/** A share of all packets to one node, the rest anywhere. Errors: `RangeError` when `share` is not from 0 to 1 or `at` is no node. */
export const hotspotTraffic = (
  topology: Topology,
  key: Key,
  { at, share }: { readonly at: number; readonly share: number }
): TrafficPattern => {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`hotspotTraffic: share must be from 0 to 1 (got ${share})`)
  if (!(Number.isSafeInteger(at) && at >= 0 && at < topology.nodes))
    throw new RangeError(`hotspotTraffic: nodes are numbered from 0 to ${topology.nodes - 1} (got ${at})`)
  const rest = uniformTraffic(topology, split(key, 'rest'))
  const streams = Array.from({ length: topology.nodes }, (_, source) => split(split(key, 'hot'), source))
  const limit = Math.round(share * 2 ** 31)
  return {
    name: 'hotspot',
    destination: (source, n) => (uniformInt(streams[source], n, 2 ** 31) < limit ? at : rest.destination(source, n))
  }
}

/** What is offered to a network: packets of so many flits, by a Bernoulli process at each node and cycle whose mean is `offered` flits a node and cycle. */
export type Traffic = { readonly pattern: TrafficPattern; readonly flits: number; readonly offered: number; readonly key: Key }

/**
 * The packets of a traffic in order of time, cycle by cycle and node by node; `tag` counts them. Pure: the same key gives the same packets.
 *
 * Errors: `RangeError` when `offered` is not from 0 to `flits` (a node starts at most one packet a cycle), or a number is not an integer in its range. Cost: 2 ns a node and cycle.
 */
export function* packetsOf({ nodes }: Topology, { pattern, flits, offered, key }: Traffic, cycles: number): Generator<Packet> {
  if (!(offered >= 0 && offered <= flits))
    throw new RangeError(`packetsOf: offered must be from 0 to ${flits} flits a node and cycle (got ${offered})`)
  const limit = Math.round((offered / flits) * 2 ** 32)
  const drawn = new Uint32Array(nodes)
  const counts = new Float64Array(nodes)
  let tag = 0
  for (let cycle = 0; cycle < cycles; cycle++) {
    fillUint32(key, cycle * nodes, drawn, nodes)
    for (let source = 0; source < nodes; source++)
      if (drawn[source] < limit) yield { cycle, source, destination: pattern.destination(source, counts[source]++), flits, tag: tag++ }
  }
}

const byDigits = (
  name: string,
  { radices, nodes, name: wiring }: Topology,
  digit: (x: number, radix: number) => number
): TrafficPattern => {
  if (radices.length === 0) throw new RangeError(`${name} traffic: ${wiring} has no dimensions`)
  const to = Int32Array.from({ length: nodes }, (_, source) => {
    let rest = source
    let stride = 1
    let destination = 0
    for (const radix of radices) {
      destination += stride * digit(rest % radix, radix)
      rest = Math.floor(rest / radix)
      stride *= radix
    }
    return destination
  })
  return { name, destination: (source) => to[source] }
}

const byBits = (name: string, { nodes }: Topology, permuted: (source: number, bits: number) => number): TrafficPattern => {
  const bits = Math.log2(nodes)
  if (!Number.isInteger(bits)) throw new RangeError(`${name} traffic: the number of nodes must be a power of two (got ${nodes})`)
  const to = Int32Array.from({ length: nodes }, (_, source) => (bits === 0 ? 0 : permuted(source, bits)))
  return { name, destination: (source) => to[source] }
}
