import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelDependencies } from '../../lib/noc/channelDependency'
import { feedForwardRoutes } from '../../lib/noc/feedForwardRoutes'
import { flitNoc } from '../../lib/noc/flitNoc'
import { flitRouter } from '../../lib/noc/flitRouter'
import { hopNoc } from '../../lib/noc/hopNoc'
import { mppa256 } from '../../lib/noc/mppa256'
import { fewestLinks, meanFewestLinks, meanLinks, sourceRouted, type Ways } from '../../lib/noc/sourceRouted'
import { mesh, torus } from '../../lib/noc/topology'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'
import { routers, topologies } from './wirings'

describe('feed-forward routes', () => {
  it('have no ring of channels, on any wiring and any number of channels, and nothing deadlocks on them', () => {
    fc.assert(
      fc.property(
        topologies,
        routers(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(),
        (topology, router, vcs, flits, seed) => {
          const ways = feedForwardRoutes(topology)
          const routing = sourceRouted(topology, ways, vcs)
          expect(channelDependencies(topology, routing).cycle).toBeUndefined()
          const traffic = { pattern: uniformTraffic(topology, key(seed)), flits, offered: 1, key: key(seed + 1) }
          for (const born of [flitNoc, hopNoc]) {
            const noc = born(topology, routing, router, key(1))
            for (const { cycle, source, destination, tag } of packetsOf(topology, traffic, 200))
              noc.offer(cycle, source, destination, flits, tag)
            expect(noc.run(Number.MAX_SAFE_INTEGER - 1)).toBe('idle')
            noc.take(({ source, destination, hops }) => {
              expect(hops).toBe(ways[source * topology.nodes + destination].length)
            })
          }
        }
      ),
      { numRuns: 25 }
    )
  })

  it('are shortest ways on meshes, on rings of up to four, and on the MPPA-256; 12 % longer on a ring of eight, 9 % on an 8x8 torus', () => {
    const wirings = [
      mesh([4, 4]),
      mesh([3, 2, 3]),
      torus([4, 4]),
      torus([3, 3, 3]),
      mppa256().topology,
      mppa256({ ioLinks: 'line' }).topology
    ]
    for (const wiring of wirings) {
      const ways = feedForwardRoutes(wiring)
      expect(ways.map((way) => way.length)).toEqual([...fewestLinks(wiring)])
    }
    expect([meanFewestLinks(mppa256().topology), meanLinks(torus([4, 4]), feedForwardRoutes(torus([4, 4])))]).toEqual([3, 32 / 15])
    const longer = (wiring: ReturnType<typeof torus>): number =>
      Math.round((meanLinks(wiring, feedForwardRoutes(wiring)) / meanFewestLinks(wiring) - 1) * 1000) / 10
    expect([torus([5]), torus([8]), torus([8, 8])].map(longer)).toEqual([6.7, 12.5, 8.9])
  })

  it('refuse wirings that are not whole', () => {
    const wiring = mesh([3])
    expect(() => feedForwardRoutes({ ...wiring, target: wiring.target.fill(-1) })).toThrow('the nodes of mesh3 are not all connected')
  })
})

describe('source routes', () => {
  const ring = torus([4])
  const round: Ways = Array.from({ length: 16 }, (_, pair) => new Array(((pair % 4) - Math.floor(pair / 4) + 4) % 4).fill(0))

  it('are taken as written, by packets longer than the way too', () => {
    const noc = flitNoc(ring, sourceRouted(ring, round), flitRouter({ bufferFlits: 5 }), key(1))
    noc.offer(0, 1, 0, 40, 0)
    noc.offer(0, 2, 3, 40, 1)
    expect(noc.run(10_000)).toBe('idle')
    const hops: number[] = []
    noc.take((one) => hops.push(one.hops))
    expect(hops.sort()).toEqual([1, 3])
    expect(noc.counts().flitHops).toBe(160)
  })

  it('round a ring in one direction depend on each other in a ring', () => {
    expect(channelDependencies(ring, sourceRouted(ring, round)).cycle).toHaveLength(4)
  })

  it('must be there for every pair, along links, once each, and to the end', () => {
    const wrong = (pair: number, way: readonly number[]): Ways => round.map((one, i) => (i === pair ? way : one))
    expect(() => sourceRouted(ring, round.slice(1))).toThrow('sourceRouted: a way for each of 16 pairs (got 15)')
    expect(() => sourceRouted(ring, wrong(1, [0, 0]))).toThrow('sourceRouted: the way from 0 to 1 ends at 2')
    expect(() => sourceRouted(ring, wrong(1, [7]))).toThrow('sourceRouted: no link leaves router 0 by port 7, on the way from 0 to 1')
    expect(() => sourceRouted(ring, wrong(1, [0, 0, 0, 0, 0]))).toThrow('sourceRouted: the way from 0 to 1 leaves router 0 by port 0 twice')
    expect(() => sourceRouted(mesh([2]), [[], [1], [1], []])).toThrow('no link leaves router 0 by port 1')
    expect(() => sourceRouted(ring, round, 0)).toThrow('sourceRouted: vcs must be from 1 to 32 (got 0)')
  })
})
