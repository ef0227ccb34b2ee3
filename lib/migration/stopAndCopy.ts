import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Level } from '../protocol/command'
import type { Attempt } from '../protocol/phase'
import { andThen, map, request } from '../protocol/phase'
import { pausedAndDrained, type Undrained } from './drain'
import { type PushRules, sentBy } from './push'
import { type Switch, switchOver } from './stages'

/**
 * How the last pages go (see `PushRules`), at most how fast (default: as the link allows), and how long a switch waits to learn its outcome, and what
 * is still to come of a disk, which is drained first. Deltas are for pages that a push has sent before.
 */
export type CopyRules = Pick<PushRules, 'channels' | 'delta' | 'compression'> &
  Pick<Switch, 'recovery'> & { readonly bytesPerSecond?: number; readonly disk?: Undrained }

/**
 * The stop-and-copy phase (Clark et al., NSDI 2005, §3.1): pause the guest, read the dirty log a last time, send what is owed and what it names, and switch
 * to the target. With a whole level of memory it is the oldest technique; with a push's residual it is the end of pre-copy. Downtime grows with what is owed.
 *
 * A level is looked up when the guest has stopped: before that it could still come to use a page that nobody has noted.
 */
export const stopAndCopy = (
  owed: PageSet | Level,
  { channels, delta, compression, recovery, bytesPerSecond, disk }: CopyRules = {}
): Attempt<unknown> =>
  pipe(
    pausedAndDrained(disk),
    andThen('owed', (clockNs) =>
      pipe(
        typeof owed === 'string' ? allOf(owed) : sync(owed),
        andThen('final copy', (pages) => request(finalSend(pages, { channels, delta, compression, bytesPerSecond }))),
        andThen('switch over', () => switchOver({ clockNs, recovery }))
      )
    )
  )

const finalSend = (pages: PageSet, { channels, delta, compression, bytesPerSecond }: CopyRules) =>
  ({
    type: 'send',
    pages,
    place: 'always',
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...sentBy({ channels, delta, compression }, true)
  }) as const

const allOf = (level: Level): Attempt<PageSet> => pipe(request({ type: 'select', level }), map(E.map(({ pages }) => pages)))

const sync = (owed: PageSet): Attempt<PageSet> => pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => pageSet.union(owed, dirty))))
