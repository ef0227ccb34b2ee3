import * as t from 'io-ts'
import { closed } from './closed'
import { fraction, nonNegativeInteger, positive, positiveInteger } from './quantities'
import { durationText, positiveDurationText, positiveRateText, sizeText } from './quantityText'
import { oneOf, yesNo } from './text'

/**
 * QEMU's migration parameters and capabilities in a configuration; names and defaults are those of pipelines/qemu. `autoConverge`, `dirtyLimit`: `true` with QEMU's own parameters, or with these;
 * `multifd`: its channels. `postcopy`: `true` asks for it at once.
 */
export type QemuConfig = {
  readonly version: '7.2' | '10.2'
  readonly downtimeLimit?: number
  readonly maxBandwidth?: number
  readonly autoConverge?: true | AutoConvergeParameters
  readonly dirtyLimit?: true | DirtyLimitParameters
  readonly vcpuDirtyLimit?: VcpuDirtyLimitParameters
  readonly xbzrle?: boolean
  readonly multifd?: number
  readonly postcopy?: true | PostcopyParameters
}

/** When post-copy is asked for, after so many syncs or so long; how long who asks takes to notice; what it may carry, in bytes per second. See `QemuPostcopy` of pipelines/qemu. */
export type PostcopyParameters = {
  readonly afterSyncs?: number
  readonly after?: number
  readonly reaction?: number
  readonly maxBandwidth?: number
  readonly preempt?: boolean
}

/** The parameters of auto-converge, as fractions of the guest's time and of what was sent. */
export type AutoConvergeParameters = {
  readonly initial?: number
  readonly increment?: number
  readonly max?: number
  readonly threshold?: number
  readonly tailslow?: boolean
}

/** The parameters of the dirty limit: what each virtual CPU may dirty in bytes per second, entries of its ring, and how often it is measured, in nanoseconds. */
export type DirtyLimitParameters = {
  readonly limit?: number
  readonly ring?: number
  readonly period?: number
  readonly threshold?: number
}

/** What each virtual CPU is held to by a command given before the migration: bytes per second, and entries of its ring. */
export type VcpuDirtyLimitParameters = { readonly limit: number; readonly ring?: number }

/** How a source keeps to a rate in a configuration (see `Sender` of lib/world/windows), in nanoseconds, and bytes of its socket's buffer. */
export type SenderConfig = { readonly window: number; readonly slice: number; readonly buffer?: number }

const trueOr = <A>(codec: t.Type<A, unknown>): t.Type<true | A, unknown> =>
  new t.Type<true | A, unknown>(
    'true or an object',
    (u): u is true | A => u === true || codec.is(u),
    (u, context) => (u === true ? t.success(u) : codec.validate(u, context)),
    (value) => (value === true ? value : codec.encode(value))
  )

const autoConverge: t.Type<AutoConvergeParameters, unknown> = closed(
  {},
  { initial: fraction, increment: fraction, max: fraction, threshold: positive, tailslow: yesNo }
)
const dirtyLimit: t.Type<DirtyLimitParameters, unknown> = closed(
  {},
  { limit: positiveRateText, ring: positiveInteger, period: positiveDurationText, threshold: positive }
)
const vcpuDirtyLimit: t.Type<VcpuDirtyLimitParameters, unknown> = closed({ limit: positiveRateText }, { ring: positiveInteger })

const postcopy: t.Type<PostcopyParameters, unknown> = closed(
  {},
  { afterSyncs: nonNegativeInteger, after: durationText, reaction: durationText, maxBandwidth: positiveRateText, preempt: yesNo }
)

/** The codecs of what QEMU must be told, and of what it may. */
export const qemuFields = {
  required: { version: oneOf('7.2', '10.2') },
  optional: {
    downtimeLimit: durationText,
    maxBandwidth: positiveRateText,
    autoConverge: trueOr(autoConverge),
    dirtyLimit: trueOr(dirtyLimit),
    vcpuDirtyLimit,
    xbzrle: yesNo,
    multifd: positiveInteger,
    postcopy: trueOr(postcopy)
  }
} as const

/** How a source keeps to a rate, as JSON: `{ "window": "100 ms", "slice": "51 ms", "buffer": "4 MiB" }`. */
export const senderConfig: t.Type<SenderConfig, unknown> = closed(
  { window: positiveDurationText, slice: positiveDurationText },
  { buffer: sizeText }
)
