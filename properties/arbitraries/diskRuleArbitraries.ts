import * as fc from 'fast-check'
import type { DiskRules } from '../../lib/migration/diskRules'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { tlm } from '../../pipelines/tlm'
import type { NamedPipeline } from '../namedPipeline'
import { channels, type Named, pacings, pullRules, pushRules, recoveries, skipRules, stopRules } from './ruleArbitraries'

/** How a disk is mirrored, in any way that brings every block that a virtual machine needs. */
export const diskRules: fc.Arbitrary<Named<DiskRules>> = fc
  .record({
    blocks: fc.constantFrom('all' as const, 'used' as const),
    mirror: fc.constantFrom('continuously' as const, 'rounds' as const, 'paused' as const),
    start: fc.constantFrom('ahead' as const, 'beside' as const),
    until: stopRules,
    skip: skipRules,
    pacing: pacings,
    channels,
    interval: fc.integer({ min: 2, max: 6 })
  })
  .map(({ until, skip, pacing, interval, ...rules }) => ({
    name: `disk (${rules.blocks}, ${rules.mirror}, ${rules.start}, until ${until.name}, skip ${skip.name}, pacing ${pacing.name}, ${rules.channels} channels, interval 1e${interval})`,
    rule: { ...rules, until: until.rule, skip: skip.rule, pacing: pacing.rule, intervalNs: 10 ** interval }
  }))

/** Every shipped technique that may have a disk to bring along, with any rules of the one and of the other. */
export const diskPipelines: fc.Arbitrary<NamedPipeline> = fc
  .tuple(diskRules, pushRules, pullRules, recoveries, fc.constantFrom('precopy', 'postcopy', 'hybrid', 'stopAndCopy', 'tlm'))
  .map(([{ name, rule: disk }, push, pull, recovery, which]) => {
    if (which === 'precopy')
      return { name: `precopy(${push.name}, ${name})`, pipeline: precopy({ ...push.rule, recovery: recovery.rule, disk }) }
    if (which === 'postcopy') return { name: `postcopy(${pull.name}, ${name})`, pipeline: postcopy({ ...pull.rule, disk }) }
    if (which === 'hybrid')
      return {
        name: `hybrid(${push.name}, ${pull.name}, ${name})`,
        pipeline: hybrid({ ...push.rule, ...pull.rule, compression: push.rule.delta ? undefined : pull.rule.compression, disk })
      }
    if (which === 'tlm') return { name: `tlm(${name})`, pipeline: tlm({ recovery: recovery.rule, disk }) }
    return { name: `stopAndCopy(${name})`, pipeline: stopAndCopy({ recovery: recovery.rule, disk }) }
  })
