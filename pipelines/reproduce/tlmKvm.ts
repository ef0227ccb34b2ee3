import { milliseconds, seconds } from '../../lib/time/time'
import { qemu12, qemu16 } from '../qemu1x'
import type { Measured } from './tlmRuns'

/** A version of kvm, its tolerable downtime in seconds, and whether 1.6 may brake (default no). */
export type Kvm = { readonly kvm: '1.2' | '1.6'; readonly limitS: number; readonly autoConverge?: boolean }

/**
 * kvm 1.2 or 1.6 without a limit of its bandwidth: the engines `qemu-1.2` and `qemu-1.6`, in QEMU's windows. kvm 1.2 sends from its I/O thread, 0.6 of the time (see `qemu12`), so that it
 * carries 0.6 of what the link does, to the last page, and takes what it measures inside its bursts for the bandwidth. A guest that computes does not wait for that thread.
 */
export const kvmMigration = ({ kvm, limitS, autoConverge = false }: Kvm): Pick<Measured, 'pipeline' | 'stated' | 'sender'> => {
  const limits = { downtimeLimitNs: seconds(limitS), maxBandwidth: Number.POSITIVE_INFINITY }
  return kvm === '1.2'
    ? { pipeline: qemu12({ ...limits, held: HELD, guestWaits: 0 }), stated: { linkShare: HELD }, sender }
    : { pipeline: qemu16({ ...limits, autoConverge }), sender }
}

const HELD = 0.6
const sender = { windowNs: milliseconds(100), sliceNs: milliseconds(51) }
