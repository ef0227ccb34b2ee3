import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feedForwardRoutes } from '../../lib/noc/feedForwardRoutes'
import { flitNoc } from '../../lib/noc/flitNoc'
import { flitRouter } from '../../lib/noc/flitRouter'
import { hopNoc } from '../../lib/noc/hopNoc'
import { mppa256 } from '../../lib/noc/mppa256'
import { assumedFlitEnergy, nocEnergy, packetPicojoules } from '../../lib/noc/nocEnergy'
import { dimensionOrder } from '../../lib/noc/routing'
import { sourceRouted } from '../../lib/noc/sourceRouted'
import { mesh } from '../../lib/noc/topology'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'
import { routedTopologies } from './wirings'

describe('energy on a network', () => {
  it('is that of its packets together, whatever the traffic and at both fidelities', () => {
    fc.assert(
      fc.property(
        routedTopologies,
        fc.nat(),
        fc.record({ linkPicojoules: fc.integer({ min: 0, max: 100 }), terminalPicojoules: fc.integer({ min: 0, max: 100 }) }),
        ({ topology, routing }, seed, energy) => {
          const traffic = { pattern: uniformTraffic(topology, key(seed)), flits: 5, offered: 0.3, key: key(seed + 1) }
          for (const born of [flitNoc, hopNoc]) {
            const noc = born(topology, routing, flitRouter(), key(1))
            for (const { cycle, source, destination, flits, tag } of packetsOf(topology, traffic, 100))
              noc.offer(cycle, source, destination, flits, tag)
            noc.run(1e6)
            let packets = 0
            noc.take((one) => {
              packets += packetPicojoules(one, energy)
            })
            expect(nocEnergy(topology, noc.counts(), energy).picojoules).toBe(packets)
          }
        }
      ),
      { numRuns: 20 }
    )
  })

  it('says what each link spent', () => {
    const line = mesh([3])
    const noc = flitNoc(line, dimensionOrder(line, 1), flitRouter(), key(1))
    noc.offer(0, 0, 2, 10, 0)
    noc.run(1_000)
    const { linkPicojoules, picojoules } = nocEnergy(line, noc.counts())
    expect([linkPicojoules[0], linkPicojoules[3], linkPicojoules[8], picojoules]).toEqual([320, 320, 160, 800])
  })

  it('falls when who talks to each other sits closer', () => {
    const { topology, nodeOf, data } = mppa256()
    const routing = sourceRouted(topology, feedForwardRoutes(topology))
    const spent = (from: string, to: string): number => {
      const noc = hopNoc(topology, routing, flitRouter(), key(1))
      noc.offer(0, nodeOf(from), nodeOf(to), data.packetFlits(256), 0)
      noc.run(10_000)
      return nocEnergy(topology, noc.counts()).picojoules
    }
    expect(spent('cc0', 'io0.0')).toBe(65 * (assumedFlitEnergy.linkPicojoules + assumedFlitEnergy.terminalPicojoules))
    expect(spent('cc10', 'io0.0')).toBe(65 * (5 * assumedFlitEnergy.linkPicojoules + assumedFlitEnergy.terminalPicojoules))
  })

  it('refuses what is none', () => {
    const noc = hopNoc(mesh([2]), dimensionOrder(mesh([2]), 1), flitRouter(), key(1))
    expect(() => nocEnergy(mesh([3]), noc.counts())).toThrow('nocEnergy: mesh3 has 9 links and terminals (got counts of 6)')
    expect(() => nocEnergy(mesh([2]), noc.counts(), { linkPicojoules: -1, terminalPicojoules: 0 })).toThrow(
      'nocEnergy: linkPicojoules must be finite and not negative (got -1)'
    )
    expect(() => packetPicojoules({ flits: 1, hops: 1 }, { linkPicojoules: 1, terminalPicojoules: NaN })).toThrow(
      'packetPicojoules: terminalPicojoules'
    )
  })
})
