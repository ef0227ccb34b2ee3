import { onward, type Routing } from './routing'
import type { Topology } from './topology'

/** A way for every pair of nodes: `ways[source * nodes + destination]` are the ports by which it leaves one router after the other (none where source and destination are one). */
export type Ways = readonly (readonly number[])[]

/**
 * Source routing: every packet takes the way that its source has written for its destination, on any of `vcs` virtual channels (1: none, as on the MPPA-256).
 *
 * Whether such a network can deadlock is a matter of all ways together: see `channelDependencies` and `feedForwardRoutes`.
 *
 * Errors: `RangeError` when there is not a way for every pair, a way takes a link that is not there, takes one twice, or ends elsewhere, or `vcs` is not from 1 to 32.
 * Cost: a hop looks along its way.
 */
export const sourceRouted = (topology: Topology, ways: Ways, vcs = 1): Routing => {
  const { nodes, ports } = topology
  if (!Number.isSafeInteger(vcs) || vcs < 1 || vcs > 32) throw new RangeError(`sourceRouted: vcs must be from 1 to 32 (got ${vcs})`)
  if (ways.length !== nodes * nodes) throw new RangeError(`sourceRouted: a way for each of ${nodes * nodes} pairs (got ${ways.length})`)
  const begins = new Int32Array(nodes * nodes + 1)
  ways.forEach((way, pair) => {
    begins[pair + 1] = begins[pair] + way.length
  })
  // Where each hop stands: the router and the port by which the packet came in, which says more than the number of hops does: a long packet is at many of them at once.
  const standsAt = new Int32Array(begins[nodes * nodes])
  const leavesBy = new Int32Array(begins[nodes * nodes])
  ways.forEach((way, pair) => {
    linksAlong(topology, way, Math.floor(pair / nodes), pair % nodes).forEach(({ node, inPort, port }, hop) => {
      standsAt[begins[pair] + hop] = node * (ports + 1) + inPort
      leavesBy[begins[pair] + hop] = port
    })
  })
  const any = onward(0, 0, vcs - 1)
  return {
    name: 'source routes',
    vcs,
    draws: false,
    next: (node, inPort, _inVc, source, destination) => {
      const pair = source * nodes + destination
      const here = node * (ports + 1) + inPort
      for (let hop = begins[pair], end = begins[pair + 1]; hop < end; hop++) if (standsAt[hop] === here) return leavesBy[hop] | any
      return ports | any
    }
  }
}

/** Links of a way, on the mean over all pairs of different nodes. */
export const meanLinks = ({ nodes }: Topology, ways: Ways): number =>
  nodes < 2 ? 0 : ways.reduce((sum, way) => sum + way.length, 0) / (nodes * (nodes - 1))

/** Links of a shortest way, on the mean over all pairs of different nodes: no ways are shorter. Errors: `RangeError` when two nodes are not connected. */
export const meanFewestLinks = (topology: Topology): number => {
  const { nodes } = topology
  if (nodes < 2) return 0
  const apart = fewestLinks(topology)
  if (apart.includes(-1)) throw new RangeError(`meanFewestLinks: the nodes of ${topology.name} are not all connected`)
  return apart.reduce((sum, links) => sum + links, 0) / (nodes * (nodes - 1))
}

/** Links of a shortest way from each node to each: `[source * nodes + destination]`, -1 where there is none. */
export const fewestLinks = ({ nodes, ports, target }: Topology): Int32Array => {
  const apart = new Int32Array(nodes * nodes).fill(-1)
  for (let source = 0; source < nodes; source++) {
    const queue = [source]
    apart[source * nodes + source] = 0
    for (const node of queue)
      for (let port = 0; port < ports; port++) {
        const end = target[node * ports + port]
        if (end < 0) continue
        const next = Math.floor(end / ports)
        if (apart[source * nodes + next] >= 0) continue
        apart[source * nodes + next] = apart[source * nodes + node] + 1
        queue.push(next)
      }
  }
  return apart
}

type Hop = { readonly node: number; readonly inPort: number; readonly port: number }

const linksAlong = ({ ports, target }: Topology, way: readonly number[], source: number, destination: number): readonly Hop[] => {
  const seen = new Set<number>()
  const hops: Hop[] = []
  let node = source
  let inPort = ports
  const of = `the way from ${source} to ${destination}`
  for (const port of way) {
    const link = node * ports + port
    const end = port >= 0 && port < ports ? target[link] : -1
    if (end === undefined || end < 0) throw new RangeError(`sourceRouted: no link leaves router ${node} by port ${port}, on ${of}`)
    if (seen.has(link)) throw new RangeError(`sourceRouted: ${of} leaves router ${node} by port ${port} twice`)
    seen.add(link)
    hops.push({ node, inPort, port })
    node = Math.floor(end / ports)
    inPort = end % ports
  }
  if (node !== destination) throw new RangeError(`sourceRouted: ${of} ends at ${node}`)
  return hops
}
