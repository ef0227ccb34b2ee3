import { portOf, type Routing, vcsOf } from './routing'
import type { Topology } from './topology'

/** A virtual channel of a link: the router it leaves, by which port, its number there, and the router it leads to. */
export type Channel = { readonly from: number; readonly port: number; readonly vc: number; readonly to: number }

/**
 * Which channels of a network a packet may hold while it waits for which others. `edges` counts the pairs; `cycle` is a ring of channels each of which may wait for the next
 * (the first again at the end left out), or undefined where there is none: then no traffic whatever can deadlock (Dally & Seitz, IEEE Trans. Computers C-36(5), 1987).
 */
export type ChannelDependencies = { readonly channels: number; readonly edges: number; readonly cycle: readonly Channel[] | undefined }

/**
 * The channel-dependency graph of a routing on a wiring, found by walking every way of every pair of nodes, both ways where the routing draws.
 *
 *     channelDependencies(torus([4, 4]), dimensionOrder(torus([4, 4]), 2)).cycle                            // undefined
 *     channelDependencies(torus([4, 4]), dimensionOrder(torus([4, 4]), 1, { datelines: false })).cycle      // [{ from: 0, port: 0, ... }, ...]
 *
 * Errors: `RangeError` when a way leads nowhere, or does not end. Cost: nodes² * links of a way * the channels it may take.
 */
export const channelDependencies = (topology: Topology, routing: Routing): ChannelDependencies => {
  const { nodes, ports, target } = topology
  const { vcs } = routing
  const after = new Map<number, Set<number>>()
  let edges = 0
  const depends = (on: number, next: number): void => {
    const known = after.get(on)
    if (known === undefined) after.set(on, new Set([next]))
    else if (!known.has(next)) known.add(next)
    else return
    edges++
  }
  const chances = routing.draws ? [0, 1] : [0]
  /** Walks on from a router, having come in on channels `held` (all of one link, -1: from the terminal). */
  const walk = (node: number, inPort: number, held: number, source: number, destination: number, hop: number): void => {
    if (hop > nodes * vcs) throw new RangeError(`channelDependencies: the way from ${source} to ${destination} does not end`)
    for (const chance of chances) {
      const way = routing.next(node, inPort, held < 0 ? 0 : held % vcs, source, destination, hop, chance)
      const port = portOf(way)
      if (port === ports) continue
      const end = target[node * ports + port]
      if (end === undefined || end < 0)
        throw new RangeError(
          `channelDependencies: no link leaves router ${node} by port ${port}, on the way from ${source} to ${destination}`
        )
      const [first, last] = vcsOf(way)
      for (let vc = first; vc <= last; vc++) {
        const channel = (node * ports + port) * vcs + vc
        if (!after.has(channel)) after.set(channel, new Set())
        if (held >= 0) depends(held, channel)
        const state = `${channel} ${destination} ${source} ${hop}`
        if (walked.has(state)) continue
        walked.add(state)
        walk(Math.floor(end / ports), end % ports, channel, source, destination, hop + 1)
      }
    }
  }
  const walked = new Set<string>()
  for (let source = 0; source < nodes; source++) {
    walked.clear()
    for (let destination = 0; destination < nodes; destination++) walk(source, ports, -1, source, destination, 0)
  }
  const ring = cycleIn(after)
  return {
    channels: after.size,
    edges,
    cycle: ring?.map((channel) => {
      const link = Math.floor(channel / vcs)
      return { from: Math.floor(link / ports), port: link % ports, vc: channel % vcs, to: Math.floor(target[link] / ports) }
    })
  }
}

/** A cycle of a directed graph, or undefined: depth first, without recursion. @internal */
export const cycleIn = (after: ReadonlyMap<number, ReadonlySet<number>>): readonly number[] | undefined => {
  const state = new Map<number, 'open' | 'closed'>()
  for (const root of after.keys()) {
    if (state.has(root)) continue
    const path: { readonly channel: number; readonly rest: Iterator<number> }[] = []
    const enter = (channel: number): void => {
      state.set(channel, 'open')
      path.push({ channel, rest: (after.get(channel) ?? new Set<number>()).values() })
    }
    enter(root)
    while (path.length > 0) {
      const top = path[path.length - 1]
      const { value, done } = top.rest.next()
      if (done === true) {
        state.set(top.channel, 'closed')
        path.pop()
      } else if (state.get(value) === 'open')
        return path.slice(path.findIndex(({ channel }) => channel === value)).map(({ channel }) => channel)
      else if (!state.has(value)) enter(value)
    }
  }
  return undefined
}
