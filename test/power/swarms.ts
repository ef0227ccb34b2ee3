import type * as fc from 'fast-check'
import { demandPostcopies, hybrids, postcopies, precopies, stopAndCopies } from '../../properties/arbitraries/pipelineArbitraries'
import { type WorldPlan, worldPlans } from '../../properties/arbitraries/worldPlan'
import type { NamedPipeline } from '../../properties/namedPipeline'
import { switches } from './switches'

/** The shipped pipelines with drawn rules, by name, and the phases that only a pipeline told to switch uses. */
export const swarms = { stopAndCopies, precopies, postcopies, demandPostcopies, hybrids, switches } satisfies Readonly<
  Record<string, fc.Arbitrary<NamedPipeline>>
>

/** A swarm's name. */
export type SwarmName = keyof typeof swarms

/** The worlds of a swarm: the standard ones; a pipeline that switches at some progress is told of it. */
export const worldsOf = (name: SwarmName): fc.Arbitrary<WorldPlan> =>
  name === 'switches' ? worldPlans.map((plan) => ({ ...plan, progressPages: plan.progressPages ?? 1 })) : worldPlans
