import { isLeft, isRight } from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { feedForwardRoutes } from '../../lib/noc/feedForwardRoutes'
import { linksBetween } from '../../lib/noc/linksBetween'
import { dimensionOrder } from '../../lib/noc/routing'
import { sourceRouted } from '../../lib/noc/sourceRouted'
import { mesh, type Topology, torus } from '../../lib/noc/topology'
import { chipWiringData, toldWiring } from '../../lib/world/chipWiringData'
import { type ChipWiring, mppaWiring } from '../../lib/world/mppaWiring'

const usual = mppaWiring()
const names = [...Array.from({ length: 16 }, (_, i) => `cc${i}`), 'io0', 'io0.1', 'io1', 'io1.3']
const placed = (node: string): number => names.indexOf(node)
const routed = (topology: Topology): ChipWiring => ({
  topology,
  routing: sourceRouted(topology, feedForwardRoutes(topology)),
  nodeOf: placed
})
const onMesh: ChipWiring = { topology: mesh([5, 4]), routing: dimensionOrder(mesh([5, 4]), 1), nodeOf: placed }

const problem = (data: unknown): string | undefined => {
  const told = toldWiring(data)
  return isLeft(told) ? told.left : undefined
}

describe('chipWiringData', () => {
  it.each(
    Object.entries({
      usual,
      'joined I/O nodes': mppaWiring({ ioLinks: 'line' }),
      'usual network, other places': { ...usual, nodeOf: placed },
      'usual network, other routes': { ...usual, routing: routed(usual.topology).routing },
      mesh: onMesh,
      'a torus of two nodes a ring, and three dimensions': routed(torus([2, 5, 2]))
    })
  )('toldWiring(chipWiringData(w, names)) has the links and ways of w: %s', (_, wiring) => {
    const told = toldWiring(JSON.parse(JSON.stringify(chipWiringData(wiring, names))))
    if (!isRight(told)) throw new Error(told.left)
    const { topology, nodeOf, way } = told.right
    expect(topology).toEqual(wiring.topology)
    for (const from of names)
      for (const to of names) {
        expect([from, nodeOf(from)]).toEqual([from, wiring.nodeOf(from)])
        const [one, other] = [wiring.nodeOf(from), wiring.nodeOf(to)]
        const expected = linksBetween(wiring, one, other).map((link) => ({ from: link.from, port: link.port, to: link.to }))
        expect(way(one, other).map(({ from: a, port, to: b }) => ({ from: a, port, to: b }))).toEqual(expected)
      }
  })

  it('names the usual wiring, and holds any other whole', () => {
    expect(chipWiringData(usual, names)).toEqual({ topology: 'mppa256', routing: 'source routes' })
    expect(JSON.stringify(chipWiringData({ ...usual, nodeOf: placed }, names)).length).toBeGreaterThan(1000)
    expect(Object.keys(chipWiringData(onMesh, ['cc0', 'cc1']) as object)).toContain('ways')
  })

  it('leaves out pairs to which a routing does not lead', () => {
    const nowhere = { ...onMesh.routing, next: () => 31 }
    expect(chipWiringData({ ...onMesh, routing: nowhere }, ['cc0', 'cc1'])).toMatchObject({ ways: { cc0: {}, cc1: {} } })
  })

  it('says what is wrong with what is no wiring', () => {
    const whole = JSON.parse(JSON.stringify(chipWiringData(onMesh, ['cc0', 'cc1'])))
    expect(problem(undefined)).toBe('no wiring')
    expect(problem({ topology: 'mesh4x4', routing: 'dimension order' })).toBe('a wiring that is only named: mesh4x4, dimension order')
    expect(problem({ topology: 'mppa256', routing: 'rings' })).toBe('a wiring that is only named: mppa256, rings')
    expect(problem(whole)).toBe(undefined)
    for (const wrong of [{ target: [1] }, { radices: 'x' }, { at: { cc0: 99 } }, { ways: { cc0: { cc1: '!' } } }, { nodes: -1 }])
      expect(problem({ ...whole, ...wrong })).toBe('a wiring called mesh5x4 that is not whole')
  })
})
