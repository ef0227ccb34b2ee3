import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOfRun, isoArea, slotOfAddress } from '../../lib/memory/isoArea'
import { intersection, show, toArray, union } from '../../lib/memory/pageSet'
import { pm2Distribution, type SlotDistribution, slotsOwned } from '../../lib/memory/slotDistribution'
import { firstRun, withoutRun, withRun } from '../../lib/memory/slotMap'

const run = fc.record({ start: fc.nat(100), n: fc.integer({ min: 1, max: 20 }) })

describe('isoArea', () => {
  it("is PM2's unless told otherwise: 512 MiB below 0x40000000, in pages", () => {
    const area = isoArea()
    expect(area.slots * area.slotBytes).toBe(512 * 2 ** 20)
    expect(addressOfRun(area, { start: 0, n: 1 })).toBe(0x3ffff000)
    expect(addressOfRun(area, { start: 0, n: 16 }) % 0x10000).toBe(0)
  })

  it('slotOfAddress undoes addressOfRun: every address of a run is in one of its slots, in descending order', () => {
    const area = isoArea({ slots: 200, slotBytes: 256, topAddress: 2 ** 20 })
    fc.assert(
      fc.property(run, fc.nat(1), ({ start, n }, last) => {
        const base = addressOfRun(area, { start, n })
        const address = last === 0 ? base : base + n * 256 - 1
        expect(slotOfAddress(area, address)).toBe(last === 0 ? start + n - 1 : start)
      })
    )
    expect([slotOfAddress(area, 2 ** 20), slotOfAddress(area, 2 ** 20 - 200 * 256 - 1)]).toEqual([-1, -1])
  })

  it('refuses what makes no area', () => {
    expect(() => isoArea({ slotBytes: 100 })).toThrow('isoArea: slotBytes must be a multiple of 8, at least 256 (got 100)')
    expect(() => isoArea({ slots: 3 })).toThrow('isoArea: slots must be an integer from 16 to 2^30 (got 3)')
    expect(() => isoArea({ topAddress: 4096 })).toThrow('isoArea: topAddress must be a multiple of 8 above 536870912 (got 4096)')
    expect(() => isoArea({ stackSlots: 0 })).toThrow('isoArea: stackSlots must be a positive integer (got 0)')
  })
})

describe('slotsOwned', () => {
  it('is a partition: sets of nodes are disjoint, and together they are all slots', () => {
    const distribution = fc.oneof(
      fc.record({ type: fc.constant('cyclic' as const), chunk: fc.integer({ min: 1, max: 20 }) }),
      fc.constant<SlotDistribution>({ type: 'block' }),
      fc.constant<SlotDistribution>({ type: 'centralized', node: 0 })
    )
    fc.assert(
      fc.property(distribution, fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 7 }), (how, slots, nodes) => {
        const owned = slotsOwned(how, slots, nodes)
        expect(owned.reduce((sum, { count }) => sum + count, 0)).toBe(slots)
        expect(owned.reduce(union).count).toBe(slots)
        if (how.type === 'block')
          expect(Math.max(...owned.map(({ count }) => count)) - Math.min(...owned.map(({ count }) => count))).toBeLessThan(2)
        if (nodes > 1) expect(intersection(owned[0], owned[1]).count).toBe(0)
      })
    )
  })

  it("deals PM2's chunks of a stack in turn", () => {
    expect(slotsOwned(pm2Distribution, 70, 2).map((one) => show.show(one))).toEqual([
      'PageSet(38 of 70: 0-15 32-47 64-69)',
      'PageSet(32 of 70: 16-31 48-63)'
    ])
    expect(slotsOwned({ type: 'block' }, 5, 2).map(toArray)).toEqual([
      [0, 1, 2],
      [3, 4]
    ])
    expect(slotsOwned({ type: 'custom', owners: [1, 0, 1] }, 3, 2).map(toArray)).toEqual([[1], [0, 2]])
  })

  it('refuses what names no owner', () => {
    expect(() => slotsOwned({ type: 'centralized', node: 2 }, 4, 2)).toThrow('slotsOwned: an owner must be a node from 0 to 1 (got 2)')
    expect(() => slotsOwned({ type: 'custom', owners: [0] }, 4, 2)).toThrow(
      'slotsOwned: there must be an owner for each of 4 slots (got 1)'
    )
    expect(() => slotsOwned({ type: 'cyclic', chunk: 0 }, 4, 2)).toThrow('slotsOwned: chunk must be a positive integer (got 0)')
    expect(() => slotsOwned({ type: 'block' }, 4, 0)).toThrow('slotsOwned: nodes must be a positive integer (got 0)')
  })
})

describe('firstRun', () => {
  it('is the first aligned start from which all slots are there: as slot by slot', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(1, 2, 3, 4),
        (bits, n, align) => {
          const map = slotsOwned({ type: 'custom', owners: bits.map(Number) }, bits.length, 2)[1]
          let expected = -1
          for (let start = 0; start + n <= bits.length && expected === -1; start += align)
            if (bits.slice(start, start + n).every(Boolean)) expected = start
          expect(firstRun(map, n, align)).toBe(expected)
          if (expected === -1) return
          const without = withoutRun(map, { start: expected, n })
          expect(without.count).toBe(map.count - n)
          expect(toArray(withRun(without, { start: expected, n }))).toEqual(toArray(map))
        }
      )
    )
    expect(() => firstRun(slotsOwned(pm2Distribution, 4, 1)[0], 0, 1)).toThrow('firstRun: n must be a positive integer (got 0)')
    expect(() => firstRun(slotsOwned(pm2Distribution, 4, 1)[0], 1, 0)).toThrow('firstRun: align must be a positive integer (got 0)')
  })
})
