import * as t from 'io-ts'
import type { GuestKind } from '../guest/guest'
import { closed } from './closed'
import { fraction, nonNegative, nonNegativeInteger, positive, positiveInteger } from './quantities'
import { durationText, positiveDurationText, sizeText } from './quantityText'
import { tagged } from './tagged'
import { oneOf, text } from './text'

/** Where a synthetic workload works and how fast; without `pages` on all of the guest's memory. */
type Synthetic = {
  readonly pages?: number
  readonly from?: number
  readonly vcpus?: number
  readonly writesPerSecond: number
  readonly readsPerSecond?: number
}

/** A workload in a configuration; the names and defaults are those of the functions in lib/guest. */
export type WorkloadConfig =
  | { readonly type: 'idle'; readonly vcpus?: number }
  | ({ readonly type: 'sweep' | 'uniform' } & Synthetic)
  | ({ readonly type: 'hotCold'; readonly hotPages?: number; readonly hotAccesses?: number } & Synthetic)
  | ({ readonly type: 'zipf'; readonly exponent?: number } & Synthetic)
  | {
      readonly type: 'asFastAsPossible'
      readonly pages?: number
      readonly from?: number
      readonly vcpus?: number
      readonly order?: 'sweep' | 'uniform'
      readonly timePerPage?: number
    }
  | {
      readonly type: 'recorded'
      readonly trace: string
      readonly instructionsPerSecond?: number
      readonly atEnd?: 'exit' | 'repeat'
      readonly from?: number
    }
  | { readonly type: 'phased'; readonly phases: readonly { readonly for: number; readonly workload: WorkloadConfig }[] }

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

/** A guest in a configuration: sizes in bytes, and whatever is left out takes the default of its kind (lib/guest/guest). */
export type GuestConfig = ClassesConfig & {
  readonly kind?: GuestKind
  readonly name?: string
  readonly memory?: number
  readonly pageSize?: number
  readonly context?: number
  readonly workload: WorkloadConfig
  readonly balloon?: BalloonConfig
  readonly dependencies?: readonly {
    readonly kind: 'file' | 'communicator' | 'shared' | 'kernel'
    readonly name: string
    readonly policy: PolicyConfig
  }[]
}

const region = { pages: positiveInteger, from: nonNegativeInteger, vcpus: positiveInteger }
const synthetic = { ...region, readsPerSecond: nonNegative }
const writes = { writesPerSecond: nonNegative }

/** A workload as JSON: `{ "type": "recorded", "trace": "sort", "atEnd": "repeat" }`. */
export const workloadConfig: t.Type<WorkloadConfig, unknown> = t.recursion('a workload', (self) =>
  tagged<WorkloadConfig>({
    idle: closed({}, { vcpus: positiveInteger }),
    sweep: closed(writes, synthetic),
    uniform: closed(writes, synthetic),
    hotCold: closed(writes, { ...synthetic, hotPages: fraction, hotAccesses: fraction }),
    zipf: closed(writes, { ...synthetic, exponent: positive }),
    asFastAsPossible: closed({}, { ...region, order: oneOf('sweep', 'uniform'), timePerPage: durationText }),
    recorded: closed({ trace: text }, { instructionsPerSecond: positive, atEnd: oneOf('exit', 'repeat'), from: nonNegativeInteger }),
    phased: closed({ phases: t.readonlyArray(closed({ for: durationText, workload: self }), 'a list of phases') })
  })
)

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
    dependencies: t.readonlyArray(dependencyConfig, 'a list of dependencies')
  }
)
