import { clark2005Rules } from '../lib/migration/engines/clark2005'
import { cloudHypervisor } from '../lib/migration/engines/cloudHypervisor'
import { hyperV } from '../lib/migration/engines/hyperV'
import { kubevirtRamp } from '../lib/migration/engines/kubevirtRamp'
import { kubevirtStall } from '../lib/migration/engines/kubevirtStall'
import { pHaul } from '../lib/migration/engines/pHaul'
import { vmotion } from '../lib/migration/engines/vmotion'
import { xen2006Rules } from '../lib/migration/engines/xen2006'
import { xenToday } from '../lib/migration/engines/xenToday'
import type { PushRules } from '../lib/migration/push'
import type { WindowedRules } from '../lib/migration/windowedPush'
import type { Pipeline } from '../lib/protocol/pipeline'
import { milliseconds } from '../lib/time/time'
import type { Sender } from '../lib/world/windows'
import { mplm } from './mplm'
import { precopy } from './precopy'
import { qemu72, qemu72Windows, qemu102, qemu102Windows } from './qemu'
import { qemu12, qemu12Windows, qemu14, qemu14Windows, qemu16, qemu16Windows } from './qemu1x'

/**
 * An engine's own policy: what it is called here, which version it is of, where that was read, what it does in a sentence, its pipeline, and its rules where it is a pre-copy in
 * rounds or goes by QEMU's windows. `sender`: how the world's source has to keep to rates for it, where it counts on that (see `Sender` of the data centre). `unsure`: what is not published, or not what was
 * read, and what stands in its place. `withoutDisk`: it moves no disk, which must be on storage that both hosts share.
 */
export type Engine = {
  readonly name: string
  readonly version: string
  readonly source: string
  readonly sentence: string
  readonly unsure?: string
  readonly rules?: PushRules
  readonly windows?: WindowedRules
  readonly sender?: Sender
  readonly withoutDisk?: boolean
  readonly pipeline: Pipeline
}

const inRounds = (rules: PushRules, of: Omit<Engine, 'rules' | 'pipeline'>): Engine => ({ ...of, rules, pipeline: precopy(rules) })

/** QEMU: windows of 100 ms (BUFFER_DELAY), left after more than 50 (MAX_WAIT) in whole milliseconds. */
const sender: Sender = { windowNs: milliseconds(100), sliceNs: milliseconds(51) }

const inWindows = (windows: WindowedRules, pipeline: Pipeline, of: Omit<Engine, 'rules' | 'windows' | 'sender' | 'pipeline'>): Engine => ({
  ...of,
  windows,
  sender,
  pipeline
})

/** The engines' own policies with their own defaults, in the order of their age; auto-converge, which a user of QEMU turns on, is on where the version says so. */
export const engines: readonly Engine[] = [
  inRounds(clark2005Rules(), {
    name: 'clark-2005',
    version: 'the paper, 2005',
    source: 'Clark et al., NSDI 2005, §5.3 and §5.4',
    sentence: 'each round 50 Mbit/s faster than the guest dirtied in the last, until 256 KiB are left or 500 Mbit/s do not suffice',
    unsure: 'the pseudo-random scan is that of the code of January 2006'
  }),
  inRounds(xen2006Rules(), {
    name: 'xen-2006',
    version: 'tools of January 2006',
    source: 'xen-project/xen 1676162e, tools/libxc/xc_linux_save.c',
    sentence: 'a rate that is never lowered; 29 rounds, three memories or a round that grows at the greatest rate end it',
    unsure:
      'the rate is compiled in with ADAPTIVE_SAVE, whose setting was not found (`xen2006Rules({ adaptive: false })` is without it); the dirty log is peeked at page by page, where the tools did once a batch of 1,024 pages'
  }),
  inRounds(hyperV({ passes: 10 }), {
    name: 'hyper-v-2008-r2',
    version: 'Windows Server 2008 R2',
    source: 'Directions on Microsoft, Live Migration Switch-Over, June 2009',
    sentence: 'over the dirty pages ten times at most',
    unsure: 'how few dirty pages end it sooner is not published: here none may be left'
  }),
  inRounds(vmotion(), {
    name: 'vmotion',
    version: 'vSphere 5 and later',
    source: 'VMware, vMotion Architecture, Performance and Best Practices in vSphere 5, 2011; vMotion Enhancements in vSphere 7, 2020',
    sentence: 'puts virtual CPUs to sleep while they dirty more than is sent, and switches over when a second suffices',
    unsure: 'how long they sleep is not published: here as long as halves the dirty rate against the transmission rate'
  }),
  inWindows(qemu12Windows(), qemu12(), {
    name: 'qemu-1.2',
    version: '1.2',
    source: 'QEMU 1.2 arch_init.c, buffered_file.c and migration.c; the share of held time from Chanchio & Thaenkaew, CCGrid 2014, Fig. 3',
    withoutDisk: true,
    sentence: 'sends from the main loop, while which the guest stands still, and takes its bursts for the bandwidth',
    unsure: 'that the guest stands still for all of the time the lock is held is an upper bound («recalled, unverified»)'
  }),
  inWindows(qemu14Windows(), qemu14(), {
    name: 'qemu-1.4',
    version: '1.4 and 1.5',
    source: 'QEMU 1.4 migration.c',
    sentence: 'a thread of its own; 32 MiB/s until the bandwidth of the last 100 ms carries the rest in less than 30 ms',
    unsure:
      'the bandwidth is that of the whole window; a form of the loop of early 2013 left the time it slept out of it, and whether 1.4 or 1.5 came out so was not settled'
  }),
  inWindows(qemu16Windows(), qemu16(), {
    name: 'qemu-1.6',
    version: '1.6, auto-converge on',
    source: 'QEMU 1.6 arch_init.c and migration.c',
    sentence: 'as 1.5, but at the sixth period that dirtied more than half of what was sent the guest loses 30 of every 41 ms'
  }),
  inRounds(hyperV({ passes: 5 }), {
    name: 'hyper-v-2012-r2',
    version: 'Windows Server 2012 R2 and later',
    source: 'Savill, Mastering Windows Server 2016 Hyper-V, 2016',
    sentence: 'over the dirty pages five times at most',
    unsure: 'how few dirty pages end it sooner is not published: here none may be left'
  }),
  inRounds(pHaul(), {
    name: 'p.haul',
    version: '02199d87',
    source: 'checkpoint-restore/p.haul 02199d87, phaul/iters.py',
    sentence: 'pre-dumps until one is small, has grown by more than 10 % or is the ninth'
  }),
  {
    name: 'mplm',
    version: 'on QEMU 2.9',
    source: 'Chanchio, memory-bound pre-copy live migration; kasidit/qemu-mplm 20decf9e, migration/ram.c',
    sentence: 'pages never dirtied and dirty ones by turns, 50 each, until none of the first is left',
    pipeline: mplm()
  },
  inWindows(qemu72Windows(), qemu72(), {
    name: 'qemu-7.2',
    version: '7.2',
    source: 'QEMU 7.2 migration/migration.c and migration/ram.c',
    sentence: '128 MiB/s until the bandwidth of the last 100 ms carries the rest in 300 ms; its capabilities are off by default'
  }),
  inWindows(qemu102Windows({ autoConverge: true }), qemu102({ autoConverge: true }), {
    name: 'qemu-10.2',
    version: '10.2, auto-converge on',
    source: 'QEMU 10.2 migration/migration.c, migration/ram.c and migration/options.c',
    sentence:
      'as 7.2, and at every second period that dirtied more than half of what was sent the guest loses 20 %, then 10 % more, of its time'
  }),
  inRounds(xenToday(), {
    name: 'xen-today',
    version: 'xen-project/xen c447b730',
    source: 'tools/libs/guest/xg_sr_save.c, simple_precopy_policy',
    sentence: 'five rounds at most, or one more after fewer than 50 pages were dirtied'
  }),
  inRounds(cloudHypervisor(), {
    name: 'cloud-hypervisor',
    version: 'ae44c2971',
    source: 'cloud-hypervisor ae44c2971, is_precopy_converged',
    sentence: 'until the rest fits into 300 ms; cancelled after an hour'
  }),
  inRounds(cloudHypervisor({ timeoutStrategy: 'ignore' }), {
    name: 'cloud-hypervisor-ignore',
    version: 'ae44c2971',
    source: 'cloud-hypervisor ae44c2971, is_precopy_converged',
    sentence: 'until the rest fits into 300 ms; stopped after an hour whatever is left'
  }),
  inWindows(
    qemu102Windows({ maxBandwidth: Number.POSITIVE_INFINITY, looks: kubevirtRamp() }),
    qemu102({ maxBandwidth: Number.POSITIVE_INFINITY, looks: kubevirtRamp() }),
    {
      name: 'kubevirt-ramp',
      version: 'd923fdb815, gate MigrationDowntimeTuning',
      source: 'kubevirt d923fdb815, pkg/virt-launcher/virtwrap, tuneDowntime',
      sentence:
        "QEMU's downtime limit rises from 150 ms to 1,050 ms, a seventh every 10 s from the third iteration on; looked at every 400 ms",
      unsure: 'how the completion time-out rounds GiB is «recalled, unverified»'
    }
  ),
  inWindows(
    qemu102Windows({ maxBandwidth: Number.POSITIVE_INFINITY, looks: kubevirtStall() }),
    qemu102({ maxBandwidth: Number.POSITIVE_INFINITY, looks: kubevirtStall() }),
    {
      name: 'kubevirt-stall',
      version: 'd923fdb815, gate MigrationStallDetection',
      source: 'kubevirt d923fdb815, pkg/virt-launcher/virtwrap, stallDetector; VEP 248',
      sentence: 'when 40 s have brought no 4 % less, allows 900 ms where that can do, and aborts where it cannot',
      unsure: 'how the completion time-out rounds GiB is «recalled, unverified»'
    }
  )
]

/** The engine of that name. Throws `RangeError` when there is none. */
export const engineOf = (name: string): Engine => {
  const found = engines.find((one) => one.name === name)
  if (found === undefined) throw new RangeError(`engineOf: name must be one of ${engines.map((one) => one.name).join(', ')} (got ${name})`)
  return found
}
