import * as fc from 'fast-check'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import type { NamedPipeline } from '../namedPipeline'
import { pullRules, pushRules } from './ruleArbitraries'

const levels = fc.constantFrom('hypervisor' as const, 'guestOs' as const)

/** Stop-and-copy of either level that a virtual machine needs. */
export const stopAndCopies: fc.Arbitrary<NamedPipeline> = levels.map((level) => ({
  name: `stopAndCopy(level ${level})`,
  pipeline: stopAndCopy({ level })
}))

/** Pre-copy with any rules. */
export const precopies: fc.Arbitrary<NamedPipeline> = pushRules.map(({ name, rule }) => ({
  name: `precopy(${name})`,
  pipeline: precopy(rule)
}))

/** Post-copy that prepages in any order. */
export const postcopies: fc.Arbitrary<NamedPipeline> = fc.tuple(pullRules, levels).map(([{ name, rule }, level]) => ({
  name: `postcopy(level ${level}, ${name})`,
  pipeline: postcopy({ ...rule, level })
}))

/** Post-copy by demand paging alone: it ends only where the guest touches every page, or ends. */
export const demandPostcopies: fc.Arbitrary<NamedPipeline> = levels.map((level) => ({
  name: `postcopy(level ${level}, demand only)`,
  pipeline: postcopy({ level, prepaging: undefined })
}))

/** Hybrid with any rules of push and pull. */
export const hybrids: fc.Arbitrary<NamedPipeline> = fc.tuple(pushRules, pullRules).map(([push, pull]) => ({
  name: `hybrid(${push.name}, ${pull.name})`,
  pipeline: hybrid({ ...push.rule, ...pull.rule })
}))

/** Every shipped pipeline with random options. */
export const shippedPipelines: fc.Arbitrary<NamedPipeline> = fc.oneof(stopAndCopies, precopies, postcopies, demandPostcopies, hybrids)
