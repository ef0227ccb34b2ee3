import * as fc from 'fast-check'
import { onwards } from '../../lib/migration/onwards'
import { postcopy } from '../../pipelines/postcopy'
import { type QemuOptions, qemu72, qemu102 } from '../../pipelines/qemu'
import { qemu14, qemu16 } from '../../pipelines/qemu1x'
import { diskWorldPlans } from '../diskWorldPlans'
import type { NamedPipeline } from '../namedPipeline'
import { diskRules } from './diskRuleArbitraries'
import { type WorldPlan, worldPlans } from './worldPlan'

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

const engineOfPostcopy: fc.Arbitrary<NamedPipeline> = fc
  .tuple(
    fc.constantFrom('qemu72' as const, 'qemu102' as const),
    fc.constantFrom(0, 1000, 1_000_000),
    fc.record(
      { afterSyncs: fc.integer({ min: 1, max: 2 }), preempt: fc.boolean(), maxBandwidth: fc.constantFrom(50e6, 400e6, 1e12) },
      { requiredKeys: ['afterSyncs'] }
    )
  )
  .map(([which, downtimeLimitNs, asked]) => ({
    name: `${which}(${JSON.stringify({ downtimeLimitNs, postcopy: asked })})`,
    pipeline: engines[which]({ downtimeLimitNs, maxBandwidth: 1e12, postcopy: asked })
  }))

/** What their pull is made of, in windows that are small beside a small memory. */
const streamed: fc.Arbitrary<NamedPipeline> = fc
  .record(
    {
      windowPages: fc.integer({ min: 1, max: 4 }),
      windows: fc.integer({ min: 1, max: 3 }),
      connection: fc.constant('stream'),
      bytesPerSecond: fc.constantFrom(50e6, 400e6, 1e12),
      requestsWithin: fc.boolean(),
      unlimitedBelowPages: fc.integer({ min: 0, max: 9 })
    },
    { requiredKeys: ['connection'] }
  )
  .map((rules) => ({ name: `postcopy(${JSON.stringify(rules)})`, pipeline: postcopy({ ...rules, prepaging: onwards }) }))

/** QEMU's post-copies: over one stream or with a channel for what is waited for, within a limit or not. */
export const qemuPostcopies: fc.Arbitrary<NamedPipeline> = fc.oneof(engineOfPostcopy, streamed)

const senders = fc.record(
  {
    windowPages: fc.integer({ min: 1, max: 40 }),
    slicePages: fc.integer({ min: 1, max: 20 }),
    bufferPages: fc.integer({ min: 1, max: 12 })
  },
  { requiredKeys: ['windowPages', 'slicePages'] }
)

/** The usual worlds with sources that keep to windows, and write ahead of the wire in most. */
export const streamWorldPlans: fc.Arbitrary<WorldPlan> = fc.tuple(worldPlans, senders).map(([plan, sender]) => ({ ...plan, sender }))

/** Worlds whose guests have disks, and whose sources keep to windows in most, as QEMU's do. */
export const qemuWorldPlans: fc.Arbitrary<WorldPlan> = fc
  .tuple(diskWorldPlans, fc.option(senders, { nil: undefined }))
  .map(([plan, sender]) => (sender === undefined ? plan : { ...plan, sender }))
