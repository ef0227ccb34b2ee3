import type { Entry } from '../protocol/journal'
import type { Outcome } from '../protocol/pipeline'
import type { WaitedFor } from '../protocol/signal'
import { combine, type Fold } from '../stream/fold'
import { nanoseconds, type Time, type TimeUnit } from '../time/time'
import { applicationDegradation } from './applicationDegradation'
import { bytesTransferred } from './bytesTransferred'
import { type DiskTransfer, diskTransfer } from './diskTransfer'
import { downtime } from './downtime'
import { faults } from './faults'
import { guestThroughput } from './guestThroughput'
import { linkDegradation } from './linkDegradation'
import { outcome } from './outcome'
import { type DirtyRate, pageDirtyRate } from './pageDirtyRate'
import { pagesTransferred } from './pagesTransferred'
import { perMigration } from './perMigration'
import { preparationTime } from './preparationTime'
import { resumeTime } from './resumeTime'
import { rounds } from './rounds'
import { serviceDowntime } from './serviceDowntime'
import { totalTime } from './totalTime'
import { waitedTime } from './waitedTime'

/**
 * What is measured of one migration, each by the fold of its own name and file, which defines it. Times are in the journal's ticks (nanoseconds unless
 * its world has another unit); what did not happen is `undefined`.
 *
 * | metric                           | what                                                                                    | unit         | source     |
 * |----------------------------------|-----------------------------------------------------------------------------------------|--------------|------------|
 * | `totalTime`                      | first command to `released`, or to `ended` when never released                          | ticks        | H §3, C §3 |
 * | `preparationTime`                | first command to the `suspended` before the switch                                      | ticks        | H §3       |
 * | `downtime`                       | `suspended` to the next `activated`, summed                                             | ticks        | H §3, C §3 |
 * | `serviceDowntime`                | `suspended` to the later of `activated` and `redirected`, summed                        | ticks        | C §3.2     |
 * | `resumeTime`                     | `activated` at the target to `released`                                                 | ticks        | H §3       |
 * | `pagesTransferred`               | the pages of every `sent`                                                               | pages        | H §3       |
 * | `bytesTransferred`               | the bytes of every `sent`                                                               | bytes        |            |
 * | `applicationDegradation`         | 1 - guest's progress / time, first command to last `suspended`, `activated`, `released` | fraction     | H §3       |
 * | `guestThroughput`                | what the guest offers its network, times its progress / time                            | bytes/second | T Fig 11   |
 * | `pageDirtyRate.mean`, `.max`     | pages of `synced` / time since the `synced` before it, or since tracking began          | pages/second | C §4       |
 * | `linkDegradation`                | 1 - applications' bytes / bytes they wanted, of the last `linkUsed`                     | fraction     |            |
 * | `rounds`                         | how many `round`                                                                        |              | C §3.1     |
 * | `faults`                         | how many `faulted`                                                                      |              | H          |
 * | `waitedTime.all`, `.vcpus`       | waits for missing pages at the target, all virtual CPUs at once, and each                | ticks        | QEMU       |
 * | `disk.blocks`, `.bytes`          | the blocks and bytes of every `sent` of the disk; apart from those of memory above      | blocks, bytes |            |
 * | `disk.rounds`                    | how many `round` of the disk                                                            |              |            |
 * | `disk.drainedBytes`              | those sent while the guest stood still                                                  | bytes        |            |
 * | `disk.drainTime`                 | how long it stood still for them                                                        | ticks        |            |
 *
 * H: Hines and Gopalan, «Post-copy based live virtual machine migration using adaptive pre-paging and dynamic self-ballooning», VEE 2009.
 * C: Clark et al., «Live migration of virtual machines», NSDI 2005. T: Chanchio and Thaenkaew, «Time-bound, thread-based live migration of virtual machines», CCGrid 2014.
 */
export type Metrics = {
  readonly outcome: Outcome | undefined
  readonly totalTime: Time | undefined
  readonly preparationTime: Time | undefined
  readonly downtime: Time
  readonly serviceDowntime: Time
  readonly resumeTime: Time | undefined
  readonly pagesTransferred: number
  readonly bytesTransferred: number
  readonly applicationDegradation: number | undefined
  readonly guestThroughput: number | undefined
  readonly pageDirtyRate: DirtyRate | undefined
  readonly linkDegradation: number | undefined
  readonly rounds: number
  readonly faults: number
  readonly waitedTime: WaitedFor | undefined
  readonly disk: DiskTransfer | undefined
}

/** All metrics of one migration's entries, in one pass. `unit`: the journal's ticks. */
export const metrics = (unit: TimeUnit = nanoseconds): Fold<Entry, Metrics> =>
  combine({
    outcome,
    totalTime,
    preparationTime,
    downtime,
    serviceDowntime,
    resumeTime,
    pagesTransferred,
    bytesTransferred,
    applicationDegradation: applicationDegradation(unit),
    guestThroughput: guestThroughput(unit),
    pageDirtyRate: pageDirtyRate(unit),
    linkDegradation,
    rounds,
    faults,
    waitedTime,
    disk: diskTransfer
  })

/**
 * All metrics of every migration of a journal, by name, in one pass: `runFold(measure(), journal).m.downtime`.
 *
 * Laws: `downtime <= totalTime`; `downtime <= serviceDowntime`; `preparationTime + downtime + resumeTime = totalTime` when it completed with one pause.
 */
export const measure = (unit: TimeUnit = nanoseconds): Fold<Entry, Readonly<Record<string, Metrics>>> => perMigration(metrics(unit))
