import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { chain, done, iterate, map } from '../lib/protocol/phase'
import type { Outcome, Pipeline } from '../lib/protocol/pipeline'
import { type CheckpointedOptions, checkpointed } from './checkpointed'
import { restored } from './restored'

/** `restores`: how many failures of its host a guest survives (default 1). The images of its nth life are named `<prefix>n.1`, `<prefix>n.2`, and so on (default prefix `image `). */
export type SurvivingOptions = CheckpointedOptions & { readonly restores?: number }

/**
 * A guest that is checkpointed, restored from its newest image on another host when its own fails, and checkpointed on from there.
 *
 *     surviving({ every: seconds(60), to: ['m1', 'm2'], restores: 3 })
 *
 * Ends as `checkpointed` does; `lost` when its host fails once more than it survives, or no image can be restored. Throws `RangeError` unless restores is an integer from 0 on.
 */
export const surviving = ({ restores = 1, prefix = 'image ', ...options }: SurvivingOptions): Pipeline => {
  if (!Number.isInteger(restores) || restores < 0)
    throw new RangeError(`surviving: restores must be an integer from 0 on (got ${restores})`)
  return (guest) =>
    iterate<number, Life, Outcome>(
      'life',
      1,
      (life) =>
        pipe(
          checkpointed({ ...options, prefix: `${prefix}${life}.` })(guest),
          chain('survive', (outcome) =>
            outcome.type !== 'lost' || life > restores
              ? done<Life>({ outcome, again: false })
              : map((to: Outcome): Life => ({ outcome: to, again: to.type === 'completed' }))(restored()(guest))
          )
        ),
      (life, { outcome, again }) => (again ? E.left(life + 1) : E.right(outcome))
    )
}

type Life = { readonly outcome: Outcome; readonly again: boolean }
