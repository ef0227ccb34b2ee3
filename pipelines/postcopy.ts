import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../lib/memory/pageSet'
import * as pageSet from '../lib/memory/pageSet'
import { bubbling } from '../lib/migration/bubbling'
import type { DiskRules } from '../lib/migration/diskRules'
import { pausedAndDrained, type Undrained } from '../lib/migration/drain'
import { mirrored } from '../lib/migration/mirrored'
import { noticing } from '../lib/migration/notices'
import type { PullRules } from '../lib/migration/pull'
import { pull } from '../lib/migration/pull'
import { sentBy } from '../lib/migration/push'
import { concludedOf, prepare, release, switchOver } from '../lib/migration/stages'
import type { Level } from '../lib/protocol/command'
import type { Attempt } from '../lib/protocol/phase'
import { andKeep, andThen, done, map, request } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * The rules of the pull, and which memory is sent. `prepaging` is by default bubbling around a single pivot; `prepaging: undefined` is demand paging only. The
 * `recovery` is also that of a commit without an answer. `disk`: how a disk comes along, where the guest has one that must: it is mirrored first, and drained before the
 * switch.
 */
export type PostcopyOptions = PullRules & { readonly level?: Level; readonly disk?: DiskRules }

/**
 * Post-copy: switch at once, and pull the pages to the guest while it runs at the target; pages that could never be fetched move within the downtime (Hines
 * & Gopalan, VEE 2009; the pivot also Hara 2009).
 *
 *     post-copy  =  pause  then resumeAt(target)  then pull(all)
 */
export const postcopy = (options: PostcopyOptions = {}): Pipeline => {
  const { level = 'hypervisor', disk, ...rules } = { prepaging: bubbling(), ...options }
  const withDisk = mirrored({ mirror: 'rounds', ...disk })
  const pullSmall = pull(rules)
  return (guest) => {
    const pullMissing = guest.hugePages === undefined ? pullSmall : pull({ ...rules, hugePages: guest.hugePages })
    return pipe(
      noticing(
        pipe(
          prepare(),
          andThen('disk', () => withDisk(guest)(() => done(E.right(null)))),
          andThen('switch', ({ disk }) => switchAtOnce(level, rules, disk))
        )
      ),
      andThen('pull', ({ value: missing, notices }) => pullMissing(missing, notices)),
      andThen('release', release),
      concludedOf(guest)
    )
  }
}

/** Ends, the guest running at the target, with the pages that are missing there. */
const switchAtOnce = (level: Level, { recovery, compression }: PullRules, disk: Undrained | undefined): Attempt<PageSet> =>
  pipe(
    pausedAndDrained(disk),
    andThen('select', (clockNs) =>
      pipe(
        request({ type: 'select', level }),
        andKeep('non-pageable', ({ nonPageable }) =>
          request({ type: 'send', pages: nonPageable, place: 'always', ...sentBy({ compression }, false) })
        ),
        andThen('resume at target', ({ pages, nonPageable }) => {
          const missing = pageSet.difference(pages, nonPageable)
          return pipe(switchOver({ clockNs, missing, recovery }), map(E.map(() => missing)))
        })
      )
    )
  )
