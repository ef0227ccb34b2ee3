import * as t from 'io-ts'
import type { BubblingOptions } from '../migration/bubbling'
import { closed } from './closed'
import { fraction, positive, positiveInteger } from './quantities'
import { durationText, rateText, sizeText } from './quantityText'
import { tagged } from './tagged'
import { oneOf } from './text'

/** A stop rule in a configuration; the names and meanings are those of the functions in lib/migration/stopRule. */
export type StopRuleConfig =
  | { readonly type: 'downtimeWithin'; readonly limit: number; readonly bandwidth?: number }
  | { readonly type: 'residualBelow'; readonly pages?: number; readonly size?: number }
  | { readonly type: 'roundsAtMost'; readonly rounds: number }
  | { readonly type: 'sentAtMost'; readonly timesMemory: number }
  | { readonly type: 'notShrinking' }
  | { readonly type: 'elapsedAtLeast'; readonly time: number }
  | { readonly type: 'rateAbove'; readonly max: number; readonly increment?: number }
  | { readonly type: 'or' | 'and'; readonly rules: readonly StopRuleConfig[] }

/** A skip rule in a configuration; see lib/migration/skipRule. */
export type SkipRuleConfig =
  | { readonly type: 'none' | 'peek' }
  | { readonly type: 'frequentlyDirtied'; readonly atLeast: number; readonly of: number }
  | { readonly type: 'both'; readonly rules: readonly SkipRuleConfig[] }

/** A pacing in a configuration; rates in bytes per second. See lib/migration/pacing. */
export type PacingConfig =
  | { readonly type: 'unlimited' }
  | { readonly type: 'fixed'; readonly rate: number }
  | { readonly type: 'clarkDynamic'; readonly min?: number; readonly max?: number; readonly increment?: number }

/** A throttle in a configuration; see lib/migration/throttle. */
export type ThrottleConfig =
  | { readonly type: 'none' }
  | {
      readonly type: 'autoConverge'
      readonly initial?: number
      readonly increment?: number
      readonly max?: number
      readonly threshold?: number
    }

/** An order of the background stream in a configuration. `leastRecentlyUsed` runs bubbling on the pages in their order of last use before the migration. */
export type PrepagingConfig =
  | { readonly type: 'demandOnly' | 'activePush' }
  | ({ readonly type: 'bubbling' | 'leastRecentlyUsed' } & BubblingOptions)

/** A stop rule as JSON: `{ "type": "downtimeWithin", "limit": "300 ms" }`. */
export const stopRuleConfig: t.Type<StopRuleConfig, unknown> = t.recursion('a stop rule', (self) =>
  tagged<StopRuleConfig>({
    downtimeWithin: closed({ limit: durationText }, { bandwidth: rateText }),
    residualBelow: closed({}, { pages: positiveInteger, size: sizeText }),
    roundsAtMost: closed({ rounds: positiveInteger }),
    sentAtMost: closed({ timesMemory: positive }),
    notShrinking: closed({}),
    elapsedAtLeast: closed({ time: durationText }),
    rateAbove: closed({ max: rateText }, { increment: rateText }),
    or: closed({ rules: t.readonlyArray(self, 'a list of stop rules') }),
    and: closed({ rules: t.readonlyArray(self, 'a list of stop rules') })
  })
)

/** A skip rule as JSON: `{ "type": "peek" }`. */
export const skipRuleConfig: t.Type<SkipRuleConfig, unknown> = t.recursion('a skip rule', (self) =>
  tagged<SkipRuleConfig>({
    none: closed({}),
    peek: closed({}),
    frequentlyDirtied: closed({ atLeast: positiveInteger, of: positiveInteger }),
    both: closed({ rules: t.readonlyArray(self, 'a list of skip rules') })
  })
)

/** A pacing as JSON: `{ "type": "fixed", "rate": "100 Mbit/s" }`. */
export const pacingConfig: t.Type<PacingConfig, unknown> = tagged<PacingConfig>({
  unlimited: closed({}),
  fixed: closed({ rate: rateText }),
  clarkDynamic: closed({}, { min: rateText, max: rateText, increment: rateText })
})

/** A throttle as JSON: `{ "type": "autoConverge" }`. */
export const throttleConfig: t.Type<ThrottleConfig, unknown> = tagged<ThrottleConfig>({
  none: closed({}),
  autoConverge: closed({}, { initial: fraction, increment: fraction, max: fraction, threshold: positive })
})

/** A prepaging order as JSON: `{ "type": "bubbling", "pivots": 7 }`. */
export const prepagingConfig: t.Type<PrepagingConfig, unknown> = tagged<PrepagingConfig>({
  demandOnly: closed({}),
  activePush: closed({}),
  bubbling: closed({}, { pivots: positiveInteger, edges: oneOf('dual', 'forward') }),
  leastRecentlyUsed: closed({}, { pivots: positiveInteger, edges: oneOf('dual', 'forward') })
})
