import type { Topology } from './topology'

/**
 * The wires of a network as columns over its channels; P = ports + 1, the last port is the terminal's.
 *
 * An input channel has the number (node * P + port) * vcs + channel, and the output channel of the same port the same number; behind them, from `all` on, stand the
 * terminals' channels into the network, node * vcs + channel. By channel: its port (node * P + port), the port's number within its router, the router, that router's first
 * channel; the output channel that feeds an input channel, and the input channel that an output channel leads to (-1: none, or the terminal). @internal
 */
export type Wires = ReturnType<typeof wiresOf>

/** See `Wires`. @internal */
export const wiresOf = ({ nodes, ports, target }: Topology, vcs: number) => {
  const P = ports + 1
  const all = nodes * P * vcs
  const feeds = new Int32Array(all).fill(-1)
  const leadsTo = new Int32Array(all).fill(-1)
  for (let node = 0; node < nodes; node++)
    for (let vc = 0; vc < vcs; vc++) {
      feeds[(node * P + ports) * vcs + vc] = all + node * vcs + vc
      for (let port = 0; port < ports; port++) {
        const end = target[node * ports + port]
        if (end < 0) continue
        const input = (Math.floor(end / ports) * P + (end % ports)) * vcs + vc
        leadsTo[(node * P + port) * vcs + vc] = input
        feeds[input] = (node * P + port) * vcs + vc
      }
    }
  return {
    portAt: Int32Array.from({ length: all }, (_, channel) => Math.floor(channel / vcs)),
    portOf: Int32Array.from({ length: all }, (_, channel) => Math.floor(channel / vcs) % P),
    nodeOf: Int32Array.from({ length: all }, (_, channel) => Math.floor(channel / (P * vcs))),
    routerAt: Int32Array.from({ length: all }, (_, channel) => channel - (channel % (P * vcs))),
    feeds,
    leadsTo
  }
}
