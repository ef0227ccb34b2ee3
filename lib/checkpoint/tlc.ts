import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { lanes } from '../protocol/lanes'
import type { Failure, Step } from '../protocol/phase'
import { chain, done, map, request } from '../protocol/phase'
import { type Imaged, type Imaging, type ImagingMethod, imaged } from './imaging'
import { type Interrupted, interruptions } from './interruptions'

/**
 * `everyNs`: between interruptions (default 100 ms, the authors' I). `skipStashed`: a page that is in the table when its turn in the bulk comes is not written with it (the first
 * optimisation). `dropLast`: a page that the last stop has written is not written from the table any more (the second). Both are on by default.
 */
export type TlcOptions = { readonly everyNs?: number; readonly skipStashed?: boolean; readonly dropLast?: boolean }

/**
 * Time-bounded, thread-based live checkpointing (Chanchio et al., NCA 2011): a thread writes all pages while the guest runs, which every 100 ms stands still for the copying
 * of what it has written since into a table (stage 2); then it stands still while the last of it is written, with its execution context (stage 3); then the table is written, while it runs
 * again (stage 4).
 *
 *     tlc  =  lanes({ bulk, interruptions }) then stop(last) then table
 *
 * A page may be in the bulk as it was at first, in the table as it was later, and among the last: later content wins. Law `saved`: pages written = bulk + those found written - skipped -
 * dropped, where those found written are the table's and the last ones. Throws `RangeError` unless everyNs is an integer from 1 on.
 */
export const tlc = ({ everyNs = 100_000_000, skipStashed = true, dropLast = true }: TlcOptions = {}): ImagingMethod => {
  if (!Number.isSafeInteger(everyNs) || everyNs < 1) throw new RangeError(`tlc: everyNs must be an integer from 1 on (got ${everyNs})`)
  return ({ image, pages, view }: Imaging) =>
    pipe(
      lanes<{ bulk: E.Either<Failure, unknown>; interruptions: Interrupted }>(
        {
          bulk: request({ type: 'write', image, section: 'bulk', pages, ...(skipStashed ? { unless: 'stashed' as const } : {}) }),
          interruptions: interruptions({ image, everyNs, pages: view })
        },
        { until: 'bulk' }
      ),
      chain('last stop', ({ bulk, interruptions: { table, seen, failure } }) => {
        const stopped = failure ?? (E.isLeft(bulk) ? bulk.left : null)
        return stopped !== null
          ? done(imaged(seen, stopped))
          : pipe(
              lastStop({ image, pages: pageSet.empty(view), view }),
              chain('table', (last) =>
                last.failure !== null
                  ? done(imaged(pageSet.union(seen, last.seen), last.failure))
                  : written(
                      request({ type: 'write', image, section: 'table', pages: dropLast ? pageSet.difference(table, last.seen) : table }),
                      pageSet.union(seen, last.seen)
                    )
              )
            )
      })
    )
}

/**
 * The guest stands still, the log is read, and what it names (and `pages`) is written, with the execution context; whatever is refused, the guest goes on. Ends with what the log
 * named.
 */
export const lastStop = ({ image, pages, view }: Imaging): Step<Imaged> =>
  pipe(
    request({ type: 'pause' }),
    chain('sync', (paused) =>
      E.isLeft(paused)
        ? done(imaged(pageSet.empty(view), paused.left))
        : pipe(
            request({ type: 'sync' }),
            chain('last', (synced) =>
              E.isLeft(synced)
                ? goingOn(imaged(pageSet.empty(view), synced.left))
                : pipe(
                    written(
                      request({ type: 'write', image, section: 'last', pages: pageSet.union(pages, synced.right.dirty) }),
                      synced.right.dirty
                    ),
                    chain('go on', goingOn)
                  )
            )
          )
    )
  )

/** Stop and save: the guest stands still from the first page to the last, as with QEMU's `savevm`. */
export const stopAndSave: ImagingMethod = lastStop

const goingOn = (before: Imaged): Step<Imaged> =>
  pipe(
    request({ type: 'resume', where: 'source' }),
    map((resumed) => (E.isLeft(resumed) && before.failure === null ? imaged(before.seen, resumed.left) : before))
  )

const written = (writing: Step<E.Either<Failure, unknown>>, seen: PageSet): Step<Imaged> =>
  pipe(
    writing,
    map((result) => imaged(seen, E.isLeft(result) ? result.left : null))
  )
