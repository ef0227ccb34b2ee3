import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { runFold } from '../../lib/stream/fold'
import { seconds } from '../../lib/time/time'
import { brokenCoordinated } from '../../properties/cluster/brokenCoordinated'
import { clusterInvariants } from '../../properties/cluster/clusterInvariants'
import type { ClusterInvariant } from '../../properties/cluster/clusterLedger'
import { clusterOf, clusterPlans, coordinatedOf } from '../../properties/cluster/clusterPlan'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'

const judged = breaches(clusterInvariants)

/** Which invariants find what is done wrong; what no swarm finds soon is found by exploration (see coordinatedExplored). */
const found: Readonly<Partial<Record<keyof typeof brokenCoordinated, ClusterInvariant>>> = {
  finalFramesNotAwaited: 'cutIsConsistent',
  finalFrameAheadOfFrames: 'cutIsConsistent',
  queueNotKept: 'wholeWhenSealed',
  sealedWithoutDecision: 'wholeWhenSealed',
  committedByTheFirst: 'wholeWhenSealed',
  abortedAfterTheVote: 'noMixedOutcome',
  queueNotInserted: 'framesInOrder',
  framesOfBefore: 'framesInOrder'
}

it.each(Object.entries(found))('a swarm finds %s: %s', (name, invariant) => {
  const pipeline = brokenCoordinated[name as keyof typeof brokenCoordinated]
  const isFound = fc.sample(clusterPlans, { seed: 5, numRuns: 600 }).some((plan) => {
    const journal = journalOf(pipeline(coordinatedOf(plan)), clusterOf(plan), { until: seconds(600) })
    return runFold(judged, journal).some((breach) => breach.invariant === invariant)
  })
  expect(isFound).toBe(true)
})
