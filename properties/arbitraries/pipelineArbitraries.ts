import * as fc from 'fast-check'
import { hops } from '../../lib/migration/hops'
import { retried } from '../../lib/migration/retried'
import { dumpAndRestore } from '../../pipelines/dumpAndRestore'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { tlm } from '../../pipelines/tlm'
import type { NamedPipeline } from '../namedPipeline'
import { channels, pullRules, pushRules, recoveries, stopRules } from './ruleArbitraries'

const levels = fc.constantFrom('hypervisor' as const, 'guestOs' as const)

/** Stop-and-copy of either level that a virtual machine needs. */
export const stopAndCopies: fc.Arbitrary<NamedPipeline> = fc
  .record({ level: levels, channels, recovery: recoveries })
  .map(({ level, channels, recovery }) => ({
    name: `stopAndCopy(level ${level}, ${channels} channels, ${recovery.name})`,
    pipeline: stopAndCopy({ level, channels, recovery: recovery.rule })
  }))

/** Pre-copy with any rules. */
export const precopies: fc.Arbitrary<NamedPipeline> = fc.tuple(pushRules, recoveries).map(([{ name, rule }, recovery]) => ({
  name: `precopy(${name}, ${recovery.name})`,
  pipeline: precopy({ ...rule, recovery: recovery.rule })
}))

/** Post-copy that prepages in any order. */
export const postcopies: fc.Arbitrary<NamedPipeline> = fc.tuple(pullRules, levels).map(([{ name, rule }, level]) => ({
  name: `postcopy(level ${level}, ${name})`,
  pipeline: postcopy({ ...rule, level })
}))

/** Post-copy by demand paging alone: it ends only where the guest touches every page, or ends. */
export const demandPostcopies: fc.Arbitrary<NamedPipeline> = fc.tuple(levels, recoveries).map(([level, recovery]) => ({
  name: `postcopy(level ${level}, demand only, ${recovery.name})`,
  pipeline: postcopy({ level, prepaging: undefined, recovery: recovery.rule })
}))

/** Hybrid with any rules of push and pull. */
export const hybrids: fc.Arbitrary<NamedPipeline> = fc.tuple(pushRules, pullRules).map(([push, pull]) => ({
  name: `hybrid(${push.name}, ${pull.name})`,
  pipeline: hybrid({ ...push.rule, ...pull.rule, compression: push.rule.delta ? undefined : pull.rule.compression })
}))

/** TLM with any interval or none, with and without over-commitment. */
export const tlms: fc.Arbitrary<NamedPipeline> = fc
  .record({
    level: levels,
    intervalNs: fc.oneof(fc.constant(null), fc.integer({ min: 1000, max: 1_000_000 })),
    overcommit: fc.array(fc.record({ after: fc.constantFrom(0, 0.2, 0.5), cores: fc.constantFrom(0.5, 1) }), { maxLength: 2 }),
    recovery: recoveries
  })
  .map(({ recovery, ...rules }) => ({
    name: `tlm(level ${rules.level}, ${rules.intervalNs === null ? 'no update' : `updates every ${rules.intervalNs} ns`}, ${rules.overcommit.map(({ after, cores }) => `${after}-(${cores}), `).join('')}${recovery.name})`,
    pipeline: tlm({ ...rules, recovery: recovery.rule })
  }))

/** Dump and restore, with and without dumps ahead of the last. */
export const dumpsAndRestores: fc.Arbitrary<NamedPipeline> = fc
  .record({ level: levels, preDump: fc.option(stopRules, { nil: undefined }), recovery: recoveries })
  .map(({ level, preDump, recovery }) => ({
    name: `dumpAndRestore(level ${level}, ${preDump === undefined ? 'one dump' : `dumps until ${preDump.name}`}, ${recovery.name})`,
    pipeline: dumpAndRestore({ level, preDump: preDump?.rule, recovery: recovery.rule })
  }))

const attempts: fc.Arbitrary<NamedPipeline> = fc.oneof(
  stopAndCopies,
  precopies,
  postcopies,
  demandPostcopies,
  hybrids,
  tlms,
  dumpsAndRestores
)

/** Any shipped pipeline, tried up to twice again when it is aborted. */
export const retriedPipelines: fc.Arbitrary<NamedPipeline> = fc
  .tuple(attempts, fc.integer({ min: 1, max: 2 }), recoveries)
  .map(([{ name, pipeline }, times, recovery]) => ({
    name: `retried(${times} times, ${recovery.name}, ${name})`,
    pipeline: retried({ times, recovery: recovery.rule })(pipeline)
  }))

/** Two or three hops, each by any shipped pipeline, some of them tried again. */
export const journeys: fc.Arbitrary<NamedPipeline> = fc
  .array(fc.oneof({ weight: 3, arbitrary: attempts }, { weight: 1, arbitrary: retriedPipelines }), { minLength: 2, maxLength: 3 })
  .map((legs) => ({ name: `hops(${legs.map(({ name }) => name).join(', ')})`, pipeline: hops(legs.map(({ pipeline }) => pipeline)) }))

/** Every shipped pipeline with random options; now and then one that is tried again, or a journey over several hosts. */
export const shippedPipelines: fc.Arbitrary<NamedPipeline> = fc.oneof(
  { weight: 8, arbitrary: attempts },
  { weight: 1, arbitrary: retriedPipelines },
  { weight: 1, arbitrary: journeys }
)
