import { describe, expect, it } from 'vitest'
import { channelDependencies } from '../../lib/noc/channelDependency'
import { freeDma } from '../../lib/noc/dmaResources'
import { flitNoc } from '../../lib/noc/flitNoc'
import { flitRouter } from '../../lib/noc/flitRouter'
import { mppa256, mppaSources } from '../../lib/noc/mppa256'
import { dimensionOrder, type Routing } from '../../lib/noc/routing'
import { fewestLinks } from '../../lib/noc/sourceRouted'
import { linksOf, type Topology, torus } from '../../lib/noc/topology'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'

const chip = mppa256()

/** Dimension order among the compute clusters, minimal and without classes of channels; I/O nodes by their cluster. What must not be done. */
const minimal = ({ target, ports }: Topology): Routing => {
  const grid = dimensionOrder(torus([4, 4]), 1, { datelines: false })
  const clusterOf = (node: number): number => (node < 16 ? node : Math.floor(target[node * ports + 4] / ports))
  return {
    ...grid,
    next: (node, inPort, inVc, source, destination, hop, chance) => {
      if (node === destination) return ports
      if (node >= 16) return 4
      const goal = clusterOf(destination)
      if (node === goal) return target[node * ports + 4] === destination * ports + 4 ? 4 : 5
      return grid.next(node, inPort < 4 ? inPort : 4, inVc, source, goal, hop, chance)
    }
  }
}

describe('the MPPA-256', () => {
  it('has 288 cores, 32 nodes with names of their own, and two networks of one wiring', () => {
    expect(chip.cores.processing + chip.cores.managing).toBe(288)
    expect(new Set(chip.names).size).toBe(32)
    expect([chip.names[15], chip.names[16], chip.names[31]]).toEqual(['cc15', 'io0.0', 'io3.3'])
    expect(chip.names.map(chip.nodeOf)).toEqual(Array.from({ length: 32 }, (_, node) => node))
    expect([chip.data, chip.control].map((network) => freeDma(network.interface, 'receive'))).toEqual([256, 128])
    expect([chip.data.packetFlits(256), chip.data.packetFlits(1), chip.control.packetFlits(8)]).toEqual([65, 2, 3])
    expect(chip.data.bytesPerSecond).toBe(1.6e9)
    expect(mppa256({ clockHz: 500e6, flitBytes: 8, headerFlits: 2 }).data.packetFlits(256)).toBe(34)
  })

  it('is the 4x4 torus with an I/O node at each end of each row and column, every link with one back', () => {
    const { target, ports } = chip.topology
    const grid = torus([4, 4])
    expect(linksOf(chip.topology)).toBe(64 + 32)
    for (let node = 0; node < 16; node++)
      for (let port = 0; port < 4; port++)
        expect(Math.floor(target[node * ports + port] / ports)).toBe(Math.floor(grid.target[node * 4 + port] / 4))
    target.forEach((end, link) => {
      if (end >= 0) expect(target[end]).toBe(link)
    })
    const clusterOf = (name: string): string => chip.names[Math.floor(target[chip.nodeOf(name) * ports + 4] / ports)]
    expect(['io0.2', 'io1.2', 'io2.2', 'io3.2'].map(clusterOf)).toEqual(['cc2', 'cc14', 'cc8', 'cc11'])
    expect(Math.max(...fewestLinks(chip.topology))).toBe(6)
  })

  it('joins the nodes of an I/O cluster where that is asked for, and never those of two', () => {
    const { topology } = mppa256({ ioLinks: 'line' })
    expect(linksOf(topology)).toBe(96 + 4 * 6)
    const apart = fewestLinks(topology)
    expect([apart[16 * 32 + 17], apart[16 * 32 + 19], apart[19 * 32 + 20]]).toEqual([1, 3, 4])
  })

  it('refuses what is none, and says where each default is from', () => {
    expect(() => mppa256({ clockHz: 0 })).toThrow('mppa256: clockHz must be an integer from 1 on (got 0)')
    expect(() => chip.nodeOf('cc16')).toThrow('mppa256: nodes are cc0 to cc15 and io0.0 to io3.3 (got cc16)')
    expect(() => chip.control.packetFlits(9)).toThrow('packetFlits: a packet of the C-NoC carries 1 to 8 bytes (got 9)')
    expect(mppaSources.flitBytes).toBe('recalled, unverified')
  })

  it('deadlocks under minimal dimension order, which is told with its ring', () => {
    const { topology } = chip
    const routing = minimal(topology)
    expect(channelDependencies(topology, routing).cycle).toHaveLength(4)
    const noc = flitNoc(topology, routing, flitRouter(), key(1))
    const traffic = { pattern: uniformTraffic(topology, key(9)), flits: 65, offered: 1, key: key(7) }
    for (const { cycle, source, destination, flits, tag } of packetsOf(topology, traffic, 3_000))
      noc.offer(cycle, source, destination, flits, tag)
    expect(noc.run(1_000_000)).toBe('deadlocked')
    expect(noc.ring().length).toBeGreaterThan(1)
  })
})
