import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelDependencies } from '../../lib/noc/channelDependency'
import { flitNoc } from '../../lib/noc/flitNoc'
import { flitRouter, zeroLoadCycles } from '../../lib/noc/flitRouter'
import { hopNoc } from '../../lib/noc/hopNoc'
import type { Delivery, Noc } from '../../lib/noc/noc'
import { dimensionOrder, type Routing } from '../../lib/noc/routing'
import { coordinate, mesh, type Topology, torus } from '../../lib/noc/topology'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'
import { creditRoundTrip, routedTopologies, routers } from './wirings'

const deliveries = (noc: Noc): readonly Delivery[] => {
  const all: Delivery[] = []
  noc.take((one) => all.push(one))
  return all
}

const fewestLinks = (topology: Topology, from: number, to: number): number =>
  topology.radices.reduce((links, radix, d) => {
    const apart = Math.abs(coordinate(topology, from, d) - coordinate(topology, to, d))
    return links + (topology.wraps ? Math.min(apart, radix - apart) : apart)
  }, 0)

const both = [
  ['flit by flit', flitNoc],
  ['packet by packet', hopNoc]
] as const

describe.each(both)('a network %s', (_, born) => {
  it('takes a packet that is alone the cycles of the formula, by a shortest way', () => {
    fc.assert(
      fc.property(
        routedTopologies,
        routers(18),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        ({ topology, routing }, router, flits, seed) => {
          fc.pre(creditRoundTrip(router) <= router.bufferFlits)
          const noc = born(topology, routing, router, key(seed))
          for (let tag = 0; tag < topology.nodes * topology.nodes; tag++)
            noc.offer(tag * 1000, Math.floor(tag / topology.nodes), tag % topology.nodes, flits, tag)
          expect(noc.run(Number.MAX_SAFE_INTEGER - 1)).toBe('idle')
          const all = deliveries(noc)
          expect(all.map(({ tag }) => tag)).toEqual(Array.from({ length: topology.nodes ** 2 }, (__, tag) => tag))
          for (const { cycle, offered, injected, source, destination, hops } of all) {
            expect(hops).toBe(fewestLinks(topology, source, destination))
            expect([injected, cycle]).toEqual([offered, offered + zeroLoadCycles(router, hops, flits)])
          }
        }
      ),
      { numRuns: 40 }
    )
  })

  it('delivers every packet once and whole, whatever the traffic, where no channels depend on each other in a ring', () => {
    fc.assert(
      fc.property(
        routedTopologies,
        routers(),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.nat(),
        ({ topology, routing }, router, flits, offered, seed) => {
          const noc = born(topology, routing, router, key(seed))
          const packets = [
            ...packetsOf(topology, { pattern: uniformTraffic(topology, key(seed + 1)), flits, offered, key: key(seed) }, 300)
          ]
          for (const { cycle, source, destination, tag } of packets) noc.offer(cycle, source, destination, flits, tag)
          expect(noc.run(Number.MAX_SAFE_INTEGER - 1)).toBe('idle')
          const all = deliveries(noc)
          expect(all.map(({ tag }) => tag).sort((a, b) => a - b)).toEqual(packets.map(({ tag }) => tag))
          for (const { tag, source, destination, cycle, hops } of all) {
            expect([source, destination]).toEqual([packets[tag].source, packets[tag].destination])
            expect(cycle - packets[tag].cycle).toBeGreaterThanOrEqual(zeroLoadCycles(router, hops, flits))
          }
          const { flits: out, flitHops, underWay } = noc.counts()
          expect([out, underWay]).toEqual([packets.length * flits, 0])
          expect(flitHops).toBe(all.reduce((sum, { hops }) => sum + hops * flits, 0))
        }
      ),
      { numRuns: 40 }
    )
  })

  it('answers the same whether it runs cycle by cycle or as far as it can', () => {
    const topology = torus([4, 4])
    const packets = [...packetsOf(topology, { pattern: uniformTraffic(topology, key(1)), flits: 8, offered: 0.5, key: key(2) }, 500)]
    const fresh = (): Noc => born(topology, dimensionOrder(topology, 2), flitRouter(), key(3))
    const whole = fresh()
    for (const { cycle, source, destination, flits, tag } of packets) whole.offer(cycle, source, destination, flits, tag)
    whole.run(Number.MAX_SAFE_INTEGER - 1)
    const stepped = fresh()
    for (const { cycle, source, destination, flits, tag } of packets) {
      while (stepped.counts().cycle < cycle) stepped.run(stepped.counts().cycle)
      stepped.offer(cycle, source, destination, flits, tag)
    }
    while (stepped.run(stepped.counts().cycle, true) !== 'idle');
    expect(deliveries(stepped)).toEqual(deliveries(whole))
  })

  it('tells the routing how many links the head has taken, and asks it once a router', () => {
    const topology = torus([4, 4])
    const routing = dimensionOrder(topology, 2)
    let asked = 0
    const watching: Routing = {
      ...routing,
      next: (node, inPort, inVc, source, destination, hop, chance) => {
        expect(hop).toBe(fewestLinks(topology, source, node))
        asked++
        return routing.next(node, inPort, inVc, source, destination, hop, chance)
      }
    }
    const noc = born(topology, watching, flitRouter(), key(1))
    const packets = [...packetsOf(topology, { pattern: uniformTraffic(topology, key(1)), flits: 8, offered: 0.3, key: key(2) }, 200)]
    for (const { cycle, source, destination, flits, tag } of packets) noc.offer(cycle, source, destination, flits, tag)
    noc.run(Number.MAX_SAFE_INTEGER - 1)
    expect(asked).toBe(deliveries(noc).reduce((routers, { hops }) => routers + hops + 1, 0))
  })

  it('keeps the answers of a routing that looks at neither source nor hop, and asks no more', () => {
    const topology = torus([4, 4])
    const routing = dimensionOrder(topology, 2)
    let asked = 0
    const next: Routing['next'] = (...where) => {
      asked++
      return routing.next(...where)
    }
    const packets = [...packetsOf(topology, { pattern: uniformTraffic(topology, key(1)), flits: 2, offered: 0.3, key: key(2) }, 2000)]
    const [kept, fresh] = [
      { ...routing, next, local: next },
      { ...routing, next }
    ].map((one) => {
      const noc = born(topology, one, flitRouter(), key(1))
      for (const { cycle, source, destination, flits, tag } of packets) noc.offer(cycle, source, destination, flits, tag)
      const before = asked
      noc.run(Number.MAX_SAFE_INTEGER - 1)
      return { asked: asked - before, came: deliveries(noc) }
    })
    expect(kept.came).toEqual(fresh.came)
    expect(kept.asked).toBeLessThan(fresh.asked / 2)
  })

  it('refuses a port of more than 32 virtual channels', () => {
    const routing: Routing = { ...dimensionOrder(mesh([2]), 1), vcs: 33 }
    expect(() => born(mesh([2]), routing, flitRouter(), key(1))).toThrow(/Noc: a port has 1 to 32 virtual channels \(got 33\)/)
  })

  it('refuses packets out of order, of no flits, and from nowhere', () => {
    const noc = born(mesh([2]), dimensionOrder(mesh([2]), 1), flitRouter(), key(1))
    noc.offer(5, 0, 1, 1, 0)
    expect(() => noc.offer(4, 0, 1, 1, 0)).toThrow('noc: packets are offered in order of time, at a cycle from 5 on (got 4)')
    expect(() => noc.offer(5, 0, 2, 1, 0)).toThrow('noc: nodes are numbered from 0 to 1 (got 0 to 2)')
    expect(() => noc.offer(5, 0, 1, 0, 0)).toThrow('noc: a packet has 1 to 2^30 flits (got 0)')
    expect(() => noc.offer(NaN, 0, 1, 1, 0)).toThrow('noc: packets are offered in order of time')
  })
})

describe('minimal ways on a torus without classes of channels', () => {
  const topology = torus([4, 4])
  const routing = dimensionOrder(topology, 1, { datelines: false })
  const packets = [...packetsOf(topology, { pattern: uniformTraffic(topology, key(9)), flits: 16, offered: 1, key: key(7) }, 30_000)]

  it('depend on each other in a ring, which is named', () => {
    const { cycle } = channelDependencies(topology, routing)
    expect(cycle).toHaveLength(4)
    cycle!.forEach(({ to }, i) => {
      expect(to).toBe(cycle![(i + 1) % 4].from)
    })
    expect(channelDependencies(topology, dimensionOrder(topology, 2)).cycle).toBeUndefined()
  })

  it('deadlock under load: the network says so, and which channels wait for each other', () => {
    const noc = flitNoc(topology, routing, flitRouter(), key(1))
    for (const { cycle, source, destination, flits, tag } of packets) noc.offer(cycle, source, destination, flits, tag)
    expect(noc.run(1_000_000)).toBe('deadlocked')
    const { packets: arrived, underWay, cycle } = noc.counts()
    expect(arrived + underWay).toBe(packets.length)
    expect(cycle).toBeLessThan(100_000)
    const ring = noc.ring()
    expect(ring.length).toBeGreaterThan(1)
    ring.forEach(({ to }, i) => {
      expect(to).toBe(ring[(i + 1) % ring.length].from)
    })
    expect(noc.run(2_000_000)).toBe('deadlocked')
    expect(noc.counts().packets).toBe(arrived)
  })

  it('do not, packet by packet with unlimited buffers', () => {
    const noc = hopNoc(topology, routing, flitRouter(), key(1))
    for (const { cycle, source, destination, flits, tag } of packets) noc.offer(cycle, source, destination, flits, tag)
    expect(noc.run(10_000_000)).toBe('idle')
  })
})
