import { flitNoc } from '../../lib/noc/flitNoc'
import { flitRouter } from '../../lib/noc/flitRouter'
import { hopNoc } from '../../lib/noc/hopNoc'
import type { Delivery, Noc, Packet } from '../../lib/noc/noc'
import { dimensionOrder, type Routing } from '../../lib/noc/routing'
import { type Topology, torus } from '../../lib/noc/topology'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'
import { best } from './cpu'
import { rounded } from './figures'

/** What a bench prints: figures with their units in their names, and a hash of the result, the same on every machine. */
export type NocFigures = { readonly name: string; readonly figures: Readonly<Record<string, number | string>>; readonly hash: string }

/** Flit-hops that BookSim2 makes in a second of processor time, as it was measured for this project: what both networks are held against. */
const booksim = 1.5e6

/** Tori of so many nodes a side under uniform traffic: flits a packet and flits offered a node and cycle, all below saturation. */
const cases = [
  { radix: 4, flits: 8, offered: 0.3, cycles: 60_000 },
  { radix: 4, flits: 1, offered: 0.3, cycles: 60_000 },
  { radix: 8, flits: 8, offered: 0.1, cycles: 30_000 },
  { radix: 8, flits: 8, offered: 0.3, cycles: 15_000 },
  { radix: 8, flits: 1, offered: 0.15, cycles: 30_000 },
  { radix: 16, flits: 8, offered: 0.1, cycles: 8_000 }
] as const

/**
 * Networks of both fidelities (dimension order, two virtual channels, the base router): flit-hops over links a second of processor time flit by flit, packets a second with one event a
 * hop, with the offering and the taking of packets in the measured time and the drawing of traffic not. Beside them plain loops that move the same packets over the same
 * ways, one after the other: flit by flit from queue to queue, and as whole paths reserved at once. A flit-hop of BookSim2 takes 667 ns: the flit level is to make five times as
 * many a second, the events twenty times as many packets.
 */
export const benchNoc = ({ smoke }: { readonly smoke: boolean }): NocFigures => {
  const figures: Record<string, number | string> = {}
  let hash = 0x811c9dc5
  for (const { radix, flits, offered, cycles } of cases) {
    const topology = torus([radix, radix])
    const routing = dimensionOrder(topology, 2)
    const traffic = { pattern: uniformTraffic(topology, key('to')), flits, offered, key: key('when') }
    const packets = [...packetsOf(topology, traffic, smoke ? 100 : cycles)]
    const networks = [flitNoc, hopNoc].map((born) => () => carried(born(topology, routing, flitRouter(), key('ways')), packets))
    const results = networks.map((carry) => carry())
    for (const one of results) hash = Math.imul(hash ^ one.hash, 0x01000193)
    const [flitNs, hopNs, moveNs, reserveNs] = best(smoke ? 1 : 5, [
      ...networks,
      () => moved(topology, routing, packets),
      () => reserved(topology, routing, packets)
    ])
    const [{ flitHops }, { flitHops: hopFlitHops }] = results
    const name = `${radix}x${radix}, ${flits} flit${flits > 1 ? 's' : ''}, load ${offered}`
    figures[`${name}: million flit-hops a second, flit by flit`] = rounded((flitHops / flitNs) * 1e3)
    figures[`${name}: times BookSim2's flit-hops (aim 5)`] = rounded(((flitHops / flitNs) * 1e9) / booksim)
    figures[`${name}: times a plain move from queue to queue`] = rounded(flitNs / moveNs)
    figures[`${name}: million packets a second, an event a hop`] = rounded((packets.length / hopNs) * 1e3)
    figures[`${name}: times BookSim2's packets (aim 20)`] = rounded(((hopFlitHops / hopNs) * 1e9) / booksim)
    figures[`${name}: times a plain reservation of paths`] = rounded(hopNs / reserveNs)
  }
  return { name: 'noc', figures, hash: (hash >>> 0).toString(16) }
}

/** Carries the packets in strides of 64 cycles. */
const carried = (noc: Noc, packets: readonly Packet[]): { readonly hash: number; readonly flitHops: number } => {
  let hash = 0
  const take = ({ cycle, source, destination }: Delivery): void => {
    hash = (Math.imul(hash, 31) + cycle + source * 7 + destination) | 0
  }
  for (let i = 0, until = 63; i < packets.length; until += 64) {
    for (; i < packets.length && packets[i].cycle <= until; i++) {
      const { cycle, source, destination, flits, tag } = packets[i]
      noc.offer(cycle, source, destination, flits, tag)
    }
    noc.run(until)
    noc.take(take)
  }
  noc.run(Number.MAX_SAFE_INTEGER - 1)
  noc.take(take)
  return { hash, flitHops: noc.counts().flitHops }
}

/** The plain loop of the flit level: each flit of each packet from queue to queue, with the counters of both. */
const moved = ({ nodes, ports, target }: Topology, { next }: Routing, packets: readonly Packet[]): number => {
  const queue = new Int32Array(nodes * (ports + 1) * 8)
  const head = new Int32Array(nodes * (ports + 1))
  const held = new Int32Array(nodes * (ports + 1))
  let sum = 0
  for (const { source, destination, flits, tag } of packets) {
    let [node, inPort, vc, input] = [source, ports, 0, source * (ports + 1) + ports]
    for (let f = 0; f < flits; f++) queue[input * 8 + ((head[input] + f) & 7)] = tag
    for (let hop = 0; ; hop++) {
      const way = next(node, inPort, vc, source, destination, hop, 0)
      if ((way & 0xff) === ports) break
      const end = target[node * ports + (way & 0xff)]
      node = Math.floor(end / ports)
      inPort = end % ports
      vc = (way >> 8) & 0xff
      const onto = node * (ports + 1) + inPort
      for (let f = 0; f < flits; f++) {
        queue[onto * 8 + ((head[onto] + f) & 7)] = queue[input * 8 + head[input]]
        head[input] = (head[input] + 1) & 7
        held[input]--
        held[onto]++
      }
      input = onto
    }
    sum += queue[input * 8 + head[input]]
  }
  return sum
}

/** The plain loop of the packet level: each packet takes its whole path at once, link after link as they are free. */
const reserved = ({ nodes, ports, target }: Topology, { next }: Routing, packets: readonly Packet[]): number => {
  const free = new Float64Array(nodes * (ports + 1))
  let sum = 0
  for (const { cycle, source, destination, flits } of packets) {
    let [node, inPort, vc, at] = [source, ports, 0, cycle]
    for (let hop = 0; ; hop++) {
      const way = next(node, inPort, vc, source, destination, hop, 0)
      const link = node * (ports + 1) + (way & 0xff)
      at = Math.max(at + 2, free[link])
      free[link] = at + flits
      if ((way & 0xff) === ports) break
      const end = target[node * ports + (way & 0xff)]
      node = Math.floor(end / ports)
      inPort = end % ports
      vc = (way >> 8) & 0xff
      at += 3
    }
    sum += at
  }
  return sum
}
