import * as fc from 'fast-check'
import { process } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { type SpaceTime, spaceTime } from '../../lib/report/spaceTime'
import { runFold } from '../../lib/stream/fold'
import { datacentre } from '../../lib/world/datacentre'
import { delayed } from '../../lib/world/delayed'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { shippedPipelines } from '../../properties/arbitraries/pipelineArbitraries'
import { untilOf, type WorldPlan, worldOf, worldPlans } from '../../properties/arbitraries/worldPlan'
import { noPageLost } from '../../properties/invariants/noPageLost'
import { journalOf } from '../../properties/journalOf'
import type { NamedPipeline } from '../../properties/namedPipeline'

const world = datacentre({
  guests: {
    guest: process({ pages: 4, workload: hotCold({ pages: 4, writesPerSecond: 10_000, readsPerSecond: 10_000 }), contextBytes: 4096 })
  },
  link: link({ bytesPerSecond: 50e6 })
})

/** What the pipeline hears comes late, so that the guest writes on between a reading of the dirty log and the pause. */
const slowToHear = delayed({ maxDelayNs: 300_000 })(world)

/** A journal of four pages for each technique. */
export const smallJournals = (): Readonly<Record<string, Journal>> => {
  const pipelines: Readonly<Record<string, Pipeline>> = {
    stopAndCopy: stopAndCopy(),
    precopy: precopy({ until: roundsAtMost(3) }),
    postcopy: postcopy({ windowPages: 2 }),
    hybrid: hybrid({ windowPages: 2 })
  }
  return Object.fromEntries(Object.entries(pipelines).map(([name, pipeline]) => [name, journalOf(pipeline, world, { seed: 'small' })]))
}

/** Runs of the swarm: any shipped pipeline in any world. */
export const swarmRuns: fc.Arbitrary<SwarmRun> = fc.tuple(shippedPipelines, worldPlans)

/** See `swarmRuns`. */
export type SwarmRun = readonly [NamedPipeline, WorldPlan]

/** The journal of a run of the swarm. */
export const swarmJournal = ([{ pipeline }, plan]: SwarmRun): Journal =>
  journalOf(pipeline, worldOf(plan), { seed: plan.seed, until: untilOf(plan), maxEntries: 2000 })

/** The diagram of the first run of a wrong pipeline, by seed from 0 on, in which a page of four is lost. */
export const lostPage = (pipeline: Pipeline): SpaceTime => {
  for (let seed = 0; seed < 100; seed++) {
    const journal = journalOf(pipeline, slowToHear, { seed })
    const [violation] = runFold(noPageLost.fold, journal)
    if (violation !== undefined)
      return spaceTime({ violation: { ...violation, invariant: noPageLost.name, sentence: noPageLost.sentence } })(journal)
  }
  throw new Error('lostPage: a wrong pipeline must lose a page (got 100 runs that lose none)')
}
