import type { FlitRouter } from './flitRouter'
import type { Routing } from './routing'
import type { Topology } from './topology'

/** What the first packet of an input channel waits for (0: there is none): its route. @internal */
export const routing = 1
/** Its output channel. @internal */
export const allocating = 2
/** The switch, flit by flit. @internal */
export const sending = 3

/**
 * The state of a flit-level network as columns; P = ports + 1, the last port is the terminal's.
 *
 * An input channel has the number (node * P + port) * vcs + channel, and the output channel of the same port the same number; behind them, from `all` on, stand the
 * terminals' channels into the network, node * vcs + channel. @internal
 */
export type FlitState = ReturnType<typeof flitState>

/** An empty network. @internal */
export const flitState = ({ nodes, ports, target }: Topology, { vcs }: Routing, { bufferFlits }: FlitRouter) => {
  const P = ports + 1
  const all = nodes * P * vcs
  const upstream = new Int32Array(nodes * P)
  const downstream = new Int32Array(nodes * P).fill(-1)
  const portOf = Int32Array.from({ length: all }, (_, channel) => Math.floor(channel / vcs) % P)
  const nodeOf = Int32Array.from({ length: all }, (_, channel) => Math.floor(channel / (P * vcs)))
  for (let node = 0; node < nodes; node++) {
    upstream[node * P + ports] = all + node * vcs
    for (let port = 0; port < ports; port++) {
      const end = target[node * ports + port]
      if (end < 0) continue
      const input = Math.floor(end / ports) * P + (end % ports)
      downstream[node * P + port] = input * vcs
      upstream[input] = (node * P + port) * vcs
    }
  }
  return {
    P,
    all,
    vcs,
    // The port within its router, and the router, of a channel.
    portOf,
    nodeOf,
    capacity: 1 << Math.ceil(Math.log2(bufferFlits)),
    // Input channels: a queue of flits (slot << 1 | tail), and what its first packet is at; whose turn it is among the outputs that grant.
    queue: new Int32Array(all << Math.ceil(Math.log2(bufferFlits))),
    first: new Int32Array(all),
    held: new Int32Array(all),
    mode: new Uint8Array(all),
    routedAt: new Float64Array(all),
    way: new Int32Array(all),
    taken: new Int32Array(all),
    acceptChannel: new Int32Array(all),
    // Routers: which input ports have channels that wait for their route, an output channel, the switch.
    portsToRoute: new Int32Array(nodes),
    portsToAllocate: new Int32Array(nodes),
    portsToSend: new Int32Array(nodes),
    // Input ports: which channels wait for their route, an output channel, the switch; whose turn it is among outputs, and among its channels.
    toRoute: new Int32Array(nodes * P),
    toAllocate: new Int32Array(nodes * P),
    toSend: new Int32Array(nodes * P),
    acceptPort: new Int32Array(nodes * P),
    turn: new Int32Array(nodes * P),
    // Output channels: credits left; whether a packet has it (2: its tail has left, the buffer behind has not emptied yet); whose turn it is among inputs.
    credits: new Int32Array(all + nodes * vcs).fill(bufferFlits),
    owned: new Uint8Array(all + nodes * vcs),
    grantChannel: new Int32Array(all),
    // Output ports: whose turn it is among the input ports.
    grantPort: new Int32Array(nodes * P),
    // The first output channel that feeds an input port, and the first input channel that an output port leads to (-1: none, or the terminal).
    upstream,
    downstream
  }
}
