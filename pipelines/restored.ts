import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { ImageRecord } from '../lib/checkpoint/imageChain'
import { type Piece, restorePlan } from '../lib/checkpoint/imageChain'
import type { Failure, Step } from '../lib/protocol/phase'
import { andThen, chain, done, iterate, map, request } from '../lib/protocol/phase'
import type { Outcome, Pipeline } from '../lib/protocol/pipeline'

/**
 * `image`: which one (default: the newest that can be restored), or a choice among those that can, the oldest first. `plan`: what to load in which order (default `restorePlan`: every
 * ancestor, the oldest content first, so that later content wins).
 */
export type RestoredOptions = {
  readonly image?: string | ((images: readonly string[]) => string | undefined)
  readonly plan?: (images: readonly ImageRecord[], image: string) => readonly Piece[] | undefined
}

/**
 * A guest is put together from an image and its ancestors on a spare host, and goes on there from the image's point: after a failure of its host, or (it is paused first) to go
 * back to an earlier point.
 *
 *     run(restored({ image: 'image 3' }), world)
 *
 * Completed when it runs; aborted when it could not be and goes on where it was; lost when it is nowhere. The `activated` answer says how long the guest had run at that point: what
 * it did later is undone.
 */
export const restored =
  ({ image = newest, plan = restorePlan }: RestoredOptions = {}): Pipeline =>
  () =>
    pipe(
      request({ type: 'pause' }),
      chain('restore', (paused) =>
        pipe(
          request({ type: 'catalogue' }),
          andThen('load', ({ images }) => {
            const names = images.map((one) => one.image)
            const chosen = typeof image === 'string' ? image : image(names)
            const pieces = chosen === undefined || !names.includes(chosen) ? undefined : plan(images, chosen)
            return pieces === undefined ? done(E.left(none(chosen))) : loading(pieces)
          }),
          andThen('resume', () => request({ type: 'resume', where: 'target' })),
          chain('conclude', (result): Step<Outcome> => {
            if (E.isRight(result)) return done({ type: 'completed', needs: [] })
            const { reason } = result.left
            if (E.isLeft(paused)) return done({ type: 'lost', reason })
            return pipe(
              request({ type: 'resume', where: 'source' }),
              map((resumed): Outcome => (E.isLeft(resumed) ? { type: 'lost', reason } : { type: 'aborted', reason, running: 'source' }))
            )
          })
        )
      )
    )

const newest = (images: readonly string[]): string | undefined => images.at(-1)

const none = (image: string | undefined): Failure => ({
  type: 'failure',
  order: 'restore',
  reason: image === undefined ? 'no image can be restored' : `${image} cannot be restored`,
  committed: false
})

/** Loads the pieces one after the other: the next must not overtake. */
const loading = (pieces: readonly Piece[]): Step<E.Either<Failure, unknown>> =>
  iterate<number, E.Either<Failure, unknown>, E.Either<Failure, unknown>>(
    'load',
    0,
    (i) => (i < pieces.length ? request({ type: 'restore', ...pieces[i] }) : done(E.right(null))),
    (i, result) => (E.isLeft(result) || i + 1 >= pieces.length ? E.right(result) : E.left(i + 1))
  )
