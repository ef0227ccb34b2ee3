import * as fc from 'fast-check'
import { type QemuOptions, qemu72, qemu102 } from '../../pipelines/qemu'
import { qemu14, qemu16 } from '../../pipelines/qemu1x'
import { diskWorldPlans } from '../diskWorldPlans'
import type { NamedPipeline } from '../namedPipeline'
import { diskRules } from './diskRuleArbitraries'
import type { WorldPlan } from './worldPlan'

const options: fc.Arbitrary<QemuOptions> = fc.record(
  {
    downtimeLimitNs: fc.constantFrom(0, 1000, 1_000_000, 300_000_000),
    maxBandwidth: fc.constantFrom(1e6, 50e6, 1e12),
    autoConverge: fc.boolean(),
    multifd: fc.record({ channels: fc.integer({ min: 1, max: 4 }) }),
    xbzrle: fc.boolean(),
    vcpuDirtyLimit: fc.constant({ bytesPerSecond: 2 ** 20 }),
    postcopy: fc.record({ afterSyncs: fc.integer({ min: 1, max: 3 }), preempt: fc.boolean() })
  },
  { requiredKeys: [] }
)

const engines = { qemu72, qemu102, qemu14, qemu16 }

/** QEMU's engines that bring a disk along, with any parameters, and with any rules for the disk or their own. */
export const qemuPipelines: fc.Arbitrary<NamedPipeline> = fc
  .tuple(
    fc.constantFrom('qemu72' as const, 'qemu102' as const, 'qemu14' as const, 'qemu16' as const),
    options,
    fc.option(diskRules, { nil: undefined })
  )
  .map(([which, given, disk]) => {
    const { downtimeLimitNs, maxBandwidth, autoConverge } = given
    const ofDisk = disk && { disk: disk.rule }
    const told = `${which}(${JSON.stringify(given)}${disk === undefined ? '' : `, ${disk.name}`})`
    if (which === 'qemu72' || which === 'qemu102') return { name: told, pipeline: engines[which]({ ...given, ...ofDisk }) }
    return { name: told, pipeline: engines[which]({ downtimeLimitNs, maxBandwidth, autoConverge: autoConverge === true, ...ofDisk }) }
  })

/** Worlds whose guests have disks, and whose sources keep to windows in most, as QEMU's do. */
export const qemuWorldPlans: fc.Arbitrary<WorldPlan> = fc
  .tuple(
    diskWorldPlans,
    fc.option(fc.record({ windowPages: fc.integer({ min: 1, max: 40 }), slicePages: fc.integer({ min: 1, max: 20 }) }), { nil: undefined })
  )
  .map(([plan, sender]) => (sender === undefined ? plan : { ...plan, sender }))
