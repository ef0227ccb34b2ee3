import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fairShares } from '../../lib/network/fairShares'

const demand = fc.oneof(
  fc.nat({ max: 20 }),
  fc.double({ min: 1e-6, max: 1e10, noNaN: true }),
  fc.constant(Number.POSITIVE_INFINITY),
  fc.constant(3)
)
const flows = fc.record({
  capacity: fc.oneof(fc.nat({ max: 100 }), fc.double({ min: 1e-6, max: 1e10, noNaN: true })),
  demands: fc.array(demand, { maxLength: 12 })
})
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
const slack = (capacity: number) => capacity * 1e-12

describe('fairShares', () => {
  it('gives small flows what they want and shares the rest evenly', () => {
    expect(fairShares({ capacity: 10, demands: [2, Infinity, Infinity] })).toEqual([2, 4, 4])
    expect(fairShares({ capacity: 10, demands: [Infinity, 1, 4, 3] })).toEqual([3, 1, 3, 3])
    expect(fairShares({ capacity: 100, demands: [5, 6] })).toEqual([5, 6])
    expect(fairShares({ capacity: 0, demands: [5, Infinity] })).toEqual([0, 0])
    expect(fairShares({ capacity: 7, demands: [] })).toEqual([])
  })

  it('capped: nobody gets more than it wants', () => {
    fc.assert(fc.property(flows, (f) => fairShares(f).every((rate, i) => rate >= 0 && rate <= f.demands[i])))
  })

  it('feasible: the rates together are within the capacity', () => {
    fc.assert(fc.property(flows, (f) => sum(fairShares(f)) <= f.capacity + slack(f.capacity)))
  })

  it('work conserving: capacity is left only when every demand is met', () => {
    fc.assert(
      fc.property(flows, (f) => {
        const wanted = Math.min(f.capacity, sum(f.demands))
        return Math.abs(sum(fairShares(f)) - wanted) <= slack(wanted)
      })
    )
  })

  it('equivariant: permuted demands give the permuted rates, exactly', () => {
    const permuted = flows.chain((f) =>
      fc.tuple(fc.constant(f), fc.shuffledSubarray([...f.demands.keys()], { minLength: f.demands.length, maxLength: f.demands.length }))
    )
    fc.assert(
      fc.property(permuted, ([f, order]) => {
        const rates = fairShares(f)
        expect(fairShares({ ...f, demands: order.map((i) => f.demands[i]) })).toEqual(order.map((i) => rates[i]))
      })
    )
  })

  it('max-min: a flow that wants more has the greatest rate of all', () => {
    fc.assert(
      fc.property(flows, (f) => {
        const rates = fairShares(f)
        const greatest = Math.max(0, ...rates)
        return rates.every((rate, i) => rate === f.demands[i] || rate >= greatest)
      })
    )
  })

  it('refuses a capacity or a demand that is no rate', () => {
    expect(() => fairShares({ capacity: -1, demands: [] })).toThrow(
      new RangeError('fairShares: capacity must be a finite number, not negative (got -1)')
    )
    expect(() => fairShares({ capacity: Infinity, demands: [] })).toThrow(RangeError)
    expect(() => fairShares({ capacity: 1, demands: [1, NaN] })).toThrow(
      new RangeError('fairShares: demands must not be negative (got NaN)')
    )
  })
})
