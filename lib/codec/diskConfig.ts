import type * as t from 'io-ts'
import type { DiskRules } from '../migration/diskRules'
import { closed } from './closed'
import { positiveInteger } from './quantities'
import { positiveDurationText, positiveRateText, sizeText } from './quantityText'
import { type PacingConfig, pacingConfig, type SkipRuleConfig, type StopRuleConfig, skipRuleConfig, stopRuleConfig } from './ruleConfig'
import { oneOf } from './text'
import { type WorkloadConfig, workloadConfig } from './workloadConfig'

/**
 * A guest's disk in a configuration. `used`: what the file system uses, from its first block on (default: all of it); `application`: what of that are an application's data,
 * the last of it (default: all); `zero`: blocks of zeros, from the disk's end downwards, past what is used. `pages` and `from` of the workload are blocks. `needed`: which blocks must be
 * equal at the target. `read`, `write`: what the source's device reads and the target's writes (default: as the link allows).
 */
export type DiskConfig = {
  readonly size: number
  readonly blockSize?: number
  readonly used?: number
  readonly application?: number
  readonly zero?: number
  readonly storage?: 'shared' | 'local'
  readonly needed?: 'used' | 'application'
  readonly read?: number
  readonly write?: number
  readonly workload?: WorkloadConfig
}

/** How a technique brings a disk along, in a configuration; the interval in nanoseconds. The defaults are those of lib/migration/diskRules. */
export type DiskRulesConfig = Pick<DiskRules, 'blocks' | 'mirror' | 'start' | 'remember' | 'channels'> & {
  readonly until?: StopRuleConfig
  readonly skip?: SkipRuleConfig
  readonly pacing?: PacingConfig
  readonly interval?: number
}

/** A disk as JSON: `{ "size": "40 GiB", "blockSize": "1 MiB", "used": "30 GiB", "workload": { ... } }`. */
export const diskConfig: t.Type<DiskConfig, unknown> = closed(
  { size: sizeText },
  {
    blockSize: sizeText,
    used: sizeText,
    application: sizeText,
    zero: sizeText,
    storage: oneOf('shared', 'local'),
    needed: oneOf('used', 'application'),
    read: positiveRateText,
    write: positiveRateText,
    workload: workloadConfig
  }
)

/** The rules for a disk as JSON: `{ "blocks": "used", "mirror": "rounds", "start": "beside" }`. */
export const diskRulesConfig: t.Type<DiskRulesConfig, unknown> = closed(
  {},
  {
    blocks: oneOf('all', 'used', 'application'),
    mirror: oneOf('continuously', 'rounds', 'paused'),
    start: oneOf('ahead', 'beside'),
    until: stopRuleConfig,
    skip: skipRuleConfig,
    pacing: pacingConfig,
    remember: positiveInteger,
    channels: positiveInteger,
    interval: positiveDurationText
  }
)
