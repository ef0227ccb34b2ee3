import fc from 'fast-check'
import { type FlitRouter, flitRouter } from '../../lib/noc/flitRouter'
import { dimensionOrder, type Routing } from '../../lib/noc/routing'
import { mesh, type Topology, torus } from '../../lib/noc/topology'

/** A mesh or torus of up to three dimensions and thirty-two nodes. */
export const topologies: fc.Arbitrary<Topology> = fc
  .tuple(fc.boolean(), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }))
  .filter(([, radices]) => radices.reduce((nodes, k) => nodes * k, 1) <= 32)
  .map(([wraps, radices]) => (wraps ? torus(radices) : mesh(radices)))

/** A wiring with dimension-order routing on it, and classes of channels where it is a torus. */
export const routedTopologies: fc.Arbitrary<{ readonly topology: Topology; readonly routing: Routing }> = topologies.chain((topology) =>
  fc.integer({ min: topology.wraps ? 2 : 1, max: 4 }).map((vcs) => ({ topology, routing: dimensionOrder(topology, vcs) }))
)

/** Routers of all kinds. `least`: the fewest flits of a buffer. */
export const routers = (least = 1): fc.Arbitrary<FlitRouter> =>
  fc
    .record({
      bufferFlits: fc.integer({ min: least, max: 20 }),
      routingDelay: fc.integer({ min: 0, max: 3 }),
      traversalDelay: fc.integer({ min: 1, max: 3 }),
      linkLatency: fc.integer({ min: 1, max: 4 }),
      creditDelay: fc.integer({ min: 0, max: 3 }),
      speculative: fc.boolean(),
      allocIterations: fc.integer({ min: 1, max: 3 }),
      waitForTailCredit: fc.boolean()
    })
    .map(flitRouter)

/** Cycles from a flit's grant at a router until its credit counts there again: a buffer of so many flits lets a packet stream. */
export const creditRoundTrip = ({ traversalDelay, linkLatency, creditDelay }: FlitRouter): number => {
  const toNext = traversalDelay + 1 + linkLatency
  return Math.max(toNext + 1 + linkLatency, traversalDelay + 2 + 2) + creditDelay
}
