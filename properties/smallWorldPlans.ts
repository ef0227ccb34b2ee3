import type * as fc from 'fast-check'
import { type WorldPlan, worldPlans } from './arbitraries/worldPlan'

/**
 * Small worlds: those of `worldPlans` with one guest of 1 to 8 pages and one virtual CPU, whose journals are short; everything that fails, delays or
 * refuses is there as often as in the large ones. For long searches: they run several times as fast, and most faults need no more than a few pages.
 */
export const smallWorldPlans: fc.Arbitrary<WorldPlan> = worldPlans.map((plan) => ({
  ...plan,
  second: undefined,
  guest: { ...plan.guest, pages: 1 + ((plan.guest.pages - 1) % 8), vcpus: 1 }
}))
