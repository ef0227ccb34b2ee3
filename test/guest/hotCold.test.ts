import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hotCold } from '../../lib/guest/hotCold'
import { countsOf, excess, first, keepsTheLaws, workloadOptions } from './workloadLaws'

describe('hotCold', () => {
  keepsTheLaws(
    fc
      .tuple(workloadOptions, fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([options, hotPages, hotAccesses]) => hotCold({ ...options, hotPages, hotAccesses }))
  )

  it('by default 10 % of the pages take 90 % of the accesses, alike among themselves', () => {
    const { accesses } = first(hotCold({ pages: 100, writesPerSecond: 1 }), 100_000, 5)
    const expected = Array.from({ length: 100 }, (_, page) => (page < 10 ? 9000 : 10_000 / 90))
    expect(excess(countsOf(accesses, 100), expected)).toBeLessThan(4)
  })

  it('with all accesses hot or none, the others are never met', () => {
    const pagesMet = (hotAccesses: number) =>
      new Set(first(hotCold({ pages: 20, hotPages: 0.5, hotAccesses, writesPerSecond: 1 }), 2000).accesses.map((access) => access >>> 1))
    expect([...pagesMet(1)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(Math.min(...pagesMet(0))).toBe(10)
    expect(pagesMet(0).size).toBe(10)
  })

  it('at least one page is hot and one cold', () => {
    const met = (hotPages: number) => countsOf(first(hotCold({ pages: 2, hotPages, writesPerSecond: 1 }), 1000).accesses, 2)
    for (const hotPages of [0.01, 0.99]) expect(met(hotPages)[0]).toBeGreaterThan(850)
    for (const hotPages of [0.01, 0.99]) expect(met(hotPages)[1]).toBeGreaterThan(50)
  })

  it('refuses shares that leave nothing', () => {
    const good = { pages: 10, writesPerSecond: 1 }
    expect(() => hotCold({ ...good, pages: 1 })).toThrow(new RangeError('hotCold: pages must be at least 2 (got 1)'))
    expect(() => hotCold({ ...good, hotPages: 1 })).toThrow(new RangeError('hotCold: hotPages must be above 0 and below 1 (got 1)'))
    expect(() => hotCold({ ...good, hotAccesses: 1.1 })).toThrow(new RangeError('hotCold: hotAccesses must be from 0 to 1 (got 1.1)'))
  })
})
