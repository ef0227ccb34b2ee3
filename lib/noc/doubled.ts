import type { Routing } from './routing'
import type { Topology } from './topology'

/** A wiring and the way through it. */
export type Wired = { readonly topology: Topology; readonly routing: Routing }

/**
 * Two networks of the same wiring side by side, as one: node n of the second is n + nodes. Nothing leads from one to the other, so that one kernel carries both, in one order of time.
 *
 *     doubled({ topology: mesh([4, 4]), routing })     // 32 nodes
 */
export const doubled = ({ topology, routing }: Wired): Wired => {
  const { nodes, ports, target } = topology
  const both = new Int32Array(2 * target.length)
  target.forEach((end, at) => {
    both[at] = end
    both[at + target.length] = end < 0 ? -1 : end + nodes * ports
  })
  const next: Routing['next'] = (node, inPort, inVc, source, destination, hop, chance) =>
    node < nodes
      ? routing.next(node, inPort, inVc, source, destination, hop, chance)
      : routing.next(node - nodes, inPort, inVc, source - nodes, destination - nodes, hop, chance)
  return {
    topology: { ...topology, name: `two of ${topology.name}`, nodes: 2 * nodes, target: both, radices: Object.freeze([]) },
    routing: { ...routing, next, local: routing.local === routing.next ? next : undefined }
  }
}
