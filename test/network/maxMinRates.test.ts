import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fairShares } from '../../lib/network/fairShares'
import { type Flowing, maxMinRates } from '../../lib/network/maxMinRates'

const demand = fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 20 }))
const nets = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 5 }).chain((capacities) =>
  fc.record({
    capacities: fc.constant(capacities),
    flows: fc.array(
      fc.record({ through: fc.uniqueArray(fc.nat({ max: capacities.length - 1 }), { minLength: 1, maxLength: 3 }), demand }),
      { maxLength: 6 }
    )
  })
)
const loads = (capacities: readonly number[], flows: readonly Flowing[], rates: readonly number[]): readonly number[] =>
  capacities.map((_, one) => flows.reduce((sum, { through }, i) => sum + (through.includes(one) ? rates[i] : 0), 0))

describe('maxMinRates', () => {
  it('gives what its example says', () => {
    const flows = [
      { through: [0], demand: Infinity },
      { through: [0, 1], demand: Infinity }
    ]
    expect(maxMinRates({ capacities: [10, 4], flows })).toEqual([6, 4])
  })

  it('is capped, feasible and max-min', () => {
    fc.assert(
      fc.property(nets, ({ capacities, flows }) => {
        const rates = maxMinRates({ capacities, flows })
        const used = loads(capacities, flows, rates)
        for (const [i, rate] of rates.entries()) expect(rate).toBeLessThanOrEqual(flows[i].demand)
        for (const [one, load] of used.entries()) expect(load).toBeLessThanOrEqual(capacities[one] + 1e-9)
        rates.forEach((rate, i) => {
          if (rate >= flows[i].demand - 1e-9) return
          const bottleneck = flows[i].through.some(
            (one) =>
              used[one] >= capacities[one] - 1e-9 && flows.every(({ through }, j) => !through.includes(one) || rates[j] <= rate + 1e-9)
          )
          expect(bottleneck).toBe(true)
        })
      })
    )
  })

  it('is fairShares where there is one capacity, and gives alike flows one rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.array(demand, { maxLength: 6 }), (capacity, demands) => {
        const rates = maxMinRates({ capacities: [capacity], flows: demands.map((one) => ({ through: [0], demand: one })) })
        for (const [i, rate] of fairShares({ capacity, demands }).entries()) expect(rates[i]).toBeCloseTo(rate, 9)
        for (const [i, one] of demands.entries())
          for (const [j, other] of demands.entries()) if (one === other) expect(rates[i]).toBe(rates[j])
      })
    )
  })

  it('refuses negative capacities and demands', () => {
    expect(() => maxMinRates({ capacities: [-1], flows: [] })).toThrow(
      new RangeError('maxMinRates: capacities must not be negative (got -1)')
    )
    expect(() => maxMinRates({ capacities: [1], flows: [{ through: [0], demand: -2 }] })).toThrow(
      new RangeError('maxMinRates: demands must not be negative (got -2)')
    )
  })
})
