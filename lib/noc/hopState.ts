import type { Key } from '../random/random'
import type { FlitRouter } from './flitRouter'
import { packetTable } from './packetTable'
import { routeTable } from './routeTable'
import type { Routing } from './routing'
import type { Topology } from './topology'
import { wiresOf } from './wires'

/** Cycles that the wheel of events reaches ahead. @internal */
export const turn = 1 << 12

/** The state of a network with one event a hop, as columns; input and output channels are numbered as in `wiresOf`. @internal */
export type HopState = ReturnType<typeof hopState>

/** An empty network. @internal */
export const hopState = (topology: Topology, ways: Routing, router: FlitRouter, chances: Key) => {
  const { nodes, ports } = topology
  const { vcs } = ways
  const P = ports + 1
  const wires = wiresOf(topology, vcs)
  return {
    routes: routeTable(topology, ways, wires, chances),
    ports,
    P,
    vcs,
    toSwitch: router.routingDelay + (router.speculative ? 0 : 1),
    toLink: router.traversalDelay + 1 + router.linkLatency,
    toTerminal: router.traversalDelay + 2,
    ...wires,
    table: packetTable(nodes),
    // When an output port, and a terminal's channel into the network, are free again. Which output channel the last packet took at a port: the same is free a cycle later, any other
    // has been for a while.
    linkFree: new Float64Array(nodes * P),
    lastOnto: new Int32Array(nodes * P).fill(-1),
    injectionFree: new Float64Array(nodes),
    linkFlits: new Float64Array(nodes * P),
    // Each packet has one event to come: its head comes in at an input channel (its `place`), or (-1) its tail at its terminal. A wheel of so many cycles has two lists a cycle, of heads
    // and (a turn behind) of tails: `last` of each is a slot behind the lists' own beginnings, 2 * turn of them, or that beginning where it is empty; from there on each one's
    // follower stands in `link`. A bit a cycle says that it may have one. What lies farther ahead than a turn waits in a list by `next` that is looked through twice a turn.
    link: new Int32Array(2 * turn + 64),
    linked: 64,
    last: beginnings(),
    filled: new Int32Array(turn >> 5),
    firstFar: -1,
    lastFar: -1,
    // Packets offered for this cycle or later, in order.
    firstOffered: -1,
    lastOffered: -1,
    now: 0,
    flits: 0,
    flitHops: 0
  }
}

const beginnings = (): Int32Array => {
  const last = new Int32Array(2 * turn)
  for (let at = 0; at < 2 * turn; at++) last[at] = at
  return last
}
