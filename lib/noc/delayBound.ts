import { type Either, left, right } from 'fp-ts/lib/Either'
import { type Channel, cycleIn } from './channelDependency'
import type { FlitRouter } from './flitRouter'
import type { Flow } from './ingress'
import { type Crossing, queueDelays } from './queueDelays'
import { portOf, type Routing } from './routing'
import { sizesOf, tokenBucket } from './tokenBucket'
import type { Topology } from './topology'

/**
 * What no packet of a flow and no input queue ever exceeds, in cycles and flits.
 *
 * - `bufferFlits`: buffers of so many never hold a flit up for want of room.
 */
export type NocBounds = { readonly flows: readonly FlowBound[]; readonly links: readonly LinkBound[]; readonly bufferFlits: number }

/** Of a flow: `delay` from a packet's offer (by its limiter) to its tail's coming in; `backlog`: flits of packets offered and not come in whole. */
export type FlowBound = { readonly flow: Flow; readonly links: number; readonly delay: number; readonly backlog: number }

/**
 * Of a link and the input queue at its end (`port` the terminal's where it is the one from a source's terminal): `rho`, the flits a cycle that its flows may send; `delay` from a
 * head's coming in to its tail's leaving the queue; `backlog`, flits in the queue.
 */
export type LinkBound = {
  readonly from: number
  readonly port: number
  readonly to: number
  readonly rho: number
  readonly delay: number
  readonly backlog: number
}

/**
 * Why there is no bound: the ways of the flows close a `ring`; at a link (`to` a node, or the queue of a terminal) what the flows may send together was not shown to get through
 * (`load`); or the router's `buffers` are smaller than what is needed for the bound to hold.
 */
export type NoBound =
  | { readonly reason: 'ring'; readonly ring: readonly Channel[] }
  | { readonly reason: 'load'; readonly from: number; readonly port: number; readonly to: number; readonly rho: number }
  | { readonly reason: 'buffers'; readonly needed: number; readonly given: number }

/**
 * Bounds of delay and backlog for feed-forward flows that keep to (sigma, rho) limits, on a network without virtual channels: network calculus (Cruz, IEEE Trans. Information Theory
 * 37(1), 1991; Le Boudec & Thiran, Network Calculus, 2001) for the router of `flitNoc`. For every traffic that keeps to the limits, no delivery of `flitNoc` is later than `delay` says.
 *
 * What makes that a theorem:
 * - Buffers never stop anybody: a queue's backlog with all credits under way is bounded, and buffers below it are refused. Then a packet's flits stay together on every link.
 * - An input queue is a server: first in, first out, so that a packet waits for all before it, wherever they go. It works for a packet of L flits for L cycles, one for its channel and
 *   those of its route, and may have to wait for its output.
 * - That wait is bounded in three ways, of which the best is taken. Outputs go round robin among the queues that ask, so one packet of each other queue at most passes first (a); queues that share
 *   outputs, directly or through others, are one server together that is never idle while a packet is in it (b); others hold a queue up for no longer than they send, which is what
 *   may have come to them since their own bound ago (c).
 * - A link carries one packet after the other, so that a queue's packets come spread over time (used with (a)).
 * - What leaves a queue keeps to its limit with a sigma larger by rho times the jitter of the queue. All bounds begin at infinity and are improved until nothing changes.
 *
 *     delayBound([{ source: 0, destination: 3, limit: { sigma: 8, rho: 0.1, least: 8, most: 8 } }], wiring, routes, flitRouter({ bufferFlits: 64 }))
 *
 * A flow alone whose sigma is its packet is bounded by exactly `zeroLoadCycles`. Errors: `RangeError` when the routing has virtual channels or draws, a flow's ends are no nodes, two flows
 * have the same ends, a limit is none, or `waitForTailCredit` is set. Cost: sweeps over flows * links * queues of a router.
 */
export const delayBound = (flows: readonly Flow[], topology: Topology, routes: Routing, router: FlitRouter): Either<NoBound, NocBounds> => {
  check(flows, topology, routes, router)
  const { ports } = topology
  const P = ports + 1
  const crossings = flows.map((flow) => wayOf(flow, topology, routes))
  const ring = ringOf(crossings, topology)
  if (ring !== undefined) return left({ reason: 'ring', ring })
  const { delays, sigmas, injections } = queueDelays(flows, crossings, topology, router)
  const entries = new Map<number, Entry[]>()
  crossings.forEach((way, f) => {
    way.forEach(({ queue }, hop) => {
      const { least, most } = sizesOf(flows[f].limit)
      const entry = { sigma: sigmas[f][hop], rho: flows[f].limit.rho, least, most }
      entries.set(queue, [...(entries.get(queue) ?? []), entry])
    })
  })
  const { traversalDelay, linkLatency, creditDelay } = router
  const toLink = traversalDelay + 1 + linkLatency
  const toTerminal = traversalDelay + 2
  let needed = toTerminal + 2 + creditDelay
  const links: LinkBound[] = []
  for (const [queue, inside] of [...entries].sort(([one], [other]) => one - other)) {
    const rho = inside.reduce((sum, one) => sum + one.rho, 0)
    const link = linkInto(topology, queue)
    const delay = delays.get(queue) ?? Infinity
    if (delay === Infinity) return left({ reason: 'load', ...link, rho })
    // A flit is in the queue for no longer than a head is; its credit is away from its being sent until it is counted again.
    const stay = delay - Math.min(...inside.map(({ least }) => least))
    const away = stay + (queue % P === ports ? 4 + creditDelay : toLink + 1 + linkLatency + creditDelay)
    needed = Math.max(needed, flitsWithin(inside, away))
    links.push({ ...link, rho, delay, backlog: flitsWithin(inside, stay) })
  }
  const unlimited = flows.findIndex((_, f) => injections[f] === Infinity)
  if (unlimited >= 0) {
    const { source } = flows[unlimited]
    const rho = flows.reduce((sum, flow) => sum + (flow.source === source ? flow.limit.rho : 0), 0)
    return left({ reason: 'load', from: source, port: ports, to: source, rho })
  }
  if (router.bufferFlits < needed) return left({ reason: 'buffers', needed, given: router.bufferFlits })
  return right({
    flows: flows.map((flow, f): FlowBound => {
      const { least } = sizesOf(flow.limit)
      const delay = crossings[f].reduce(
        (sum, { queue }, hop) => sum + (delays.get(queue) as number) + (hop + 1 < crossings[f].length ? toLink - least : toTerminal - 1),
        injections[f] - least + 2
      )
      return { flow, links: crossings[f].length - 1, delay, backlog: Math.floor(flow.limit.sigma + flow.limit.rho * (delay - 1) + 1e-6) }
    }),
    links,
    bufferFlits: needed
  })
}

type Entry = { readonly sigma: number; readonly rho: number; readonly least: number; readonly most: number }

/** Flits that come by a link in so many cycles: one a cycle, and what the limits allow (of a packet that began before, too). */
const flitsWithin = (inside: readonly Entry[], cycles: number): number =>
  Math.min(cycles, Math.floor(inside.reduce((sum, { sigma, rho, most }) => sum + sigma + rho * (cycles + most - 2), 0) + 1e-6))

const check = (flows: readonly Flow[], { nodes }: Topology, routes: Routing, router: FlitRouter): void => {
  if (routes.vcs !== 1) throw new RangeError(`delayBound: holds for networks without virtual channels (got ${routes.vcs})`)
  if (routes.draws) throw new RangeError(`delayBound: a flow must have one way (got ${routes.name}, which draws)`)
  if (router.waitForTailCredit) throw new RangeError('delayBound: does not hold for a router that waits for the credit of a tail')
  const ends = new Set<string>()
  for (const { source, destination, limit } of flows) {
    for (const node of [source, destination])
      if (!(Number.isSafeInteger(node) && node >= 0 && node < nodes))
        throw new RangeError(`delayBound: nodes are numbered from 0 to ${nodes - 1} (got ${node})`)
    if (ends.has(`${source} ${destination}`)) throw new RangeError(`delayBound: two flows go from ${source} to ${destination}`)
    ends.add(`${source} ${destination}`)
    tokenBucket(limit)
  }
}

/** The input queues that a flow goes through, and the output it takes at each. */
const wayOf = ({ source, destination }: Flow, { nodes, ports, target }: Topology, routes: Routing): readonly Crossing[] => {
  const P = ports + 1
  const way: Crossing[] = []
  let node = source
  let inPort = ports
  for (;;) {
    const port = portOf(routes.next(node, inPort, 0, source, destination, way.length, 0))
    way.push({ queue: node * P + inPort, output: node * P + port })
    if (port === ports) return way
    const end = target[node * ports + port]
    if (end === undefined || end < 0 || way.length > nodes * ports)
      throw new RangeError(`delayBound: the way from ${source} to ${destination} does not end`)
    node = Math.floor(end / ports)
    inPort = end % ports
  }
}

const ringOf = (crossings: readonly (readonly Crossing[])[], topology: Topology): readonly Channel[] | undefined => {
  const after = new Map<number, Set<number>>()
  for (const way of crossings)
    way.slice(1).forEach(({ queue }, hop) => {
      after.set(way[hop].queue, (after.get(way[hop].queue) ?? new Set()).add(queue))
    })
  return cycleIn(after)?.map((queue) => ({ ...linkInto(topology, queue), vc: 0 }))
}

/** The link at whose end an input queue stands. */
const linkInto = ({ ports, target }: Topology, queue: number): { readonly from: number; readonly port: number; readonly to: number } => {
  const P = ports + 1
  const to = Math.floor(queue / P)
  const inPort = queue % P
  if (inPort === ports) return { from: to, port: ports, to }
  const link = target.indexOf(to * ports + inPort)
  return { from: Math.floor(link / ports), port: link % ports, to }
}
