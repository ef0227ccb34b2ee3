import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { widened } from '../lib/memory/hugePage'
import type { PageSet } from '../lib/memory/pageSet'
import * as pageSet from '../lib/memory/pageSet'
import { bubbling } from '../lib/migration/bubbling'
import type { DiskRules } from '../lib/migration/diskRules'
import { pausedAndDrained, type Undrained } from '../lib/migration/drain'
import { mirrored } from '../lib/migration/mirrored'
import { noticing } from '../lib/migration/notices'
import type { PullRules } from '../lib/migration/pull'
import { pull } from '../lib/migration/pull'
import type { PushRules } from '../lib/migration/push'
import { push, pushInTwo, sentBy } from '../lib/migration/push'
import type { Recovery } from '../lib/migration/recovery'
import { concludedOf, prepare, release, switchOver } from '../lib/migration/stages'
import { roundsAtMost } from '../lib/migration/stopRule'
import type { Attempt } from '../lib/protocol/phase'
import { andThen, map, request } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * The rules of the push (`until` is by default one round, as Hines & Gopalan describe it) and of the pull (by default bubbling around a single pivot), whose
 * `recovery` is also that of a commit without an answer. `disk`: how a disk comes along, where the guest has one that must; it is drained before the switch.
 */
export type HybridOptions = Partial<PushRules> & PullRules & { readonly disk?: DiskRules }

/**
 * Hybrid: some rounds of pre-copy, then post-copy of what they left; the target drops its stale copies before the guest resumes there (Hines & Gopalan, VEE
 * 2009, §3.1).
 *
 * Nothing is sent as a delta after that: what it would be made from has been dropped, or the guest has written over it (QEMU 2ebeaec012).
 *
 *     hybrid  =  push n rounds  then pause  then resumeAt(target)  then pull(residual)
 */
export const hybrid = (options: HybridOptions = {}): Pipeline => {
  const { until = roundsAtMost(1), prepaging, windowPages, windows, recovery, disk, ...rest } = { prepaging: bubbling(), ...options }
  const rules = { ...rest, until }
  const withDisk = mirrored(disk ?? {})
  const pulling = { prepaging, windowPages, windows, recovery, compression: rest.compression }
  const pullSmall = pull(pulling)
  return (guest) => {
    const { hugePages } = guest
    const pullMissing = hugePages === undefined ? pullSmall : pull({ ...pulling, hugePages })
    return pipe(
      noticing(
        pipe(
          prepare(),
          andThen('push', () => withDisk(guest)(() => push(rules)(guest), pushInTwo(rules)(guest))),
          andThen('switch', ({ value: { owed }, disk }) => switchOwing(owed, rules, { recovery, disk, hugePages }))
        )
      ),
      andThen('pull', ({ value: missing, notices }) => pullMissing(missing, notices)),
      andThen('release', release),
      concludedOf(guest)
    )
  }
}

/** Ends, the guest running at the target, with the pages that are missing there: those that were owed to it or written since, but for those sent at once. */
const switchOwing = (
  owed: PageSet,
  { level = 'hypervisor', channels, compression }: PushRules,
  { recovery, disk, hugePages = 1 }: { readonly recovery?: Recovery; readonly disk?: Undrained; readonly hugePages?: number }
): Attempt<PageSet> =>
  pipe(
    pausedAndDrained(disk),
    andThen('final sync', (clockNs) =>
      pipe(
        request({ type: 'sync' }),
        andThen('discard', ({ dirty }) => {
          // What lies in one huge page with something stale is dropped with it (QEMU chunks its discards by host pages, `postcopy_chunk_hostpages`, migration/ram.c).
          const stale = widened(pageSet.union(owed, dirty), hugePages)
          return pipe(request({ type: 'discard', pages: stale }), map(E.map(() => stale)))
        }),
        andThen('select', (stale) =>
          pipe(
            request({ type: 'select', level }),
            andThen('non-pageable', ({ nonPageable }) => {
              const atOnce = pageSet.intersection(stale, nonPageable)
              const missing = pageSet.difference(stale, nonPageable)
              return pipe(
                request({ type: 'send', pages: atOnce, place: 'always', ...sentBy({ channels, compression }, false) }),
                andThen('resume at target', () => switchOver({ clockNs, missing, recovery })),
                map(E.map(() => missing))
              )
            })
          )
        )
      )
    )
  )
