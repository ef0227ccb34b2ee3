import { pipe } from 'fp-ts/lib/function'
import { concluded, prepare, release } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { noSyncThrottle, type SyncThrottle } from '../../lib/migration/syncThrottle'
import { windowedPush } from '../../lib/migration/windowedPush'
import { andThen } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Time } from '../../lib/time/time'

/** A version of kvm, its tolerable downtime in seconds, what the link carries, and whether 1.6 may brake (default no). */
export type Kvm = {
  readonly kvm: '1.2' | '1.6'
  readonly limitS: number
  readonly linkBytesPerSecond: number
  readonly autoConverge?: boolean
}

/** How often kvm looks at what is left, in nanoseconds: its windows of 100 ms. A world in which it migrates must report as often (`progressNs`). */
export const KVM_LOOKS_NS: Time = 100_000_000

/**
 * kvm 1.2 or 1.6 without a limit of its bandwidth, by windows as its source has it: whenever less is left than the last window's bandwidth carries within the tolerable downtime, the log is
 * read, and it stops if that is still so. The brake is that of the engine `qemu-1.6`, asked at the syncs. kvm 1.2 sends from its I/O thread, in bursts of 0.6 of the time (the engine
 * `qemu-1.2`): it carries 0.6 of what the link does, to the last page, and takes what it measures inside its bursts for the bandwidth. A guest that computes does not wait for
 * that thread.
 */
export const kvmPipeline = ({ kvm, limitS, linkBytesPerSecond, autoConverge = false }: Kvm): Pipeline => {
  const old = kvm === '1.2'
  const downtimeLimitNs = Math.round((limitS * 1e9) / (old ? HELD : 1))
  const rate = old ? { bytesPerSecond: HELD * linkBytesPerSecond } : {}
  const push = windowedPush<Strikes | null>({
    ...rate,
    downtimeLimitNs,
    windowNs: KVM_LOOKS_NS,
    throttle: autoConverge ? brake : noSyncThrottle
  })
  return (guest) =>
    pipe(
      prepare(),
      andThen('push', () => push(guest)),
      andThen('stop-and-copy', ({ owed }) => stopAndCopy(owed, rate)),
      andThen('release', release),
      concluded
    )
}

const HELD = 0.6

/** The share of its time that the brake takes: 30 ms of every 41. */
const ASLEEP = 30 / 41
const STRIKES = 6
const PERIOD_NS = 1e9

/** Since when and from how many bytes on a period counts, what was dirtied in it, whether a rate is known, and the strikes so far. */
type Strikes = {
  readonly since: Time
  readonly bytes: number
  readonly dirtied: number
  readonly rated: boolean
  readonly strikes: number
  readonly on: boolean
}

/**
 * Auto-converge of QEMU 1.6 (`migration_bitmap_sync`, arch_init.c): a period between syncs of more than a second strikes when the guest dirtied more than half of the bytes sent in
 * it, but not the first; the sixth strike puts the brake on for good.
 */
const brake: SyncThrottle<Strikes | null> = {
  name: 'qemu-1.6 auto-converge',
  start: null,
  next: (before, { at, bytes, newlyDirty, pageBytes }) => {
    if (before === null) return [0, { since: at, bytes, dirtied: 0, rated: false, strikes: 0, on: false }]
    const dirtied = before.dirtied + newlyDirty
    if (at <= before.since + PERIOD_NS) return [before.on ? ASLEEP : 0, { ...before, dirtied }]
    const strikes = before.strikes + (before.rated && dirtied * pageBytes > (bytes - before.bytes) / 2 ? 1 : 0)
    const on = before.on || strikes >= STRIKES
    return [on ? ASLEEP : 0, { since: at, bytes, dirtied: 0, rated: before.rated || dirtied > 0, strikes: strikes % STRIKES, on }]
  }
}
