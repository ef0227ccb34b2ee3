import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eitherAlone } from '../../../properties/arbitraries/eitherAlone'
import { type WorldPlan, worldPlans } from '../../../properties/arbitraries/worldPlan'

type Plan = { readonly guest: number; readonly second?: number; readonly more: boolean }

const plain: fc.Arbitrary<Plan> = fc.record(
  { guest: fc.nat({ max: 100 }), second: fc.nat({ max: 100 }), more: fc.boolean() },
  { requiredKeys: ['guest', 'more'] }
)

const smallest = (plans: fc.Arbitrary<Plan>, seed: number): Plan | undefined =>
  fc.check(
    fc.property(plans, ({ guest, second = 0 }) => guest < 10 && second < 10),
    { seed }
  ).counterexample?.[0]

describe('eitherAlone', () => {
  it('equal seeds give the plans that it was given', () =>
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(fc.sample(eitherAlone<Plan, number>(plain), { seed, numRuns: 20 })).toEqual(fc.sample(plain, { seed, numRuns: 20 }))
      }),
      { numRuns: 20 }
    ))

  it('whichever guest goes wrong is alone in the end; without it some are two', () => {
    const seeds = Array.from({ length: 50 }, (_, seed) => seed)
    for (const seed of seeds) expect(smallest(eitherAlone<Plan, number>(plain), seed)).toEqual({ guest: 10, more: false })
    expect(seeds.some((seed) => smallest(plain, seed)?.second !== undefined)).toBe(true)
  })

  it('a world in which one guest of many pages goes wrong has one guest in the end', () => {
    for (let seed = 0; seed < 20; seed++) {
      const wrong = ({ guest, second }: WorldPlan): boolean => guest.pages > 40 || (second?.pages ?? 0) > 40
      const { counterexample } = fc.check(
        fc.property(worldPlans, (plan) => !wrong(plan)),
        { seed }
      )
      expect(counterexample?.[0].guest.pages).toBe(41)
      expect(counterexample?.[0].second).toBeUndefined()
    }
  })
})
