import { pipe } from 'fp-ts/lib/function'
import type { DiskRules } from '../lib/migration/diskRules'
import { qemu16Brake } from '../lib/migration/engines/qemu16Brake'
import { mirrored } from '../lib/migration/mirrored'
import { concludedOf, prepare, release } from '../lib/migration/stages'
import { stopAndCopy } from '../lib/migration/stopAndCopy'
import type { SyncThrottle } from '../lib/migration/syncThrottle'
import { noSyncThrottle } from '../lib/migration/syncThrottle'
import { type WindowedRules, windowedPush } from '../lib/migration/windowedPush'
import { andThen } from '../lib/protocol/phase'
import type { Pipeline } from '../lib/protocol/pipeline'
import { milliseconds } from '../lib/time/time'
import { qemuDisk } from './qemu'
import { qemu12Held } from './qemu1xCosts'

/**
 * What a user of QEMU before 2.0 sets (`migrate_set_downtime` and `migrate_set_speed`; migration.c). `downtimeLimitNs`: default 30 ms. `maxBandwidth`: bytes per second, of
 * all but the last copy (default 32 MiB/s; `Infinity`: none). `disk`: how a disk comes along that must (see `qemuDisk`; `drive-mirror` came with 1.3).
 */
export type Qemu14Options = { readonly downtimeLimitNs?: number; readonly maxBandwidth?: number; readonly disk?: DiskRules }

/** As of QEMU 1.4, and `autoConverge`: the capability (default on: 1.6 is the version that brought it). */
export type Qemu16Options = Qemu14Options & { readonly autoConverge?: boolean }

/**
 * As of QEMU 1.4, and `held`: the share of its time for which the sender holds the lock of the main loop; `guestWaits`: the share of that for which the guest stands still.
 */
export type Qemu12Options = Omit<Qemu14Options, 'disk'> & { readonly held?: number; readonly guestWaits?: number }

/**
 * QEMU 1.2, which sends from its I/O thread: every 100 ms a timer calls `ram_save_iterate`, which fills the window's budget, for 50 ms at most, holding the lock of
 * the main loop (arch_init.c, buffered_file.c). Two things follow, of one figure `held`:
 *
 *     window      |== held ==|.........|== held ==|.........|
 *     bandwidth   is measured inside, so taken for 1/held of what the link carries on average
 *     guest       stands still inside, where a virtual CPU needs the lock
 *
 * So it stops while the copy still takes longer than the limit: published downtimes are 1.5 to 1.9 times the tolerated ones (Chanchio & Thaenkaew, CCGrid 2014, Fig. 3:
 * 16.21, 37.69 and 45.71 s at 10, 20 and 30 s). `held` is 0.6 by default, the reciprocal of their mean ratio of 1.68; that the guest stands still for all
 * of it is an upper bound («recalled, unverified»: a virtual CPU inside KVM runs on until it needs the lock). Of the loop it has the windows, the early sync and the test of what is
 * left against the limit; in the source the test is made when an iteration ends, and passes when exactly the limit is left.
 *
 * A disk must be on storage that both hosts share: 1.2 has no mirror, and its block migration, in the memory's stream, is not here. Throws `RangeError` for a guest with any other, on
 * held outside of 0 (exclusive) to 0.99 or guestWaits outside of 0 to 1, and what `qemu14` throws.
 */
export const qemu12 = (options: Qemu12Options = {}): Pipeline => {
  const pipeline = windowed(qemu12Windows(options))
  return (guest) => {
    if (guest.disk !== undefined)
      throw new RangeError(`qemu12: the disk of ${guest.name} must be on storage that both hosts share (got one of its own host)`)
    return pipeline(guest)
  }
}

/** What decides `qemu12`'s push: for a forecast of it (`windows`). Throws what `qemu12` throws. */
export const qemu12Windows = ({ held = qemu12Held, guestWaits = 1, ...options }: Qemu12Options = {}): WindowedRules => {
  if (!(held > 0 && held <= 0.99)) throw new RangeError(`qemu12: held must be above 0 and at most 0.99 (got ${held})`)
  if (!(guestWaits >= 0 && guestWaits <= 1)) throw new RangeError(`qemu12: guestWaits must be from 0 to 1 (got ${guestWaits})`)
  const still = Math.round(held * guestWaits * 1e9) / 1e9
  const { downtimeLimitNs, bytesPerSecond } = limits(options)
  return {
    downtimeLimitNs: Math.round(downtimeLimitNs / held),
    bytesPerSecond,
    throttle: still === 0 ? noSyncThrottle : { name: 'main loop', start: null, next: () => [still, null] }
  }
}

/**
 * QEMU 1.4 and 1.5, which send from a thread of their own (migration_thread of migration.c): the guest runs meanwhile, no number of rounds ends it, the dirty log is read as soon as
 * less is left than the last window's bandwidth carries within the limit (see `windowedPush`), and the last copy is not limited in rate.
 *
 *     qemu14({ downtimeLimitNs: seconds(20), maxBandwidth: Infinity })
 *
 * For a world whose source keeps to windows (`sender` of the data centre). Throws `RangeError` unless the limit is at least 0 and the bandwidth above 0.
 */
export const qemu14 = (options: Qemu14Options = {}): Pipeline => windowed(qemu14Windows(options), options.disk)

/** What decides `qemu14`'s push: for a forecast of it (`windows`). */
export const qemu14Windows = (options: Qemu14Options = {}): WindowedRules => ({ ...limits(options), throttle: noSyncThrottle })

/** QEMU 1.6: the loop of 1.4, and auto-converge as it was first (see `qemu16Brake`) unless it is off. Throws what `qemu14` throws. */
export const qemu16 = (options: Qemu16Options = {}): Pipeline => windowed(qemu16Windows(options), options.disk)

/** What decides `qemu16`'s push: for a forecast of it (`windows`). */
export const qemu16Windows = ({ autoConverge = true, ...options }: Qemu16Options = {}): WindowedRules =>
  autoConverge ? { ...limits(options), throttle: qemu16Brake as SyncThrottle } : qemu14Windows(options)

const limits = ({ downtimeLimitNs = milliseconds(30), maxBandwidth = 32 * 2 ** 20 }: Qemu14Options): WindowedRules => ({
  downtimeLimitNs,
  ...(maxBandwidth === Number.POSITIVE_INFINITY ? {} : { bytesPerSecond: maxBandwidth })
})

const windowed = (rules: WindowedRules, disk?: DiskRules): Pipeline => {
  const push = windowedPush(rules)
  const withDisk = mirrored({ ...qemuDisk, ...disk })
  return (guest) =>
    pipe(
      prepare(),
      andThen('push', () => withDisk(guest)(() => push(guest))),
      andThen('stop-and-copy', ({ value: { owed }, disk }) => stopAndCopy(owed, { disk })),
      andThen('release', release),
      concludedOf(guest)
    )
}
