import type * as fc from 'fast-check'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { standingStill } from '../arbitraries/standingStill'
import type { WorldPlan } from '../arbitraries/worldPlan'
import { diskWorldPlans } from '../diskWorldPlans'
import { billingTwice, countingOneMore, misreading } from './billingTwice'
import { commitBeforePause } from './commitBeforePause'
import { describingATinyStore, describingATinyTarget, describingHalfTheLink } from './describing'
import {
  endingBeforeAnswered,
  endingUndecided,
  endingWithALie,
  endingWithoutNeeds,
  endingWithoutReason,
  endingWithoutRelease,
  neverEnding
} from './endingEarly'
import { hybridKeepingStalePages } from './hybridKeepingStalePages'
import { loadingNothing, loadingTooSoon } from './loadingTooSoon'
import { mirroringBeforePause, mirroringNothing, mirroringWithoutDrain, mirroringWithoutLog } from './mirroring'
import { postcopyLeavingOne } from './postcopyLeavingOne'
import { postcopyPlacingAlways, postcopySendingTwice } from './postcopySending'
import { precopyDroppingLastSync } from './precopyDroppingLastSync'
import { precopyPausingAfterLastSend } from './precopyPausingAfterLastSend'
import { precopySelectingBeforeTracking } from './precopySelectingBeforeTracking'
import { bubblingOsr2009, bubblingVee2009 } from './publishedBubbling'
import { publishedPull } from './publishedPull'
import { rebuildingNothing, rebuildingTooSoon } from './rebuildingTooSoon'
import { releaseBeforeResume } from './releaseBeforeResume'
import { releaseWithoutBarrier } from './releaseWithoutBarrier'
import { remembering } from './remembering'
import { resumeAtBoth } from './resumeAtBoth'
import { resumeWithoutClock } from './resumeWithoutClock'
import { retryKeepingPages } from './retryKeepingPages'
import { stopAndCopyOfHalf } from './stopAndCopyOfHalf'
import { stopAndCopySelectingBeforePausing } from './stopAndCopySelectingBeforePausing'
import { swallowing } from './swallowing'
import { tlmForgettingUpdates, tlmPlacingAlways, tlmPlacingNever, tlmWithoutBarrier } from './tlmSending'

/** A pipeline (or a world around a good one) that is wrong on purpose, and the invariant that must catch it. */
export type PlantedFault = {
  readonly name: string
  readonly invariant: string
  readonly pipeline: Pipeline
  readonly wrap?: (world: World) => World
  /** Worlds in which it shows more often than in the usual swarm. */
  readonly worlds?: fc.Arbitrary<WorldPlan>
}

/** A planted fault or more for every invariant, new ones each time. Law: `check(f.pipeline, { wrap: f.wrap })` names `f.invariant` within few runs. */
export const plantedFaults = (): readonly PlantedFault[] => [
  { name: 'precopyDroppingLastSync', invariant: 'noPageLost', pipeline: precopyDroppingLastSync },
  { name: 'precopyPausingAfterLastSend', invariant: 'noPageLost', pipeline: precopyPausingAfterLastSend },
  { name: 'precopySelectingBeforeTracking', invariant: 'noPageLost', pipeline: precopySelectingBeforeTracking },
  { name: 'stopAndCopySelectingBeforePausing', invariant: 'noPageLost', pipeline: stopAndCopySelectingBeforePausing },
  { name: 'hybridKeepingStalePages', invariant: 'noPageLost', pipeline: hybridKeepingStalePages },
  { name: 'releaseWithoutBarrier', invariant: 'noPageLost', pipeline: releaseWithoutBarrier },
  { name: 'bubblingVee2009', invariant: 'noPageLost', pipeline: publishedPull(bubblingVee2009) },
  { name: 'bubblingOsr2009', invariant: 'noPageLost', pipeline: publishedPull(bubblingOsr2009) },
  { name: 'tlmForgettingUpdates', invariant: 'noPageLost', pipeline: tlmForgettingUpdates },
  { name: 'tlmPlacingNever', invariant: 'noPageLost', pipeline: tlmPlacingNever },
  { name: 'tlmPlacingAlways', invariant: 'neverOlder', pipeline: tlmPlacingAlways, worlds: standingStill('mtx') },
  { name: 'tlmWithoutBarrier', invariant: 'neverOlder', pipeline: tlmWithoutBarrier, worlds: standingStill('dtx') },
  { name: 'mirroringWithoutDrain', invariant: 'diskDrained', pipeline: mirroringWithoutDrain, worlds: diskWorldPlans },
  { name: 'mirroringBeforePause', invariant: 'diskDrained', pipeline: mirroringBeforePause, worlds: diskWorldPlans },
  { name: 'mirroringNothing', invariant: 'diskDrained', pipeline: mirroringNothing, worlds: diskWorldPlans },
  { name: 'mirroringWithoutLog', invariant: 'diskDrained', pipeline: mirroringWithoutLog, worlds: diskWorldPlans },
  { name: 'mirroringWithoutLog, by the control plane', invariant: 'cleanOrOwed', pipeline: mirroringWithoutLog, worlds: diskWorldPlans },
  { name: 'commitBeforePause', invariant: 'onePrimary', pipeline: commitBeforePause },
  { name: 'resumeAtBoth', invariant: 'onePrimary', pipeline: resumeAtBoth },
  { name: 'postcopyPlacingAlways', invariant: 'neverOlder', pipeline: postcopyPlacingAlways },
  { name: 'postcopySendingTwice', invariant: 'sentOnce', pipeline: postcopySendingTwice },
  { name: 'postcopyLeavingOne', invariant: 'arrivedBeforeRead', pipeline: postcopyLeavingOne },
  { name: 'misreading', invariant: 'arrivedBeforeRead', pipeline: postcopy(), wrap: misreading },
  { name: 'stopAndCopyOfHalf', invariant: 'allSent', pipeline: stopAndCopyOfHalf },
  { name: 'precopyDroppingLastSync, by the control plane', invariant: 'cleanOrOwed', pipeline: precopyDroppingLastSync },
  { name: 'precopySelectingBeforeTracking, by the control plane', invariant: 'cleanOrOwed', pipeline: precopySelectingBeforeTracking },
  { name: 'hybridKeepingStalePages, by the control plane', invariant: 'cleanOrOwed', pipeline: hybridKeepingStalePages },
  { name: 'retryKeepingPages', invariant: 'freshAfterAbort', pipeline: retryKeepingPages },
  { name: 'retryKeepingPages, by the control plane', invariant: 'cleanOrOwed', pipeline: retryKeepingPages },
  { name: 'resumeWithoutClock', invariant: 'clockMonotone', pipeline: resumeWithoutClock },
  { name: 'releaseBeforeResume', invariant: 'downtimeWithinTotal', pipeline: releaseBeforeResume },
  { name: 'billingTwice', invariant: 'accounting', pipeline: stopAndCopy(), wrap: billingTwice },
  { name: 'countingOneMore', invariant: 'accounting', pipeline: precopy(), wrap: countingOneMore },
  { name: 'describingHalfTheLink', invariant: 'linkNotOverused', pipeline: stopAndCopy(), wrap: describingHalfTheLink },
  { name: 'describingATinyTarget', invariant: 'memoryNotOverused', pipeline: stopAndCopy(), wrap: describingATinyTarget },
  {
    name: 'describingATinyStore',
    invariant: 'storeNotOverused',
    pipeline: stopAndCopy(),
    wrap: describingATinyStore,
    worlds: diskWorldPlans
  },
  { name: 'endingBeforeAnswered', invariant: 'answered', pipeline: endingBeforeAnswered },
  { name: 'swallowing', invariant: 'answered', pipeline: stopAndCopy(), wrap: swallowing(3) },
  { name: 'endingWithoutReason', invariant: 'ends', pipeline: endingWithoutReason },
  { name: 'endingWithALie', invariant: 'outcomeHolds', pipeline: endingWithALie },
  { name: 'endingUndecided', invariant: 'outcomeHolds', pipeline: endingUndecided },
  { name: 'endingWithoutNeeds', invariant: 'outcomeHolds', pipeline: endingWithoutNeeds },
  { name: 'neverEnding', invariant: 'neverStuck', pipeline: neverEnding },
  { name: 'loadingTooSoon', invariant: 'devicesMoved', pipeline: stopAndCopy(), wrap: loadingTooSoon },
  { name: 'loadingNothing', invariant: 'devicesMoved', pipeline: precopy(), wrap: loadingNothing },
  { name: 'rebuildingTooSoon', invariant: 'rebuiltFromFiles', pipeline: rebuildingTooSoon },
  { name: 'rebuildingNothing', invariant: 'rebuiltFromFiles', pipeline: rebuildingNothing },
  { name: 'endingWithoutRelease', invariant: 'stagesKept', pipeline: endingWithoutRelease },
  { name: 'remembering', invariant: 'sameSeedSameJournal', pipeline: remembering() }
]
