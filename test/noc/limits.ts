import fc from 'fast-check'
import { isRight } from 'fp-ts/lib/Either'
import { delayBound, type NocBounds } from '../../lib/noc/delayBound'
import { feedForwardRoutes } from '../../lib/noc/feedForwardRoutes'
import { flitNoc } from '../../lib/noc/flitNoc'
import type { FlitRouter } from '../../lib/noc/flitRouter'
import type { Flow } from '../../lib/noc/ingress'
import { mppa256 } from '../../lib/noc/mppa256'
import type { Delivery, Packet } from '../../lib/noc/noc'
import { dimensionOrder, type Routing } from '../../lib/noc/routing'
import { sourceRouted } from '../../lib/noc/sourceRouted'
import { type Limit, sizesOf, tokenBucket } from '../../lib/noc/tokenBucket'
import { mesh, type Topology, torus } from '../../lib/noc/topology'
import { draw, type Key, key, split } from '../../lib/random/random'

/** Limits whose packets have up to `most` flits. */
export const limits = (most: number): fc.Arbitrary<Limit> =>
  fc.record({
    sigma: fc.integer({ min: most, max: 4 * most }),
    rho: fc.oneof(fc.double({ min: 2 ** -12, max: 1, noNaN: true }), fc.constantFrom(1, 0.5, 0.1, 1 / 3)),
    most: fc.constant(most)
  })

/** The first packets i to j that carry more than sigma + rho * (cycle j - cycle i) flits, if there are any. */
export const overrun = ({ sigma, rho }: Limit, packets: readonly Packet[]): readonly [number, number] | undefined => {
  for (let i = 0; i < packets.length; i++) {
    let flits = 0
    for (let j = i; j < packets.length; j++) {
      flits += packets[j].flits
      if (flits > sigma + rho * (packets[j].cycle - packets[i].cycle)) return [i, j]
    }
  }
  return undefined
}

/** Wirings with feed-forward routes of one channel. */
export const feedForwardWirings: readonly { readonly topology: Topology; readonly routing: Routing }[] = [
  ...[mesh([4, 4]), mesh([6]), mesh([3, 2, 2])].map((topology) => ({ topology, routing: dimensionOrder(topology, 1) })),
  ...[torus([4, 4]), torus([5]), torus([3, 3]), mppa256().topology, mppa256({ ioLinks: 'line' }).topology].map((topology) => ({
    topology,
    routing: sourceRouted(topology, feedForwardRoutes(topology))
  }))
]

/** Some flows on a wiring, to few destinations so that they meet; `load` is what all may send to the busiest together, about. */
export const flowsOn = ({ nodes }: Topology): fc.Arbitrary<readonly Flow[]> =>
  fc
    .record({
      ends: fc.uniqueArray(fc.tuple(fc.nat(nodes - 1), fc.nat(3)), { minLength: 1, maxLength: 12, selector: (pair) => pair.join() }),
      towards: fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1), fc.nat(nodes - 1), fc.nat(nodes - 1)),
      shapes: fc.array(fc.record({ least: fc.integer({ min: 1, max: 12 }), more: fc.nat(3), bursts: fc.integer({ min: 0, max: 3 }) }), {
        minLength: 12,
        maxLength: 12
      }),
      load: fc.double({ min: 0.02, max: 0.8, noNaN: true })
    })
    .map(({ ends, towards, shapes, load }) => {
      const named = new Map(ends.map(([source, to]) => [`${source} ${towards[to]}`, [source, towards[to]] as const]))
      return [...named.values()].map(([source, destination], i) => {
        const { least, more, bursts } = shapes[i]
        return { source, destination, limit: { sigma: (least + more) * (1 + bursts), rho: load / named.size, least, most: least + more } }
      })
    })

/** Packets of flows that send as much as their limits let through, each from a time of its own on: in order of time. `tag` is the flow's number. */
export const greedy = (
  flows: readonly Flow[],
  packets: number,
  chances: Key,
  admitBy: (limit: Limit) => Limit = (limit) => limit
): readonly Packet[] =>
  flows
    .flatMap(({ source, destination, limit }, tag) => {
      const { admit, initial } = tokenBucket(admitBy(limit))
      const { least, most } = sizesOf(limit)
      const own = split(chances, tag)
      const start = draw(own, 0) % 3 === 0 ? 0 : draw(own, 1) % 60
      let bucket = initial
      let wanted = start
      return Array.from({ length: packets }, (_, n): Packet => {
        // Now and then a silence, after which there is a burst again.
        if (draw(own, 3 * n + 2) % 8 === 0) wanted += draw(own, 3 * n + 3) % 400
        const flits = least + (draw(own, 3 * n + 4) % (most - least + 1))
        const [cycle, next] = admit(bucket, { cycle: wanted, flits })
        bucket = next
        wanted = Math.max(wanted, cycle)
        return { cycle, source, destination, flits, tag }
      })
    })
    .sort((one, other) => one.cycle - other.cycle)

/** What came of packets, flit by flit. */
export const carried = (topology: Topology, routing: Routing, router: FlitRouter, packets: readonly Packet[]): readonly Delivery[] => {
  const noc = flitNoc(topology, routing, router, key(1))
  for (const { cycle, source, destination, flits, tag } of packets) noc.offer(cycle, source, destination, flits, tag)
  noc.run(Number.MAX_SAFE_INTEGER - 1)
  const all: Delivery[] = []
  noc.take((one) => all.push(one))
  return all
}

/** The bounds of flows, or undefined where there are none with buffers however large. */
export const boundsOf = (flows: readonly Flow[], topology: Topology, routing: Routing, router: FlitRouter): NocBounds | undefined => {
  const bounds = delayBound(flows, topology, routing, { ...router, bufferFlits: 1 << 16 })
  return isRight(bounds) ? bounds.right : undefined
}

/** How much of its bound each flow has come to, delay and backlog: more than 1 is a broken bound. */
export const used = ({ flows }: NocBounds, deliveries: readonly Delivery[]): readonly number[] =>
  flows.map(({ delay, backlog }, tag) => {
    const own = deliveries.filter((one) => one.tag === tag)
    const longest = Math.max(...own.map(({ cycle, offered }) => cycle - offered))
    const moments = [...own.map(({ offered, flits }) => [offered, flits]), ...own.map(({ cycle, flits }) => [cycle, -flits])]
    let [held, most] = [0, 0]
    for (const [, flits] of moments.sort(([a, x], [b, y]) => a - b || x - y)) {
      held += flits
      most = Math.max(most, held)
    }
    return Math.max(longest / delay, most / backlog)
  })
