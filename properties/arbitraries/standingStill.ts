import * as fc from 'fast-check'
import { type WorldPlan, worldPlans } from './worldPlan'

/** The usual swarm (or `worlds`), and in each world what is on its way on this lane stands still for a while: another lane may overtake it. */
export const standingStill = (lane: string, worlds: fc.Arbitrary<WorldPlan> = worldPlans): fc.Arbitrary<WorldPlan> =>
  fc
    .tuple(worlds, fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 200 }))
    .map(([plan, perMille, pages]) => ({ ...plan, stalls: [{ lane, way: 'arriving', perMille, pages }] }))
