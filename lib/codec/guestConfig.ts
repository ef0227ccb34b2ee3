import * as t from 'io-ts'
import type { GuestKind } from '../guest/guest'
import { closed } from './closed'
import { type DeviceConfig, deviceConfig } from './deviceConfig'
import { type DiskConfig, diskConfig } from './diskConfig'
import { fraction, nonNegative, nonNegativeInteger, positive, positiveInteger } from './quantities'
import { durationText, positiveDurationText, rateText, sizeText } from './quantityText'
import { tagged } from './tagged'
import { oneOf, text } from './text'
import { type WorkloadConfig, workloadConfig } from './workloadConfig'

export { type WorkloadConfig, workloadConfig } from './workloadConfig'

/** What becomes of a residual dependency in a configuration; see lib/guest/dependency. */
export type PolicyConfig =
  | { readonly type: 'moved'; readonly size: number }
  | { readonly type: 'forwarded'; readonly usesPerSecond: number; readonly timePerUse?: number }
  | { readonly type: 'rebound'; readonly time: number }
  | { readonly type: 'refused'; readonly reason: string }

/** How a guest balloons by itself, in a configuration; `true` is with the defaults of lib/memory/balloon. The interval is in nanoseconds. */
export type BalloonConfig =
  | true
  | {
      readonly interval?: number
      readonly fraction?: number
      readonly backOffIntervals?: number
      readonly shrinkPages?: number
      readonly cacheFraction?: number
    }

/**
 * What the pages of a guest are used for when it starts, in bytes. From the top of memory downwards lie free pages, then page cache, then what is in use;
 * `zero` counts from the top as well, over the free pages first, then past the cache; `nonPageable` counts from page 0 upwards. A page that is written is in
 * use from then on. What a recorded program never touches is free and zero unless stated.
 */
export type ClassesConfig = { readonly zero?: number; readonly free?: number; readonly cache?: number; readonly nonPageable?: number }

/** Huge pages of this size behind a guest's memory at the target; `split`: into small ones, at this cost each. */
export type HugePagesConfig = { readonly size: number; readonly split?: number }

/** A guest in a configuration: sizes in bytes, `network` in bytes per second, and whatever is left out takes the default of its kind (lib/guest/guest). */
export type GuestConfig = ClassesConfig & {
  readonly kind?: GuestKind
  readonly name?: string
  readonly memory?: number
  readonly pageSize?: number
  readonly context?: number
  readonly workload: WorkloadConfig
  readonly balloon?: BalloonConfig
  readonly disk?: DiskConfig
  readonly devices?: readonly DeviceConfig[]
  readonly hugePages?: HugePagesConfig
  readonly compressionRatio?: number
  readonly clears?: number
  readonly usefulCores?: number
  readonly network?: number
  readonly dependencies?: readonly {
    readonly kind: 'file' | 'communicator' | 'shared' | 'kernel'
    readonly name: string
    readonly policy: PolicyConfig
  }[]
}

const policyConfig: t.Type<PolicyConfig, unknown> = tagged<PolicyConfig>({
  moved: closed({ size: sizeText }),
  forwarded: closed({ usesPerSecond: nonNegative }, { timePerUse: durationText }),
  rebound: closed({ time: durationText }),
  refused: closed({ reason: text })
})

const dependencyConfig = closed({ kind: oneOf('file', 'communicator', 'shared', 'kernel'), name: text, policy: policyConfig })

const balloonOptions = closed(
  {},
  { interval: positiveDurationText, fraction, backOffIntervals: nonNegativeInteger, shrinkPages: positiveInteger, cacheFraction: fraction }
)

const balloonConfig: t.Type<BalloonConfig, unknown> = new t.Type<BalloonConfig, unknown>(
  'true or an object',
  (u): u is BalloonConfig => u === true || balloonOptions.is(u),
  (u, context) => (u === true ? t.success(u) : balloonOptions.validate(u, context)),
  (value) => (value === true ? value : balloonOptions.encode(value))
)

/** A guest as JSON: `{ "kind": "vm", "memory": "512 MiB", "workload": { ... } }`. */
export const guestConfig: t.Type<GuestConfig, unknown> = closed(
  { workload: workloadConfig },
  {
    kind: oneOf('thread', 'process', 'container', 'vm'),
    name: text,
    memory: sizeText,
    pageSize: sizeText,
    context: sizeText,
    zero: sizeText,
    free: sizeText,
    cache: sizeText,
    nonPageable: sizeText,
    balloon: balloonConfig,
    disk: diskConfig,
    devices: t.readonlyArray(deviceConfig, 'a list of devices'),
    hugePages: closed({ size: sizeText }, { split: durationText }),
    compressionRatio: positive,
    clears: positiveInteger,
    usefulCores: positive,
    network: rateText,
    dependencies: t.readonlyArray(dependencyConfig, 'a list of dependencies')
  }
)
