import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { attempt } from '../../lib/checkpoint/attempt'
import type { Imaged, ImagingMethod } from '../../lib/checkpoint/imaging'
import { stopAndSave } from '../../lib/checkpoint/tlc'
import { waiting } from '../../lib/checkpoint/waiting'
import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import type { Step } from '../../lib/protocol/phase'
import { chain, done, iterate, map, request } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'

type Chain = { readonly n: number; readonly parent: string | null; readonly owed: PageSet; readonly fails: number }

/** What an attempt leaves to the next: of what was owed before, what the log has named, whether it failed, and whether it was of everything. */
export type Owing = (of: { readonly before: PageSet; readonly seen: PageSet; readonly failed: boolean; readonly full: boolean }) => PageSet

/**
 * A chain of images in one store, every second of everything, by an owing rule of one's own: what a chain is when it is right, to put a wrong rule in. `early`: the image
 * before is dropped before the next is sealed.
 */
export const chainOfImages =
  ({
    owing,
    early = false,
    method = stopAndSave
  }: {
    readonly owing: Owing
    readonly early?: boolean
    readonly method?: ImagingMethod
  }): Pipeline =>
  ({ pages }) =>
    iterate<Chain, readonly [Imaged, Chain], Outcome>(
      'image',
      { n: 1, parent: null, owed: pageSet.empty(pages), fails: 0 },
      (before) => {
        const parent = before.parent === null || before.n % 4 === 0 ? {} : { parent: before.parent }
        const making = pipe(
          waiting(60_000),
          chain(
            'drop',
            (): Step<unknown> => (early && before.parent !== null ? request({ type: 'drop', image: before.parent }) : done(null))
          ),
          chain('attempt', () =>
            attempt({ image: `image ${before.n}`, ...parent, owed: before.owed, to: { stores: ['m1'] }, method, view: pages })
          )
        )
        return pipe(
          making,
          map((made): readonly [Imaged, Chain] => [
            made,
            {
              n: before.n + 1,
              parent: made.failure === null ? `image ${before.n}` : before.parent,
              owed: owing({ before: before.owed, seen: made.seen, failed: made.failure !== null, full: !('parent' in parent) }),
              fails: made.failure === null ? 0 : before.fails + 1
            }
          ])
        )
      },
      (_, [, now]): E.Either<Chain, Outcome> => (now.n <= 6 && now.fails < 4 ? E.left(now) : E.right({ type: 'completed', needs: [] }))
    )

/** As it must be: a failed attempt leaves what it has read of the log, one that went well leaves nothing. */
export const rightOwing: Owing = ({ before, seen, failed }) => (failed ? pageSet.union(before, seen) : pageSet.empty(before.size))

/** Forgets what a failed attempt has read of the log: the next image is not complete (Firecracker 0d0cab9 of 2024-05; Propolis issue 232). */
export const forgetfulOwing: Owing = ({ before }) => pageSet.empty(before.size)

/** Computes the difference since the wrong image: a full one begins no epoch (Firecracker 75e05ab of 2024-04). */
export const hoardingOwing: Owing = ({ before, seen, failed, full }) =>
  failed || full ? pageSet.union(before, seen) : pageSet.empty(before.size)
