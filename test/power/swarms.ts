import * as fc from 'fast-check'
import { hops } from '../../lib/migration/hops'
import { retried } from '../../lib/migration/retried'
import { hybrid } from '../../pipelines/hybrid'
import { precopy } from '../../pipelines/precopy'
import {
  demandPostcopies,
  hybrids,
  postcopies,
  precopies,
  shippedPipelines,
  stopAndCopies,
  tlms
} from '../../properties/arbitraries/pipelineArbitraries'
import { qemuPostcopies, streamWorldPlans } from '../../properties/arbitraries/qemuArbitraries'
import { pullRules, pushRules } from '../../properties/arbitraries/ruleArbitraries'
import { standingStill } from '../../properties/arbitraries/standingStill'
import { type WorldPlan, worldPlans } from '../../properties/arbitraries/worldPlan'
import type { NamedPipeline } from '../../properties/namedPipeline'
import { switches } from './switches'

/** Pre-copies and hybrids over several channels, with deltas. */
const spreads: fc.Arbitrary<NamedPipeline> = fc
  .record({ push: pushRules, pull: fc.option(pullRules), channels: fc.integer({ min: 1, max: 4 }), delta: fc.boolean() })
  .map(({ push, pull, channels, delta }) => ({
    name: `${pull === null ? 'precopy' : 'hybrid'}(${push.name}, ${channels} channels, ${delta ? 'deltas' : 'whole pages'})`,
    pipeline: pull === null ? precopy({ ...push.rule, channels, delta }) : hybrid({ ...push.rule, ...pull.rule, channels, delta })
  }))

/** Shipped pipelines that are tried again after an abort. */
const retries: fc.Arbitrary<NamedPipeline> = shippedPipelines.map(({ name, pipeline }) => ({
  name: `retried(${name})`,
  pipeline: retried({ times: 2 })(pipeline)
}))

/** Two shipped pipelines one after the other. */
const journeys: fc.Arbitrary<NamedPipeline> = fc
  .tuple(shippedPipelines, shippedPipelines)
  .map(([a, b]) => ({ name: `hops(${a.name}, ${b.name})`, pipeline: hops([a.pipeline, b.pipeline]) }))

/** The shipped pipelines with drawn rules, by name, the phases that only a pipeline told to switch uses, and what is made of whole pipelines. */
export const swarms = {
  stopAndCopies,
  precopies,
  postcopies,
  demandPostcopies,
  hybrids,
  tlms,
  switches,
  spreads,
  retries,
  journeys,
  qemuPostcopies
} satisfies Readonly<Record<string, fc.Arbitrary<NamedPipeline>>>

/** The name of a swarm of pipelines. */
export type PipelineSwarmName = keyof typeof swarms

/** A swarm's name: of pipelines, or networks on chip (see `brokenNetwork`). */
export type SwarmName = PipelineSwarmName | 'networks'

/** The worlds of a swarm: the standard ones; a pipeline that switches at some progress is told of it, and only content can be sent as deltas. */
export const worldsOf = (name: PipelineSwarmName): fc.Arbitrary<WorldPlan> =>
  name === 'switches'
    ? worldPlans.map((plan) => ({ ...plan, progressPages: plan.progressPages ?? 1 }))
    : name === 'spreads'
      ? worldPlans.map((plan) => (plan.fidelity === 'marks' ? { ...plan, fidelity: 'versions' } : plan))
      : name === 'tlms'
        ? fc.oneof(worldPlans, fc.oneof(standingStill('mtx'), standingStill('dtx')))
        : name === 'qemuPostcopies'
          ? streamWorldPlans
          : worldPlans

/** What must happen in some runs of a swarm: where it never does, the swarm looks past what it is there for. */
export const happensIn: Readonly<Partial<Record<SwarmName, readonly string[]>>> = {
  stopAndCopies: ['completes', 'aborts'],
  precopies: ['completes', 'aborts', 'skips', 'dirties'],
  postcopies: ['completes', 'aborts', 'faults', 'skips', 'recovers'],
  demandPostcopies: ['completes', 'aborts', 'faults'],
  hybrids: ['completes', 'aborts', 'faults', 'skips', 'dirties', 'recovers'],
  qemuPostcopies: ['completes', 'aborts', 'faults', 'dirties', 'recovers']
}
