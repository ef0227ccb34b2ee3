import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compiledFlits } from '../../lib/noc/compiledFlits'
import { compiledHops } from '../../lib/noc/compiledHops'
import type { CompiledRun } from '../../lib/noc/compiledKernel'
import { feedForwardRoutes } from '../../lib/noc/feedForwardRoutes'
import { bornFlits, flitNoc, nocOf } from '../../lib/noc/flitNoc'
import { flitRouter } from '../../lib/noc/flitRouter'
import { bornHops, hopNoc, hopsOf } from '../../lib/noc/hopNoc'
import type { Delivery, Noc } from '../../lib/noc/noc'
import { dimensionOrder } from '../../lib/noc/routing'
import { runFlits } from '../../lib/noc/runFlits'
import { runHops } from '../../lib/noc/runHops'
import { compiledOf } from '../../lib/noc/runner'
import { sourceRouted } from '../../lib/noc/sourceRouted'
import { torus } from '../../lib/noc/topology'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'
import { routedTopologies, routers } from './wirings'

/** A state's numbers and columns, whatever they are held in. */
const plainly = (state: object): unknown =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => !['topology', 'routes', 'link', 'due'].includes(name))
      .map(([name, value]) => [
        name,
        ArrayBuffer.isView(value) ? [...(value as Int32Array)] : typeof value === 'object' && value !== null ? plainly(value) : value
      ])
  )

/** Carries the same packets over two networks in strides, and tells of both what came in in each, and what they are at after some and at the end. */
const carried = (
  packets: ReturnType<typeof packetsOf>,
  stride: number,
  networks: readonly { readonly noc: Noc; readonly run: CompiledRun; readonly state: object }[]
): readonly (readonly unknown[])[] => {
  let strides = 0
  const told = networks.map((): unknown[] => [])
  const strided = (until: number, isLast: boolean): boolean => {
    let goesOn = false
    strides++
    networks.forEach(({ noc, run, state }, i) => {
      const halt = run(until, !isLast && until % 3 === 0)
      const came: Delivery[] = []
      noc.take((delivery) => came.push(delivery))
      told[i].push(halt, came)
      if (strides % 5 === 0) told[i].push(plainly(state))
      goesOn = halt === 0 || halt === 2
    })
    return goesOn
  }
  let until = stride
  for (const { cycle, source, destination, flits, tag } of packets) {
    while (cycle > until) {
      if (!strided(until, false)) return told
      until += stride
    }
    for (const { noc } of networks) if (noc.counts().cycle <= cycle) noc.offer(cycle, source, destination, flits, tag)
  }
  for (let i = 0; i < 1000 && strided(until + 200 * i, true); i++);
  return networks.map(({ state }, i) => [...told[i], plainly(state)])
}

const plans = fc.record({
  wiring: routedTopologies,
  isSourceRouted: fc.boolean(),
  router: routers(),
  flits: fc.integer({ min: 1, max: 9 }),
  offered: fc.double({ min: 0.05, max: 1, noNaN: true }),
  stride: fc.integer({ min: 1, max: 60 }),
  cycles: fc.integer({ min: 1, max: 120 }),
  seed: fc.nat()
})

describe('compiled kernels', () => {
  it('do what their plain forms do, to every number of the state', () => {
    fc.assert(
      fc.property(plans, ({ wiring: { topology, routing }, isSourceRouted, router, flits, offered, stride, cycles, seed }) => {
        const ways = isSourceRouted ? sourceRouted(topology, feedForwardRoutes(topology), routing.vcs) : routing
        const traffic = { pattern: uniformTraffic(topology, key(seed)), flits, offered, key: key(seed + 1) }
        const flitLevel = [0, 1].map(() => bornFlits(topology, ways, router, key(seed)))
        const [plain, compiled] = carried(packetsOf(topology, traffic, cycles), stride, [
          { noc: nocOf(flitLevel[0]), state: flitLevel[0], run: (until, stops) => runFlits(flitLevel[0], until, stops) },
          { noc: nocOf(flitLevel[1]), state: flitLevel[1], run: compiledOf(flitLevel[1], compiledFlits)! }
        ])
        expect(compiled).toEqual(plain)
        const hopLevel = [0, 1].map(() => bornHops(topology, ways, router, key(seed)))
        // So long that some wait for thousands of cycles.
        const long = [...packetsOf(topology, traffic, cycles)].map((packet) => ({ ...packet, flits: packet.flits * 50 }))
        const [plainHops, compiledHopLevel] = carried(long as never, stride, [
          { noc: hopsOf(hopLevel[0]), state: hopLevel[0], run: (until, stops) => runHops(hopLevel[0], until, stops) },
          { noc: hopsOf(hopLevel[1]), state: hopLevel[1], run: compiledOf(hopLevel[1], compiledHops)! }
        ])
        expect(compiledHopLevel).toEqual(plainHops)
      }),
      { numRuns: 25 }
    )
  })

  it('take over a network that has carried many packets, which nobody can tell', () => {
    const topology = torus([4, 4])
    const packets = [...packetsOf(topology, { pattern: uniformTraffic(topology, key(1)), flits: 2, offered: 0.6, key: key(2) }, 2500)]
    for (const [born, plain] of [
      [flitNoc, () => nocOf(bornFlits(topology, dimensionOrder(topology, 2), flitRouter(), key(3)))],
      [hopNoc, () => hopsOf(bornHops(topology, dimensionOrder(topology, 2), flitRouter(), key(3)))]
    ] as const) {
      const came = [born(topology, dimensionOrder(topology, 2), flitRouter(), key(3)), plain()].map((noc) => {
        const all: Delivery[] = []
        for (const { cycle, source, destination, flits, tag } of packets) {
          if (noc.counts().cycle < cycle) noc.run(cycle - 1)
          noc.offer(cycle, source, destination, flits, tag)
        }
        noc.run(Number.MAX_SAFE_INTEGER - 1)
        noc.take((one) => all.push(one))
        return [all, noc.counts()]
      })
      expect(packets.length).toBeGreaterThan(10_000)
      expect(came[0]).toEqual(came[1])
    }
  })
})
