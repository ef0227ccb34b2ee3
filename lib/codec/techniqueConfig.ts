import type * as t from 'io-ts'
import type { Level } from '../protocol/command'
import { closed } from './closed'
import { type DiskRulesConfig, diskRulesConfig } from './diskConfig'
import { positive, positiveInteger } from './quantities'
import { positiveRateText } from './quantityText'
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
 * What all techniques have: a name of the user's own for tables and journals, the memory that moves (by default all that is allocated), how pages are compressed on their way (by
 * default not), whether devices that cannot move are unplugged first (by default not), and how a disk comes along where the guest has one that must.
 */
type Named = {
  readonly name?: string
  readonly level?: Level
  readonly compression?: CompressionConfig
  readonly unplug?: boolean
  readonly disk?: DiskRulesConfig
}

type Pushing = {
  readonly until?: StopRuleConfig
  readonly skip?: SkipRuleConfig
  readonly pacing?: PacingConfig
  readonly throttle?: ThrottleConfig
  readonly remember?: number
}

type Pulling = { readonly prepaging?: PrepagingConfig; readonly windowPages?: number; readonly windows?: number }

/** A technique in a configuration: one of the four, or a container's, with the rules that are not to be its defaults. */
export type TechniqueConfig = Named &
  (
    | { readonly type: 'stop-and-copy' }
    | ({ readonly type: 'pre-copy' } & Pushing)
    | ({ readonly type: 'post-copy' } & Pulling)
    | ({ readonly type: 'hybrid' } & Pushing & Pulling)
    | { readonly type: 'dump-and-restore'; readonly preDump?: StopRuleConfig }
  )

const named = {
  name: text,
  level: oneOf('hypervisor', 'guestOs', 'application'),
  compression: compressionConfig,
  unplug: yesNo,
  disk: diskRulesConfig
}
const pushing = { until: stopRuleConfig, skip: skipRuleConfig, pacing: pacingConfig, throttle: throttleConfig, remember: positiveInteger }
const pulling = { prepaging: prepagingConfig, windowPages: positiveInteger, windows: positiveInteger }

/** A technique as JSON: `{ "type": "pre-copy", "until": { "type": "roundsAtMost", "rounds": 5 } }`. */
export const techniqueConfig: t.Type<TechniqueConfig, unknown> = tagged<TechniqueConfig>({
  'stop-and-copy': closed({}, named),
  'pre-copy': closed({}, { ...named, ...pushing }),
  'post-copy': closed({}, { ...named, ...pulling }),
  hybrid: closed({}, { ...named, ...pushing, ...pulling }),
  'dump-and-restore': closed({}, { ...named, preDump: stopRuleConfig })
})
