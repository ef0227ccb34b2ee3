import { milliseconds } from '../../lib/time/time'

/**
 * What the host of the measured QEMU runs costs (traces/measured/qemu-7.2.json: two cores, source and target on it, loopback), stated once for all of them. Times in nanoseconds,
 * rates in bytes per second.
 *
 * - `firstWriteNs`: the first write to a page under dirty logging, by accelerator: the software kvm-pvm takes a fault for it (43,000 newly dirtied pages a second at most), TCG
 *   a slow path that is lost in its own slowness. `syncNs`: reading the dirty log. `writeNs`: a write of a guest that writes as fast as it can.
 * - `cores`: as many channels work at once. `scanPageNs`, `sendPageNs`, `receivePageNs`: a page looked at, sent (1.6 GB/s), received. `firstTouchNs`: besides where the target touches its memory for the first time, `alone` on
 *   two cores or beside a guest that is at work: 0.85 and 0.41 GB/s altogether.
 * - `suspendNs`, `resumeNs`: stopping the guest, and loading the state of its devices. `loopbackBytesPerSecond`: what several channels reach together. `shaped`: the part of a shaped
 *   link's rate that pages and their headers have.
 * - `windowNs`, `sliceNs`: QEMU's; a slice is over when more than 50 ms have passed in whole milliseconds. `lateNs`: how much too late a sleeping source wakes up.
 * - `busyShare`: what a guest that is busy all the time gets done of the writes that it was calibrated for. `leadNs`: how long it has run when the migration begins.
 * - `bufferBytes`: what a socket holds of a stream: a page asked for waited 28 ms behind it on a link of 1 Gbit/s. `faultNs`: from an access to a missing page until the source turns to it,
 *   four threads that wake up one after the other on two cores that are busy.
 * - `reactionNs`: how long it takes whoever asks for post-copy to notice that he should.
 */
export const qemuHost = {
  cores: 2,
  firstWriteNs: { kvm: 24_000, tcg: 0 },
  syncNs: { kvm: 50_000, tcg: 300_000 },
  writeNs: { kvm: 390, tcg: 105 },
  scanPageNs: 190,
  sendPageNs: 2500,
  receivePageNs: 2500,
  firstTouchNs: { alone: 2300, besideGuest: 7500 },
  suspendNs: milliseconds(2.5),
  resumeNs: milliseconds(15),
  loopbackBytesPerSecond: 2_100_000_000,
  shaped: 0.988,
  windowNs: milliseconds(100),
  lateNs: milliseconds(0.3),
  sliceNs: milliseconds(51),
  busyShare: 0.94,
  leadNs: milliseconds(1600),
  reactionNs: milliseconds(15),
  bufferBytes: 3_500_000,
  faultNs: milliseconds(1)
} as const
