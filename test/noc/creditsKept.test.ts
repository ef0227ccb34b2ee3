import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { creditsKept } from '../../lib/noc/creditsKept'
import { bornFlits, nocOf } from '../../lib/noc/flitNoc'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'
import { routedTopologies, routers } from './wirings'

describe('credits of a network flit by flit', () => {
  it('are conserved: credits + flits in the buffer + flits and credits under way = buffer, at every channel between any cycles', () => {
    fc.assert(
      fc.property(
        routedTopologies,
        routers(),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.nat(),
        ({ topology, routing }, router, flits, offered, seed) => {
          const state = bornFlits(topology, routing, router, key(seed))
          const noc = nocOf(state)
          const traffic = { pattern: uniformTraffic(topology, key(seed + 1)), flits, offered, key: key(seed) }
          for (const { cycle, source, destination, tag } of packetsOf(topology, traffic, 60))
            noc.offer(cycle, source, destination, flits, tag)
          for (let cycle = 0; noc.run(cycle) !== 'idle'; cycle++) {
            expect(creditsKept(state).every((sum) => sum === router.bufferFlits)).toBe(true)
            expect(state.credits.every((credits) => credits >= 0)).toBe(true)
          }
          expect(state.credits.every((credits) => credits === router.bufferFlits)).toBe(true)
        }
      ),
      { numRuns: 30 }
    )
  })
})
