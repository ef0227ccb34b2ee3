import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Level } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { lanes } from '../protocol/lanes'
import type { Attempt } from '../protocol/phase'
import { andKeep, andThen, map, request } from '../protocol/phase'
import { regarding } from '../protocol/regarding'
import { pause } from './stages'

/** What is still to come of a disk when the guest stops: blocks that are owed, and whatever the log names besides; or all of a level, where no block has been sent. */
export type Undrained = { readonly blocks: PageSet | Level; readonly channels?: number }

/**
 * The guest stops at the source, and then the blocks of its disk that are owed and those in the log go to the target, on the disk's lane: nobody writes to it any more. With the
 * barrier ahead of the commit (`switchOver`) the disk at the target is then that at the source. Ends with what the guest's clock shows; without a disk it is a pause.
 */
export const pausedAndDrained = (disk: Undrained | undefined): Attempt<number> =>
  disk === undefined
    ? pause()
    : pipe(
        pause(),
        andKeep('drain', () => drain(disk))
      )

const drain = ({ blocks, channels = 1 }: Undrained): Attempt<unknown> =>
  pipe(
    lanes({
      disk: regarding('disk')(
        pipe(
          typeof blocks === 'string' ? allOf(blocks) : logged(blocks),
          andThen('send', (pages) => request({ type: 'send', pages, place: 'always', ...(channels > 1 ? { channels } : {}) }))
        )
      )
    }),
    map(({ disk }) => disk)
  )

const allOf = (level: Level): Attempt<PageSet> => pipe(request({ type: 'select', level }), map(E.map(({ pages }) => pages)))

const logged = (owed: PageSet): Attempt<PageSet> => pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => pageSet.union(owed, dirty))))
