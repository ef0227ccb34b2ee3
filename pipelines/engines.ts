import { clark2005Rules } from '../lib/migration/engines/clark2005'
import { cloudHypervisor } from '../lib/migration/engines/cloudHypervisor'
import { hyperV } from '../lib/migration/engines/hyperV'
import { kubevirtRamp } from '../lib/migration/engines/kubevirtRamp'
import { kubevirtStall } from '../lib/migration/engines/kubevirtStall'
import { pHaul } from '../lib/migration/engines/pHaul'
import { qemu12 } from '../lib/migration/engines/qemu12'
import { qemu14 } from '../lib/migration/engines/qemu14'
import { qemu16 } from '../lib/migration/engines/qemu16'
import { vmotion } from '../lib/migration/engines/vmotion'
import { xen2006Rules } from '../lib/migration/engines/xen2006'
import { xenToday } from '../lib/migration/engines/xenToday'
import type { PushRules } from '../lib/migration/push'
import type { Pipeline } from '../lib/protocol/pipeline'
import { mplm } from './mplm'
import { precopy } from './precopy'

/**
 * An engine's own policy: what it is called here, which version it is of, where that was read, what it does in a sentence, its pipeline, and its rules where it is a pre-copy in
 * rounds. `unsure`: what is not published, or not what was read, and what stands in its place.
 */
export type Engine = {
  readonly name: string
  readonly version: string
  readonly source: string
  readonly sentence: string
  readonly unsure?: string
  readonly rules?: PushRules
  readonly pipeline: Pipeline
}

const inRounds = (rules: PushRules, of: Omit<Engine, 'rules' | 'pipeline'>): Engine => ({ ...of, rules, pipeline: precopy(rules) })

/** The engines' own policies with their own defaults, in the order of their age. */
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
  inRounds(qemu12(), {
    name: 'qemu-1.2',
    version: '1.2',
    source: 'QEMU 1.2 arch_init.c, buffered_file.c and migration.c; the share of held time from Chanchio & Thaenkaew, CCGrid 2014, Fig. 3',
    sentence: 'sends from the main loop, while which the guest stands still, and takes its bursts for the bandwidth',
    unsure: 'that the guest stands still for all of the time the lock is held is an upper bound («recalled, unverified»)'
  }),
  inRounds(qemu14(), {
    name: 'qemu-1.4',
    version: '1.4 and 1.5',
    source: 'QEMU 1.4 migration.c',
    sentence: 'a thread of its own; rounds at 32 MiB/s until the measured bandwidth carries the rest in less than 30 ms',
    unsure: 'the bandwidth is that of the last round, in QEMU that of the last 100 ms'
  }),
  inRounds(qemu16(), {
    name: 'qemu-1.6',
    version: '1.6, auto-converge on',
    source: 'QEMU 1.6 arch_init.c',
    sentence: 'as 1.5, but at the sixth period that dirtied more than half of what was sent the guest loses 30 of every 41 ms',
    unsure: 'a period ends with the first round that ends more than a second after the last, in QEMU with the first sync'
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
  inRounds(kubevirtRamp(), {
    name: 'kubevirt-ramp',
    version: 'd923fdb815, gate MigrationDowntimeTuning',
    source: 'kubevirt d923fdb815, pkg/virt-launcher/virtwrap, tuneDowntime',
    sentence: "QEMU's downtime limit rises from 150 ms to 1,050 ms, a seventh every 10 s from the third iteration on",
    unsure: 'looks at the end of each round, KubeVirt every 400 ms; how the completion time-out rounds GiB is «recalled, unverified»'
  }),
  inRounds(kubevirtStall(), {
    name: 'kubevirt-stall',
    version: 'd923fdb815, gate MigrationStallDetection',
    source: 'kubevirt d923fdb815, pkg/virt-launcher/virtwrap, stallDetector; VEP 248',
    sentence: 'when 40 s have brought no 4 % less, allows 900 ms where that can do, and aborts where it cannot',
    unsure: 'the bandwidth is sampled once a round, in KubeVirt every 400 ms; the switch to post-copy is left out'
  })
]

/** The engine of that name. Throws `RangeError` when there is none. */
export const engineOf = (name: string): Engine => {
  const found = engines.find((one) => one.name === name)
  if (found === undefined) throw new RangeError(`engineOf: name must be one of ${engines.map((one) => one.name).join(', ')} (got ${name})`)
  return found
}
