import { milliseconds, seconds } from '../../lib/time/time'
import { qemu12, qemu16 } from '../qemu1x'
import { qemu12Held, qemu16Costs } from '../qemu1xCosts'
import { CORE_BYTES_PER_SECOND, type Stated } from './tlmHost'
import type { Measured } from './tlmRuns'

/** A version of kvm, its tolerable downtime in seconds, and whether 1.6 may brake (default no). */
export type Kvm = { readonly kvm: '1.2' | '1.6'; readonly limitS: number; readonly autoConverge?: boolean }

/**
 * kvm 1.2 or 1.6 without a limit of its bandwidth: the engines `qemu-1.2` and `qemu-1.6`, in QEMU's windows. kvm 1.2 sends from its I/O thread, 0.6 of the time (see `qemu12`), so that it
 * carries 0.6 of what the link does, to the last page, and takes what it measures inside its bursts for the bandwidth. A guest that computes does not wait for that thread. kvm 1.6 looks at
 * a page for the first time in less time than the kvm 1.0 of the calibration (`qemu16Costs`).
 */
export const kvmMigration = ({ kvm, limitS, autoConverge = false }: Kvm): Pick<Measured, 'pipeline' | 'stated' | 'sender'> => {
  const limits = { downtimeLimitNs: seconds(limitS), maxBandwidth: Number.POSITIVE_INFINITY }
  return kvm === '1.2'
    ? { pipeline: qemu12({ ...limits, held: qemu12Held, guestWaits: 0 }), stated: { linkShare: qemu12Held }, sender }
    : { pipeline: qemu16({ ...limits, autoConverge }), stated: kvm16Stated, sender }
}

const sender = { windowNs: milliseconds(100), sliceNs: milliseconds(51) }

const { lookPageNs, copyPageNs } = qemu16Costs({ coreBytesPerSecond: CORE_BYTES_PER_SECOND })

/** What is stated of the hosts under kvm 1.6: the engine's own first look at a page. */
export const kvm16Stated: Stated = { lookPageNs }

/** What is stated of kvm 1.6, and other things that it might have changed of the host's costs: nothing; the copy of a page too, at its upper bound; and round figures. */
export const kvm16Variants: readonly { readonly what: string; readonly stated: Stated }[] = [
  { what: 'as kvm 1.0', stated: {} },
  { what: 'looks faster', stated: kvm16Stated },
  { what: 'and copies not', stated: { lookPageNs, savedPageNs: copyPageNs } },
  { what: '8.4 Gbit/s, half a look', stated: { lookPageNs: 1335, sendPageNs: 3891 } }
]
