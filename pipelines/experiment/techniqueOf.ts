import { pipe } from 'fp-ts/lib/function'
import type { DiskRulesConfig } from '../../lib/codec/diskConfig'
import type { PacingConfig, PrepagingConfig, SkipRuleConfig, StopRuleConfig, ThrottleConfig } from '../../lib/codec/ruleConfig'
import type { CompressionConfig, TechniqueConfig } from '../../lib/codec/techniqueConfig'
import type { PageSequence } from '../../lib/memory/pageSequence'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import type { DiskRules } from '../../lib/migration/diskRules'
import { hops } from '../../lib/migration/hops'
import { lruOrder } from '../../lib/migration/lruOrder'
import * as pacing from '../../lib/migration/pacing'
import type { Prepaging } from '../../lib/migration/prepaging'
import type { PushRules } from '../../lib/migration/push'
import { retried } from '../../lib/migration/retried'
import { xenScanOrder } from '../../lib/migration/scanOrder'
import * as skip from '../../lib/migration/skipRule'
import * as stop from '../../lib/migration/stopRule'
import * as throttle from '../../lib/migration/throttle'
import { unplugging } from '../../lib/migration/unplugging'
import type { Compression } from '../../lib/protocol/compression'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { dumpAndRestore } from '../dumpAndRestore'
import { engineOf } from '../engines'
import { hybrid } from '../hybrid'
import { postcopy } from '../postcopy'
import { precopy } from '../precopy'
import { stopAndCopy } from '../stopAndCopy'
import { tlm } from '../tlm'
import { qemuOf } from './qemuOf'

/** What a technique may be told of the guest it moves: the pages by last use before the migration, the latest first. */
export type Known = { readonly recentlyUsed: () => PageSequence }

/** The pipeline that a configuration describes. Errors: the bricks' `RangeError`s, each naming its function, rule and value. */
export const techniqueOf = (config: TechniqueConfig, known: Known): Pipeline => {
  const once = onceOf(config, known)
  const pipeline = config.unplug === true ? unplugging(once) : once
  const recovery = 'recovery' in config ? recoveryOf(config) : {}
  return config.retries === undefined ? pipeline : retried({ times: config.retries, ...recovery })(pipeline)
}

const onceOf = (config: TechniqueConfig, known: Known): Pipeline => {
  switch (config.type) {
    case 'stop-and-copy':
      return stopAndCopy({ channels: config.channels, ...movingOf(config), ...compressingOf(config) })
    case 'pre-copy':
      return precopy({ ...pushOf(config), ...movingOf(config), ...compressingOf(config) })
    case 'post-copy':
      return postcopy({ ...pullOf(config, known), ...movingOf(config), ...compressingOf(config) })
    case 'hybrid':
      return hybrid({ ...pushOf(config), ...pullOf(config, known), ...movingOf(config), ...compressingOf(config) })
    case 'tlm': {
      const { interval, overcommit } = config
      return tlm({ overcommit, ...(interval !== undefined && { intervalNs: interval }), ...movingOf(config) })
    }
    case 'dump-and-restore': {
      const { disk, ...moving } = movingOf(config)
      const preDump = config.preDump && stopRuleOf(config.preDump)
      return dumpAndRestore({ ...moving, ...compressingOf(config), ...(disk && { fileSystem: disk }), ...(preDump && { preDump }) })
    }
    case 'qemu':
      return qemuOf(config, { ...(config.disk && { disk: diskRulesOf(config.disk) }), ...compressingOf(config) })
    case 'engine':
      return engineOf(config.engine).pipeline
    case 'hops':
      return hops(config.hops.map((one) => techniqueOf(one, known)))
  }
}

type Moving = Exclude<TechniqueConfig, { readonly type: 'qemu' | 'engine' | 'hops' }>

const movingOf = ({ level, disk, recovery }: Pick<Moving, 'level' | 'disk' | 'recovery'>) => ({
  level,
  ...(disk !== undefined && { disk: diskRulesOf(disk) }),
  ...recoveryOf({ recovery })
})

const recoveryOf = ({ recovery }: { readonly recovery?: number }) => recovery !== undefined && { recovery: { patienceNs: recovery } }

const compressingOf = ({ compression }: { readonly compression?: CompressionConfig }) =>
  compression !== undefined && { compression: compressionOf(compression) }

const compressionOf = ({ rate, decompressionRate, ...of }: CompressionConfig): Compression => ({
  ...of,
  bytesPerSecond: rate,
  ...(decompressionRate !== undefined && { decompressionBytesPerSecond: decompressionRate })
})

type Pushing = Extract<TechniqueConfig, { readonly type: 'pre-copy' }>
type Pulling = Extract<TechniqueConfig, { readonly type: 'post-copy' }>

/** The rules of a push that a configuration states: what is left out takes the pipeline's default. */
export const pushOf = (config: Omit<Pushing, 'type'>): Partial<PushRules> => ({
  ...(config.giveUp && { giveUp: stopRuleOf(config.giveUp) }),
  ...(config.final && { final: pacingOf(config.final) }),
  ...(config.firstThrottle && { firstThrottle: config.firstThrottle }),
  ...(config.channels && { channels: config.channels }),
  ...(config.delta && { delta: config.delta }),
  ...(config.order === 'xen' && { order: xenScanOrder }),
  ...(config.until && { until: stopRuleOf(config.until) }),
  ...(config.skip && { skip: skipRuleOf(config.skip) }),
  ...(config.pacing && { pacing: pacingOf(config.pacing) }),
  ...(config.throttle && { throttle: throttleOf(config.throttle) }),
  ...(config.remember && { remember: config.remember })
})

/** The rules of a disk as a configuration states them. */
export const diskRulesOf = ({ until, skip, pacing, interval, ...rules }: DiskRulesConfig): DiskRules => ({
  ...rules,
  ...(until && { until: stopRuleOf(until) }),
  ...(skip && { skip: skipRuleOf(skip) }),
  ...(pacing && { pacing: pacingOf(pacing) }),
  ...(interval && { intervalNs: interval })
})

const pullOf = ({ prepaging, windowPages, windows }: Omit<Pulling, 'type'>, known: Known) => ({
  ...(prepaging && { prepaging: prepagingOf(prepaging, known) }),
  ...(windowPages && { windowPages }),
  ...(windows && { windows })
})

/** A stop rule as a configuration states it. */
export const stopRuleOf = (rule: StopRuleConfig): stop.StopRule => {
  switch (rule.type) {
    case 'downtimeWithin':
      return stop.downtimeWithin(rule.limit, { bytesPerSecond: rule.bandwidth })
    case 'residualBelow': {
      if ((rule.pages === undefined) === (rule.size === undefined))
        throw new RangeError(
          `residualBelow: exactly one of pages and size must be given (got ${rule.pages === undefined ? 'none' : 'both'})`
        )
      return stop.residualBelow(rule.pages === undefined ? { bytes: rule.size! } : { pages: rule.pages })
    }
    case 'roundsAtMost':
      return stop.roundsAtMost(rule.rounds)
    case 'sentAtMost':
      return stop.sentAtMost(rule.timesMemory)
    case 'notShrinking':
      return stop.notShrinking
    case 'elapsedAtLeast':
      return stop.elapsedAtLeast(rule.time)
    case 'rateAbove':
      return stop.rateAbove(
        rule.max,
        pacing.clarkDynamic({ maxBytesPerSecond: Number.POSITIVE_INFINITY, incrementBytesPerSecond: rule.increment })
      )
    case 'or':
      return stop.or(...rule.rules.map(stopRuleOf))
    case 'and':
      return stop.and(...rule.rules.map(stopRuleOf))
  }
}

const skipRuleOf = (rule: SkipRuleConfig): skip.SkipRule => {
  switch (rule.type) {
    case 'none':
      return skip.none
    case 'peek':
      return skip.peek
    case 'frequentlyDirtied':
      return skip.frequentlyDirtied(rule)
    case 'both':
      return rule.rules.map(skipRuleOf).reduce(skip.both, skip.none)
  }
}

const pacingOf = (config: PacingConfig): pacing.Pacing => {
  if (config.type === 'unlimited') return pacing.unlimited
  if (config.type === 'fixed') return pacing.fixed(config.rate)
  const { min, max, increment } = config
  return pacing.clarkDynamic({ minBytesPerSecond: min, maxBytesPerSecond: max, incrementBytesPerSecond: increment })
}

const throttleOf = (config: ThrottleConfig): throttle.Throttle =>
  config.type === 'none'
    ? throttle.none
    : pipe(config, ({ initial, increment, max, threshold }) => throttle.autoConverge({ initial, increment, max, threshold }))

const prepagingOf = (config: PrepagingConfig, { recentlyUsed }: Known): Prepaging | undefined => {
  switch (config.type) {
    case 'demandOnly':
      return undefined
    case 'activePush':
      return activePush
    case 'bubbling':
      return bubbling({ pivots: config.pivots, edges: config.edges })
    case 'leastRecentlyUsed':
      return lruOrder(recentlyUsed(), bubbling({ pivots: config.pivots, edges: config.edges }))
  }
}
