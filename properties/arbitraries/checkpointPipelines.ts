import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function'
import { stopAndSave, tlc } from '../../lib/checkpoint/tlc'
import { chain } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { type CheckpointedOptions, checkpointed } from '../../pipelines/checkpointed'
import { type RestoredOptions, restored } from '../../pipelines/restored'
import type { NamedPipeline } from '../namedPipeline'
import { CHECKPOINT_PAGE_NS } from './checkpointPlan'

const times = { first: 0, retryNs: 40 * CHECKPOINT_PAGE_NS, attempts: 3 }

/**
 * Checkpointing of any kind, some four times, and then a restore of any of the images that can be restored: by TLC with and without its optimisations, or by stop and save; to any of the
 * stores; full and incremental; few and many kept.
 */
export const checkpointPipelines: fc.Arbitrary<NamedPipeline> = fc
  .record({
    method: fc.oneof(
      { weight: 1, arbitrary: fc.constant(null) },
      {
        weight: 4,
        arbitrary: fc.record({ everyPages: fc.integer({ min: 1, max: 40 }), skipStashed: fc.boolean(), dropLast: fc.boolean() })
      }
    ),
    stores: fc.constantFrom(['m1'], ['m1', 'm2'], ['m1', 'm2', 'm3'], ['file'], ['file', 'm1']),
    copies: fc.integer({ min: 1, max: 2 }),
    stripePages: fc.integer({ min: 1, max: 9 }),
    everyPages: fc.integer({ min: 100, max: 400 }),
    fullEvery: fc.integer({ min: 1, max: 4 }),
    keep: fc.integer({ min: 1, max: 3 }),
    choice: fc.nat({ max: 3 })
  })
  .map(({ method, stores, copies, everyPages, choice, stripePages, ...rest }) => {
    const options: CheckpointedOptions = {
      to: { stores, copies: Math.min(copies, stores.length), stripePages },
      every: everyPages * CHECKPOINT_PAGE_NS,
      times: 4,
      method:
        method === null
          ? stopAndSave
          : tlc({ everyNs: method.everyPages * CHECKPOINT_PAGE_NS, skipStashed: method.skipStashed, dropLast: method.dropLast }),
      ...times,
      ...rest
    }
    const how =
      method === null
        ? 'stop and save'
        : `TLC every ${method.everyPages} pages${method.skipStashed ? ', skips' : ''}${method.dropLast ? ', drops' : ''}`
    const name = `${how}, ${copies} at ${stores.join('+')}, stripes of ${stripePages}, full every ${rest.fullEvery}, keeps ${rest.keep}, restores the ${choice}th`
    return { name, pipeline: thenRestored(checkpointed(options), { image: (images) => images[Math.min(choice, images.length - 1)] }) }
  })

/** Whatever becomes of the checkpoints, the guest is restored at their end. */
export const thenRestored =
  (first: Pipeline, options: RestoredOptions = {}): Pipeline =>
  (guest) =>
    pipe(
      first(guest),
      chain('restore', () => restored(options)(guest))
    )
