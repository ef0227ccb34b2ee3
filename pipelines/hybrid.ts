import { pipe } from 'fp-ts/lib/function'
import { bubbling } from '../lib/migration/bubbling'
import type { DiskRules } from '../lib/migration/diskRules'
import { mirrored } from '../lib/migration/mirrored'
import { noticing } from '../lib/migration/notices'
import type { PullRules } from '../lib/migration/pull'
import { pull } from '../lib/migration/pull'
import type { PushRules } from '../lib/migration/push'
import { push, pushInTwo } from '../lib/migration/push'
import { concludedOf, prepare, release } from '../lib/migration/stages'
import { roundsAtMost } from '../lib/migration/stopRule'
import { switchOwing } from '../lib/migration/switchOwing'
import { andThen } from '../lib/protocol/phase'
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
