import fc from 'fast-check'
import { isLeft, isRight, left } from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { delayBound } from '../../lib/noc/delayBound'
import { type FlitRouter, flitRouter, zeroLoadCycles } from '../../lib/noc/flitRouter'
import type { Flow } from '../../lib/noc/ingress'
import { dimensionOrder, type Routing } from '../../lib/noc/routing'
import { mesh, type Topology, torus } from '../../lib/noc/topology'
import { key } from '../../lib/random/random'
import { boundsOf, carried, feedForwardWirings, flowsOn, greedy, used } from './limits'
import { routers } from './wirings'

type Swarm = {
  readonly topology: Topology
  readonly routing: Routing
  readonly flows: readonly Flow[]
  readonly router: FlitRouter
  readonly seed: number
}

const swarms: fc.Arbitrary<Swarm> = fc.constantFrom(...feedForwardWirings).chain((wiring) =>
  fc.record({
    topology: fc.constant(wiring.topology),
    routing: fc.constant(wiring.routing),
    flows: flowsOn(wiring.topology),
    router: routers().map((router) => ({ ...router, waitForTailCredit: false })),
    seed: fc.nat()
  })
)

const line = mesh([4])
const onLine = dimensionOrder(line, 1)
const sized = (flits: number, rho: number, packets = 1) => ({ sigma: packets * flits, rho, least: flits, most: flits })

/** How much of the bounds of some flows is used when `sent` are there, in some of many swarms at least. */
const worst = (bounded: (flows: readonly Flow[]) => readonly Flow[], sent: typeof greedy, runs: number): number => {
  let most = 0
  for (const { topology, routing, flows, router, seed } of fc.sample(swarms, { numRuns: runs, seed: 1 })) {
    const bounds = boundsOf(bounded(flows), topology, routing, router)
    if (bounds !== undefined && bounds.flows.length > 0)
      most = Math.max(most, ...used(bounds, carried(topology, routing, { ...router, bufferFlits: 4096 }, sent(flows, 20, key(seed)))))
  }
  return most
}

describe('bounds of delay and backlog', () => {
  it('are never exceeded by flows that keep to their limits, and the flow that comes nearest comes to 89 % on the mean', () => {
    let nearest = 0
    let bounded = 0
    fc.assert(
      fc.property(swarms, ({ topology, routing, flows, router, seed }) => {
        const bounds = boundsOf(flows, topology, routing, router)
        if (bounds === undefined) return
        const packets = greedy(flows, 20, key(seed))
        const deliveries = carried(topology, routing, { ...router, bufferFlits: bounds.bufferFlits }, packets)
        const shares = used(bounds, deliveries)
        expect(Math.max(...shares)).toBeLessThanOrEqual(1)
        // Buffers of the size that is asked for hold nobody up: larger ones change nothing.
        expect(carried(topology, routing, { ...router, bufferFlits: 4096 }, packets)).toEqual(deliveries)
        nearest += Math.max(...shares)
        bounded++
      }),
      { numRuns: 80, seed: 5 }
    )
    expect(bounded).toBeGreaterThan(60)
    expect(nearest / bounded).toBeGreaterThan(0.85)
  })

  it('are exceeded when a flow is forgotten, and when a limiter lets one packet more through', () => {
    expect(worst((flows) => flows, greedy, 40)).toBeLessThanOrEqual(1)
    expect(worst((flows) => flows.slice(0, -1), greedy, 40)).toBeGreaterThan(1)
    const leaky: typeof greedy = (flows, packets, chances) =>
      greedy(flows, packets, chances, (limit) => ({ ...limit, sigma: limit.sigma + (limit.most ?? 1) }))
    expect(worst((flows) => flows, leaky, 40)).toBeGreaterThan(1)
  })

  it('of a flow alone that sends packet by packet is what its packet takes alone, to the cycle', () => {
    fc.assert(
      fc.property(routers(), fc.integer({ min: 1, max: 40 }), fc.nat(3), (given, flits, destination) => {
        const router = { ...given, waitForTailCredit: false, speculative: false, bufferFlits: 1 << 16 }
        const bounds = delayBound([{ source: 0, destination, limit: sized(flits, 0.01) }], line, onLine, router)
        expect(isRight(bounds) && bounds.right.flows[0].delay).toBe(zeroLoadCycles(router, destination, flits))
      })
    )
  })

  it('of flows that meet at one output is reached by all of them sending at once', () => {
    const cross = mesh([3, 3])
    const routing = dimensionOrder(cross, 1)
    const flows = [1, 3, 5, 7].map((source) => ({ source, destination: 4, limit: sized(10, 0.01) }))
    const bounds = boundsOf(flows, cross, routing, flitRouter())!
    const packets = flows.map(({ source, destination }, tag) => ({ cycle: 0, source, destination, flits: 10, tag }))
    expect(Math.max(...used(bounds, carried(cross, routing, { ...flitRouter(), bufferFlits: bounds.bufferFlits }, packets)))).toBe(1)
    expect(bounds.flows[0].delay).toBe(zeroLoadCycles(flitRouter(), 1, 10) + 3 * 11)
  })

  it('are what the three ways to bound a wait give by hand', () => {
    const router = flitRouter({ routingDelay: 3, bufferFlits: 4096 })
    const delaysOf = (flows: readonly Flow[]): readonly number[] => {
      const bounds = delayBound(flows, mesh([3]), dimensionOrder(mesh([3]), 1), router)
      return isRight(bounds) ? bounds.right.links.map(({ delay }) => delay) : []
    }
    const flow = (source: number, limit: Flow['limit']): Flow => ({ source, destination: 2, limit })
    // Packets of a flit: work 5, or 7 where one of the other queue (2 cycles) passes first. Jitter of the source 3, of the first queue 19 - 5, so that sigma grows from 4 to 4.3 and 5.7:
    // 5 + 4 (5 * 4.3 - 5) / (5 - 0.5); 7 + 2.5 (7 * 5.7 - 7) / (3.5 - 0.7); 7 + 6 (7 * 4.3 - 7) / (7 - 0.7); and 8.8 and 6.7 at the last: 5 * 15.5.
    const small = { sigma: 4, rho: 0.1, least: 1, most: 1 }
    expect(delaysOf([flow(0, small), flow(1, small)])).toEqual([19, 36, 29, 77])
    // Behind packets of 40 flits, taken together: (5 * 4.15 + 1.1 * 40) / (1 - 1.1 * 0.1); round robin would say 46 for each flit.
    const [, behind] = delaysOf([flow(0, { ...small, rho: 0.01 }), flow(1, { sigma: 40, rho: 0.1, least: 40, most: 40 })])
    expect(behind).toBe(72)
  })

  it('are refused where buffers are too small, where too much may be sent, and where ways close a ring', () => {
    const two = [0, 1].map((source) => ({ source, destination: 3, limit: sized(8, 0.1, 4) }))
    const small = delayBound(two, line, onLine, flitRouter())
    expect(small).toMatchObject(left({ reason: 'buffers', given: 8 }))
    const needed = isLeft(small) && small.left.reason === 'buffers' ? small.left.needed : 0
    expect(isRight(delayBound(two, line, onLine, flitRouter({ bufferFlits: needed })))).toBe(true)
    expect(isRight(delayBound(two, line, onLine, flitRouter({ bufferFlits: needed - 1 })))).toBe(false)
    const heavy = two.map((flow) => ({ ...flow, limit: sized(8, 0.5) }))
    expect(delayBound(heavy, line, onLine, flitRouter({ bufferFlits: 4096 }))).toMatchObject(left({ reason: 'load' }))
    const ring = torus([4])
    const round: Routing = {
      ...dimensionOrder(ring, 1, { datelines: false }),
      draws: false,
      next: (node, _in, _vc, _from, to) => (node === to ? 2 : 0)
    }
    const flows = [0, 1, 2, 3].map((source) => ({ source, destination: (source + 2) % 4, limit: sized(4, 0.01) }))
    const refused = delayBound(flows, ring, round, flitRouter({ bufferFlits: 4096 }))
    expect(isLeft(refused) && refused.left.reason === 'ring' && refused.left.ring.length).toBe(4)
  })

  it('refuse what they do not hold for', () => {
    const flow = { source: 0, destination: 3, limit: sized(8, 0.1) }
    expect(() => delayBound([flow], line, dimensionOrder(line, 2), flitRouter())).toThrow(
      'holds for networks without virtual channels (got 2)'
    )
    expect(() => delayBound([flow], line, onLine, flitRouter({ waitForTailCredit: true }))).toThrow('does not hold for a router that waits')
    expect(() => delayBound([flow, flow], line, onLine, flitRouter())).toThrow('delayBound: two flows go from 0 to 3')
    expect(() => delayBound([{ ...flow, source: 4 }], line, onLine, flitRouter())).toThrow('nodes are numbered from 0 to 3 (got 4)')
    expect(() => delayBound([{ ...flow, limit: { sigma: 4, rho: 1, most: 8 } }], line, onLine, flitRouter())).toThrow('sigma must be from')
    const drawing = dimensionOrder(torus([4]), 1, { datelines: false })
    expect(() => delayBound([flow], torus([4]), drawing, flitRouter())).toThrow('a flow must have one way')
  })
})
