import * as fc from 'fast-check'
import { diskPlans } from './arbitraries/diskPlan'
import { type WorldPlan, worldPlans } from './arbitraries/worldPlan'

/**
 * Worlds of `worldPlans` whose first guest has a disk: local to its host in most, on storage that both share in some. They are a swarm of their own, because a pipeline
 * that knows nothing of disks leaves one behind, and is right wherever there is none.
 */
export const diskWorldPlans: fc.Arbitrary<WorldPlan> = fc.tuple(worldPlans, diskPlans).map(([plan, disk]) => ({ ...plan, disk }))
