import { pipe } from 'fp-ts/lib/function'
import { concluded, prepare, release } from '../lib/migration/stages'
import { stopAndCopy } from '../lib/migration/stopAndCopy'
import type { DirtyLimitOptions, SyncAutoConvergeOptions, SyncThrottle } from '../lib/migration/syncThrottle'
import { dirtyLimit, noSyncThrottle, syncAutoConverge } from '../lib/migration/syncThrottle'
import { windowedPush } from '../lib/migration/windowedPush'
import { andThen } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'
import { milliseconds } from '../lib/time/time'

/**
 * QEMU's migration parameters and capabilities, named as QEMU names them (migration/options.c). `downtimeLimitNs`: `downtime-limit` (default 300 ms). `maxBandwidth`: `max-bandwidth`,
 * bytes per second, of all but the last copy (default 128 MiB/s). `autoConverge`: the capability, with its parameters (default off). `xbzrle`: the capability; the size of its
 * cache belongs to the world's engine (default off). `multifd`: the capability, with `multifd-channels` (default off; 2 channels).
 */
export type QemuOptions = {
  readonly downtimeLimitNs?: number
  readonly maxBandwidth?: number
  readonly autoConverge?: SyncAutoConvergeOptions | boolean
  readonly xbzrle?: boolean
  readonly multifd?: { readonly channels?: number } | boolean
}

/** As of QEMU 7.2, and `dirtyLimit`: the capability, with `vcpu-dirty-limit` (default off; from 8.1 on). */
export type Qemu102Options = QemuOptions & { readonly dirtyLimit?: DirtyLimitOptions | boolean }

/**
 * QEMU 7.2's migration: iterations of 100 ms windows with early syncs (see `windowedPush`), then a stop-and-copy outside the bandwidth limit. It is what the measured runs of
 * traces/measured were made with. For a world whose source keeps to windows, as `qemuWorld` makes one.
 *
 *     qemu72({ downtimeLimitNs: 50e6, autoConverge: true })
 */
export const qemu72 = (options: QemuOptions = {}): Pipeline => migrating(options, convergence(options.autoConverge))

/** QEMU 10.2's migration: the loop of 7.2, and a dirty limit in place of auto-converge where that is asked for. */
export const qemu102 = (options: Qemu102Options = {}): Pipeline => {
  const { dirtyLimit: limit = false, autoConverge = false } = options
  if (limit !== false && autoConverge !== false)
    throw new RangeError('qemu102: dirtyLimit and autoConverge must not both be given (got both)')
  return migrating(options, limit === false ? convergence(autoConverge) : dirtyLimit(limit === true ? {} : limit))
}

const convergence = (autoConverge: QemuOptions['autoConverge'] = false): SyncThrottle =>
  autoConverge === false ? noSyncThrottle : syncAutoConverge(autoConverge === true ? {} : autoConverge)

const migrating = (options: QemuOptions, throttle: SyncThrottle): Pipeline => {
  const { downtimeLimitNs = milliseconds(300), maxBandwidth = 2 ** 27, xbzrle, multifd = false } = options
  const channels = multifd === false ? 1 : multifd === true ? 2 : (multifd.channels ?? 2)
  const push = windowedPush({ downtimeLimitNs, bytesPerSecond: maxBandwidth, throttle, channels, delta: xbzrle })
  return (guest) =>
    pipe(
      prepare(),
      andThen('push', () => push(guest)),
      andThen('stop-and-copy', ({ owed }) => stopAndCopy(owed, { channels, delta: xbzrle })),
      andThen('release', release),
      concluded
    )
}
