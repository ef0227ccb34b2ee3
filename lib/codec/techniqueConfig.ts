import * as t from 'io-ts'
import type { Overcommit } from '../migration/timeBounded'
import type { Level } from '../protocol/command'
import { closed } from './closed'
import { type DiskRulesConfig, diskRulesConfig } from './diskConfig'
import { type QemuConfig, qemuFields } from './qemuConfig'
import { fraction, nonNegativeInteger, positive, positiveInteger } from './quantities'
import { durationText, orNull, positiveDurationText, positiveRateText } from './quantityText'
import {
  type PacingConfig,
  type PrepagingConfig,
  pacingConfig,
  prepagingConfig,
  type SkipRuleConfig,
  type StopRuleConfig,
  skipRuleConfig,
  stopRuleConfig,
  type ThrottleConfig,
  throttleConfig
} from './ruleConfig'
import { tagged } from './tagged'
import { oneOf, text, yesNo } from './text'

/** How pages are compressed in a configuration: rates in bytes per second; see lib/protocol/compression. */
export type CompressionConfig = {
  readonly rate: number
  readonly ratio?: number
  readonly cacheRatio?: number
  readonly freeRatio?: number
  readonly threads?: number
  readonly decompressionRate?: number
  readonly decompressionThreads?: number
}

const compressionConfig: t.Type<CompressionConfig, unknown> = closed(
  { rate: positiveRateText },
  {
    ratio: positive,
    cacheRatio: positive,
    freeRatio: positive,
    threads: positiveInteger,
    decompressionRate: positiveRateText,
    decompressionThreads: positiveInteger
  }
)

/**
 * What all techniques have: a name of the user's own for tables and journals, how often they are tried again when they are aborted (lib/migration/retried; default never), and whether
 * devices that cannot move are unplugged first (by default not).
 */
type Named = { readonly name?: string; readonly retries?: number; readonly unplug?: boolean }

/**
 * The memory that moves (by default all that is allocated), how a disk comes along where the guest has one that must, and how long a broken link is waited for, in nanoseconds (default a
 * minute; lib/migration/recovery).
 */
type Moving = { readonly level?: Level; readonly disk?: DiskRulesConfig; readonly recovery?: number }

/** How pages are compressed on their way (by default not). */
type Compressing = { readonly compression?: CompressionConfig }

/** The rules of a push; names and defaults are those of `PushRules` in lib/migration/push. `order`: by address, or as Xen of 2006 scans. */
type Pushing = {
  readonly until?: StopRuleConfig
  readonly giveUp?: StopRuleConfig
  readonly skip?: SkipRuleConfig
  readonly pacing?: PacingConfig
  readonly throttle?: ThrottleConfig
  readonly firstThrottle?: number
  readonly remember?: number
  readonly channels?: number
  readonly delta?: boolean
  readonly order?: 'byAddress' | 'xen'
}

type Pulling = { readonly prepaging?: PrepagingConfig; readonly windowPages?: number; readonly windows?: number }

/**
 * A technique in a configuration, with the rules that are not to be its defaults; `tlm` has an `interval` of `null` for TLM.1S; `engine` is the policy that
 * pipelines/engines has under that name; `dump-and-restore` is a container's; `hops` are migrations one after the other.
 */
export type TechniqueConfig = Named &
  (
    | ({ readonly type: 'stop-and-copy'; readonly channels?: number } & Moving & Compressing)
    | ({ readonly type: 'pre-copy'; readonly final?: PacingConfig } & Moving & Compressing & Pushing)
    | ({ readonly type: 'post-copy' } & Moving & Compressing & Pulling)
    | ({ readonly type: 'hybrid' } & Moving & Compressing & Pushing & Pulling)
    | ({ readonly type: 'tlm'; readonly interval?: number | null; readonly overcommit?: readonly Overcommit[] } & Moving)
    | ({ readonly type: 'dump-and-restore'; readonly preDump?: StopRuleConfig } & Moving & Compressing)
    | ({ readonly type: 'qemu' } & QemuConfig & Pick<Moving, 'disk'> & Compressing)
    | { readonly type: 'engine'; readonly engine: string }
    | { readonly type: 'hops'; readonly hops: readonly TechniqueConfig[] }
  )

const named = { name: text, retries: nonNegativeInteger, unplug: yesNo }
const compressing = { compression: compressionConfig }
const moving = { level: oneOf('hypervisor', 'guestOs', 'application'), disk: diskRulesConfig, recovery: durationText }
const pushing = {
  until: stopRuleConfig,
  giveUp: stopRuleConfig,
  skip: skipRuleConfig,
  pacing: pacingConfig,
  throttle: throttleConfig,
  firstThrottle: fraction,
  remember: positiveInteger,
  channels: positiveInteger,
  delta: yesNo,
  order: oneOf('byAddress', 'xen')
}
const pulling = { prepaging: prepagingConfig, windowPages: positiveInteger, windows: positiveInteger }
const overcommit = t.readonlyArray(closed({ after: fraction, cores: positive }), 'a list of points with after and cores')

/** A technique as JSON: `{ "type": "pre-copy", "until": { "type": "roundsAtMost", "rounds": 5 } }`. */
export const techniqueConfig: t.Type<TechniqueConfig, unknown> = t.recursion('a technique', (self) =>
  tagged<TechniqueConfig>({
    'stop-and-copy': closed({}, { ...named, ...moving, ...compressing, channels: positiveInteger }),
    'pre-copy': closed({}, { ...named, ...moving, ...compressing, ...pushing, final: pacingConfig }),
    'post-copy': closed({}, { ...named, ...moving, ...compressing, ...pulling }),
    hybrid: closed({}, { ...named, ...moving, ...compressing, ...pushing, ...pulling }),
    tlm: closed({}, { ...named, ...moving, interval: orNull(positiveDurationText), overcommit }),
    'dump-and-restore': closed({}, { ...named, ...moving, ...compressing, preDump: stopRuleConfig }),
    qemu: closed(qemuFields.required, { ...named, ...qemuFields.optional, ...compressing, disk: moving.disk }),
    engine: closed({ engine: text }, named),
    hops: closed({ hops: t.readonlyArray(self, 'a list of techniques') }, named)
  })
)
