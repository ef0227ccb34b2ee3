import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../lib/memory/pageSet'
import { type DirtyLimitOptions, dirtyLimit, heldTo } from '../lib/migration/dirtyLimit'
import type { DiskRules } from '../lib/migration/diskRules'
import type { LookRule } from '../lib/migration/looks'
import { mirrored, type WithDisk } from '../lib/migration/mirrored'
import { noticing } from '../lib/migration/notices'
import { onwards } from '../lib/migration/onwards'
import { pull } from '../lib/migration/pull'
import type { Recovery } from '../lib/migration/recovery'
import { concludedOf, prepare, release } from '../lib/migration/stages'
import { stopAndCopy } from '../lib/migration/stopAndCopy'
import { or, residualBelow, roundsAtMost } from '../lib/migration/stopRule'
import { switchOwing } from '../lib/migration/switchOwing'
import type { SyncAutoConvergeOptions, SyncThrottle } from '../lib/migration/syncThrottle'
import { noSyncThrottle, syncAutoConverge } from '../lib/migration/syncThrottle'
import type { Asked } from '../lib/migration/watchedSend'
import { type WindowedResidual, type WindowedRules, windowedPush } from '../lib/migration/windowedPush'
import { type Compression, checkedCompression } from '../lib/protocol/compression'
import type { Attempt } from '../lib/protocol/phase'
import { andThen, map } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'
import { milliseconds } from '../lib/time/time'

/**
 * When post-copy is asked for (`migrate-start-postcopy`): once `afterSyncs` dirty-log syncs have been made, the one at the beginning counted, or `afterNs` after it (default: at
 * once); `reactionNs` is how long whoever asks takes to notice (default 0). `maxBandwidth`: `max-postcopy-bandwidth`, bytes per second (default: not limited). `preempt`: the
 * capability `postcopy-preempt`: pages that are waited for go on a channel of their own (default off). `recovery`: how long somebody tries to recover a migration whose link has failed
 * (default a minute): QEMU itself stays `postcopy-paused` until it is told `migrate-recover`, and then sends what the target has not received (its bitmap of received pages).
 */
export type QemuPostcopy = {
  readonly afterSyncs?: number
  readonly afterNs?: number
  readonly reactionNs?: number
  readonly maxBandwidth?: number
  readonly preempt?: boolean
  readonly recovery?: Recovery
}

/**
 * QEMU's migration parameters and capabilities, named as QEMU names them (migration/options.c). `downtimeLimitNs`: `downtime-limit` (default 300 ms). `maxBandwidth`: `max-bandwidth`,
 * bytes per second, of all but the last copy (default 128 MiB/s; `Infinity`: as the link allows). `autoConverge`: the capability, with its parameters (default off). `xbzrle`: the capability; the size of its
 * cache belongs to the world's engine (default off). `multifd`: the capability, with `multifd-channels` (default off; 2 channels), and
 * `multifd-compression` (zlib or zstd, as a ratio and the rate of a channel's thread, which may take cores of the hosts: `compressorCores`; default: none, and not with `xbzrle`). `postcopy`: when post-copy is asked for (default: never); a link that
 * breaks then is waited for and the rest asked for again (`migrate-recover`). `vcpuDirtyLimit`: the command `set-vcpu-dirty-limit` (from 7.1 on), given before the migration: bytes per
 * second for each virtual CPU, in whole MiB, and the entries of its ring (`dirty-ring-size`, here 4,096; by default QEMU has no ring, and refuses the command). `disk`: how a disk comes along that must (see `qemuDisk`).
 * `looks`: somebody who watches the migration from outside and may set another limit, ask for post-copy or give it up, as KubeVirt does (default: nobody).
 */
export type QemuOptions = {
  readonly downtimeLimitNs?: number
  readonly maxBandwidth?: number
  readonly autoConverge?: SyncAutoConvergeOptions | boolean
  readonly xbzrle?: boolean
  readonly multifd?: { readonly channels?: number; readonly compression?: Omit<Compression, 'threads' | 'decompressionThreads'> } | boolean
  readonly postcopy?: QemuPostcopy
  readonly vcpuDirtyLimit?: { readonly bytesPerSecond: number; readonly ringPages?: number }
  readonly disk?: DiskRules
  readonly looks?: LookRule
}

/**
 * How QEMU and libvirt bring a disk along (`drive-mirror` with `copy-mode` background, to an NBD export of the target; block/mirror.c, libvirt's qemu_migration.c): a block job with
 * a lane and a rate of its own (`speed`: `pacing`), which the windows of the memory's rate do not know. The bulk comes first, the memory when the mirror is ready, that is when
 * nothing of the disk is dirty; then the job keeps up beside the memory, and is drained while the guest stands still, before the switch. QEMU waits for
 * readiness for ever: 30 passes are ours. `copy-mode` write-blocking, which makes the guest's own writes wait for the target, is not here.
 */
export const qemuDisk: DiskRules = { until: or(residualBelow({ pages: 1 }), roundsAtMost(30)) }

/**
 * As of QEMU 7.2, and `dirtyLimit`: the capability, with its parameters `vcpu-dirty-limit` (default 1 MiB/s) and `x-vcpu-dirty-limit-period` (1 s) (default off; from 8.1 on, so that 7.2 has
 * none).
 */
export type Qemu102Options = QemuOptions & { readonly dirtyLimit?: DirtyLimitOptions | boolean }

/**
 * QEMU 7.2's migration: iterations of 100 ms windows with early syncs (see `windowedPush`), then a stop-and-copy outside the bandwidth limit, or post-copy once it is asked for. Its
 * post-copy is one stream: what the guest waits for leaves at once behind what the socket holds, and the scan goes on from there (`get_queued_page`, migration/ram.c); with `preempt` it has a channel
 * of its own, filled by the same thread. A window that is used up holds it back either way (`qemu_savevm_state_iterate` returns before RAM is asked, migration/savevm.c), and when less is left than the last
 * window's bandwidth sends within the downtime limit, the rest goes without a limit (`migration_iteration_run` completes). It is what the measured runs of
 * traces/measured were made with. For a world whose source keeps to windows (`sender` of the data centre).
 *
 *     qemu72({ downtimeLimitNs: 50e6, autoConverge: true })
 */
export const qemu72 = (options: QemuOptions = {}): Pipeline =>
  migrating(options, qemu72Windows(options), { requestsWithin: true, restAtOnce: true })

/** What decides `qemu72`'s push: for a forecast of it (`windows`). */
export const qemu72Windows = (options: QemuOptions = {}): WindowedRules => windowsOf(options, convergence(options.autoConverge))

/** QEMU 10.2's migration: the loop of 7.2, a dirty limit in place of auto-converge where that is asked for. Its post-copy keeps to the limit to the last page (since
 * 10.1); with `preempt` the thread that hears of a page sends it by itself, outside the limit (since 8.0: qemu commit 93589827443e). */
export const qemu102 = (options: Qemu102Options = {}): Pipeline =>
  migrating(options, qemu102Windows(options), { requestsWithin: options.postcopy?.preempt !== true, restAtOnce: false })

/** What decides `qemu102`'s push: for a forecast of it (`windows`). Throws `RangeError` when both a dirty limit and auto-converge are asked for, or two dirty limits. */
export const qemu102Windows = (options: Qemu102Options = {}): WindowedRules => {
  const { dirtyLimit: limit = false, autoConverge = false, vcpuDirtyLimit } = options
  if (limit !== false && autoConverge !== false)
    throw new RangeError('qemu102: dirtyLimit and autoConverge must not both be given (got both)')
  if (limit !== false && vcpuDirtyLimit !== undefined)
    throw new RangeError('qemu102: dirtyLimit and vcpuDirtyLimit must not both be given (got both)')
  return windowsOf(options, limit === false ? convergence(autoConverge) : dirtyLimit(limit === true ? {} : limit))
}

const convergence = (autoConverge: QemuOptions['autoConverge'] = false): SyncThrottle =>
  autoConverge === false ? noSyncThrottle : syncAutoConverge(autoConverge === true ? {} : autoConverge)

const windowsOf = (options: QemuOptions, given: SyncThrottle): WindowedRules => {
  const { downtimeLimitNs = milliseconds(300), maxBandwidth = 2 ** 27, xbzrle, multifd = false, postcopy, vcpuDirtyLimit, looks } = options
  const throttle = vcpuDirtyLimit === undefined ? given : heldTo(vcpuDirtyLimit)(given)
  const channels = multifd === false ? 1 : multifd === true ? 2 : (multifd.channels ?? 2)
  return {
    downtimeLimitNs,
    compression: compressing(options, channels),
    bytesPerSecond: maxBandwidth === Number.POSITIVE_INFINITY ? undefined : maxBandwidth,
    looks,
    throttle,
    channels,
    delta: xbzrle,
    asked: postcopy && asking(postcopy)
  }
}

/** What of post-copy differs between versions: whether the rate limit holds back what the guest waits for, and whether the last threshold's bytes go without it. */
type PostcopyWays = { readonly requestsWithin: boolean; readonly restAtOnce: boolean }

const migrating = (options: QemuOptions, windows: WindowedRules, { requestsWithin, restAtOnce }: PostcopyWays): Pipeline => {
  const { xbzrle, postcopy, disk } = options
  const { channels, compression, downtimeLimitNs } = windows
  const push = windowedPush(windows)
  const { maxBandwidth: bytesPerSecond, preempt = false, recovery } = postcopy ?? {}
  const below = restAtOnce && bytesPerSecond !== undefined ? (bytesPerSecond * downtimeLimitNs) / 1e9 : 0
  const pullRest = (pageBytes: number) =>
    pull({
      prepaging: onwards,
      bytesPerSecond,
      requestsWithin,
      recovery,
      unlimitedBelowPages: Math.ceil(below / pageBytes),
      ...(preempt ? {} : { connection: STREAM, windowPages: FLUSHED })
    })
  pullRest(1)
  const withDisk = mirrored({ ...qemuDisk, ...disk })
  const ending = ({ value: { owed, ends }, disk }: WithDisk<WindowedResidual>): Attempt<pageSet.PageSet> =>
    ends === 'post-copy'
      ? switchOwing(owed, { channels }, { disk, recovery: postcopy?.recovery })
      : pipe(stopAndCopy(owed, { channels, delta: xbzrle, compression, disk }), map(E.map(() => pageSet.empty(owed.size))))
  return (guest) =>
    pipe(
      noticing(
        pipe(
          prepare(),
          andThen('push', () => withDisk(guest)(() => push(guest))),
          andThen('ending', ending)
        )
      ),
      andThen('pull', ({ value: missing, notices }) => pullRest(guest.pageBytes)(missing, notices)),
      andThen('release', release),
      concludedOf(guest)
    )
}

/** The one connection of a migration without `postcopy-preempt`. */
const STREAM = 'stream'
/** Pages that are handed to the socket at a time: two pieces each of the 64 of a vectored write (MAX_IOV_SIZE, migration/qemu-file.c). */
const FLUSHED = 32

/** Each channel's thread compresses what it sends, and one at the target decompresses it. */
const compressing = ({ multifd, xbzrle = false }: QemuOptions, threads: number): Compression | undefined => {
  const of = typeof multifd === 'object' ? multifd.compression : undefined
  if (of === undefined) return undefined
  if (xbzrle) throw new RangeError('qemu: xbzrle must not be together with a compression of multifd (got both)')
  return checkedCompression('qemu', { ...of, threads, decompressionThreads: threads })
}

/** Asked for at the first look after somebody has noticed what he waits for. */
const asking = ({ afterSyncs = 0, afterNs = 0, reactionNs = 0 }: QemuPostcopy): Asked => {
  return ({ elapsedNs, syncs, sinceSyncNs }) =>
    elapsedNs >= afterNs + reactionNs && (syncs > afterSyncs || (syncs === afterSyncs && sinceSyncNs >= reactionNs))
}
