import { describe, expect, it } from 'vitest'
import { channelDependencies } from '../../lib/noc/channelDependency'
import { flitRouter } from '../../lib/noc/flitRouter'
import { dimensionOrder } from '../../lib/noc/routing'
import { coordinate, linksOf, mesh, torus } from '../../lib/noc/topology'

describe('meshes and tori', () => {
  it('have as many links as they should, each with one back', () => {
    expect([mesh([4, 4]), torus([4, 4]), torus([3, 3, 3]), mesh([1]), torus([5])].map(linksOf)).toEqual([48, 64, 162, 0, 10])
    for (const { target, ports } of [mesh([3, 4, 2]), torus([5, 3])])
      target.forEach((end, link) => {
        if (end >= 0) expect(target[end]).toBe(link)
        expect(end < 0 || Math.floor(end / ports) !== Math.floor(link / ports)).toBe(true)
      })
  })

  it('number their nodes lowest dimension first', () => {
    const wiring = torus([4, 3])
    expect([0, 1].map((d) => coordinate(wiring, 7, d))).toEqual([3, 1])
    expect(Math.floor(wiring.target[7 * 4] / 4)).toBe(4)
    expect(Math.floor(wiring.target[7 * 4 + 2] / 4)).toBe(11)
  })

  it('refuse what is none', () => {
    expect(() => torus([])).toThrow('torus: 1 to 15 dimensions (got 0)')
    expect(() => mesh([4, 0])).toThrow('mesh: a radix must be an integer from 1 on (got 0)')
    expect(() => mesh([2000, 2000])).toThrow('mesh: at most 2^20 nodes (got 4000000)')
  })
})

it('dimension order has no ring of channels on any mesh, nor on a torus with its classes', () => {
  for (const radices of [[2], [5], [4, 4], [8, 2], [3, 3, 3], [7, 5]]) {
    expect(channelDependencies(mesh(radices), dimensionOrder(mesh(radices), 1)).cycle).toBeUndefined()
    for (const vcs of [2, 3, 4]) expect(channelDependencies(torus(radices), dimensionOrder(torus(radices), vcs)).cycle).toBeUndefined()
  }
})

it('routings and routers refuse what cannot be', () => {
  expect(() => dimensionOrder(torus([4]), 1)).toThrow('two classes of channels need two virtual channels (got 1)')
  expect(() => dimensionOrder(mesh([4]), 33)).toThrow('vcs must be from 1 to 32 (got 33)')
  expect(() => flitRouter({ bufferFlits: 0 })).toThrow('flitRouter: bufferFlits must be an integer from 1 to 65536 (got 0)')
  expect(() => flitRouter({ linkLatency: 0.5 })).toThrow('flitRouter: linkLatency must be an integer from 1 to 1000 (got 0.5)')
})
