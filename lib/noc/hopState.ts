import type { Key } from '../random/random'
import type { FlitRouter } from './flitRouter'
import { packetTable } from './packetTable'
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
  return {
    ways,
    chances,
    ports,
    P,
    vcs,
    toSwitch: router.routingDelay + (router.speculative ? 0 : 1),
    toLink: router.traversalDelay + 1 + router.linkLatency,
    toTerminal: router.traversalDelay + 2,
    ...wiresOf(topology, vcs),
    table: packetTable(nodes),
    // When an output port, an output channel, and a terminal's channel into the network are free again.
    linkFree: new Float64Array(nodes * P),
    channelFree: new Float64Array(nodes * P * vcs),
    injectionFree: new Float64Array(nodes),
    linkFlits: new Float64Array(nodes * P),
    // Each packet has one event to come: its head comes in at an input channel, or (-1) its tail at its terminal. A wheel of so many cycles, a list a cycle, a bit a cycle
    // that has one; what lies farther ahead waits in a list that is looked through twice a turn.
    place: new Int32Array(64),
    due: new Float64Array(64),
    firstAt: new Int32Array(turn).fill(-1),
    lastAt: new Int32Array(turn),
    filled: new Int32Array(turn >> 5),
    far: [] as number[],
    // Packets offered for this cycle or later, in order.
    firstOffered: -1,
    lastOffered: -1,
    now: 0,
    flits: 0,
    flitHops: 0
  }
}
