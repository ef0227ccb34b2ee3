import type { Piece } from '../../lib/checkpoint/imageChain'
import { ancestry } from '../../lib/checkpoint/imageChain'
import { tlc } from '../../lib/checkpoint/tlc'
import type { Section } from '../../lib/protocol/imageOrder'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { checkpointed } from '../../pipelines/checkpointed'
import type { RestoredOptions } from '../../pipelines/restored'
import { thenRestored } from '../arbitraries/checkpointPipelines'
import { endingBeforeAnswered, endingWithoutReason } from '../broken/endingEarly'
import { leavingPaused, savingTwice, sealingWithoutBarrier, withoutLastStop, withoutTable } from './savingWithout'
import { chainOfImages, forgetfulOwing, hoardingOwing } from './wrongChains'

/** A pipeline of checkpoints that is wrong on purpose, and the invariant that must catch it. */
export type BrokenCheckpoint = { readonly name: string; readonly invariant: string; readonly pipeline: Pipeline }

/** Restores the sections of each image in another order. */
const inOrder =
  (...sections: readonly Section[]): NonNullable<RestoredOptions['plan']> =>
  (images, image) =>
    ancestry(images, image)?.flatMap((name) => sections.map((section): Piece => ({ image: name, section })))

const often = tlc({ everyNs: 4000 })

/** A broken pipeline or more for every invariant of checkpoints. Law: `checkCheckpoints(b.pipeline)` names `b.invariant` within few runs. */
export const brokenCheckpoints: readonly BrokenCheckpoint[] = [
  {
    name: 'restoring the table before the bulk',
    invariant: 'imagesHold',
    pipeline: thenRestored(checkpointed({ to: ['m1'], method: tlc({ everyNs: 4000, skipStashed: false }) }), {
      plan: inOrder('table', 'bulk', 'last')
    })
  },
  {
    name: 'restoring in the order of writing, without the second optimisation',
    invariant: 'imagesHold',
    pipeline: thenRestored(checkpointed({ to: ['m1'], method: tlc({ everyNs: 4000, dropLast: false }) }), {
      plan: inOrder('bulk', 'last', 'table')
    })
  },
  {
    name: 'restoring an increment without its parent',
    invariant: 'imagesHold',
    pipeline: thenRestored(checkpointed({ to: ['m1'], every: 200_000, times: 2, fullEvery: 2, method: often }), {
      plan: (_, image) => (['bulk', 'table', 'last'] as const).map((section) => ({ image, section }))
    })
  },
  { name: 'forgetting what a failed attempt has read', invariant: 'imagesHold', pipeline: chainOfImages({ owing: forgetfulOwing }) },
  { name: 'no final stop', invariant: 'imagesHold', pipeline: checkpointed({ to: ['m1'], method: withoutLastStop }) },
  { name: 'no table', invariant: 'imagesHold', pipeline: checkpointed({ to: ['m1'], method: withoutTable }) },
  { name: 'sealing without a barrier', invariant: 'sealedStay', pipeline: sealingWithoutBarrier },
  {
    name: 'dropping the last image before the next is sealed',
    invariant: 'alwaysRestorable',
    pipeline: chainOfImages({ owing: ({ before }) => before, early: true })
  },
  { name: 'a full image that begins no epoch', invariant: 'incrementalIsLeast', pipeline: chainOfImages({ owing: hoardingOwing }) },
  { name: 'saving twice', invariant: 'savedAccounts', pipeline: checkpointed({ to: ['m1'], method: savingTwice }) },
  { name: 'leaving the guest paused', invariant: 'guestGoesOn', pipeline: leavingPaused },
  { name: 'ending before it is answered', invariant: 'answered', pipeline: endingBeforeAnswered },
  { name: 'ending without a reason', invariant: 'ends', pipeline: endingWithoutReason }
]
