import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../lib/memory/pageSet'
import { bubbling } from '../lib/migration/bubbling'
import { noticing } from '../lib/migration/notices'
import type { PullRules } from '../lib/migration/pull'
import { pull } from '../lib/migration/pull'
import type { PushRules } from '../lib/migration/push'
import { push, sentBy } from '../lib/migration/push'
import { concluded, pause, prepare, release, switchOver } from '../lib/migration/stages'
import { roundsAtMost } from '../lib/migration/stopRule'
import { andThen, chain, done, map, request } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'

/**
 * The rules of the push (`until` is by default one round, as Hines & Gopalan describe it) and of the pull (by default bubbling around a single pivot), whose
 * `recovery` is also that of a commit without an answer.
 */
export type HybridOptions = Partial<PushRules> & PullRules

/**
 * Hybrid: some rounds of pre-copy, then post-copy of what they left; the target drops its stale copies before the guest resumes there (Hines & Gopalan, VEE
 * 2009, §3.1).
 *
 * Nothing is sent as a delta after that: what it would be made from has been dropped, or the guest has written over it (QEMU 2ebeaec012).
 *
 *     hybrid  =  push n rounds  then pause  then resumeAt(target)  then pull(residual)
 */
export const hybrid = (options: HybridOptions = {}): Pipeline => {
  const { until = roundsAtMost(1), prepaging, windowPages, windows, recovery, ...rules } = { prepaging: bubbling(), ...options }
  const { channels } = rules
  const pullMissing = pull({ prepaging, windowPages, windows, recovery })
  return (guest) =>
    pipe(
      prepare(),
      andThen('push', () => push({ until, ...rules })(guest)),
      andThen('pause', ({ owed }) =>
        pipe(
          pause(),
          andThen('final sync', (clockNs) =>
            pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => ({ clockNs, stale: pageSet.union(owed, dirty) }))))
          )
        )
      ),
      andThen('switch', ({ clockNs, stale }) =>
        pipe(
          request({ type: 'discard', pages: stale }),
          andThen('select', () => request({ type: 'select', level: rules.level ?? 'hypervisor' })),
          andThen('non-pageable', ({ nonPageable }) => {
            const atOnce = pageSet.intersection(stale, nonPageable)
            const missing = pageSet.difference(stale, nonPageable)
            return pipe(
              request({ type: 'send', pages: atOnce, place: 'always', ...sentBy({ channels }, false) }),
              andThen('resume at target', () => switchOver({ clockNs, missing, recovery })),
              map(E.map(() => missing))
            )
          })
        )
      ),
      noticing,
      chain('pull', ([switched, notices]) => (E.isLeft(switched) ? done(switched) : pullMissing(switched.right, notices))),
      andThen('release', release),
      concluded
    )
}
