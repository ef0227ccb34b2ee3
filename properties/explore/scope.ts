import type { GuestOptions } from '../../lib/guest/guest'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Time } from '../../lib/time/time'
import type { Part } from '../../lib/world/conduct'
import type { Engine } from '../../lib/world/engine'

/** A decision of a pipeline that an exploration takes both ways. */
export type Choose = () => boolean

/**
 * A pipeline whose decisions by time or history are choices: `{ choosing: (choose) => precopy({ until: () => (choose() ? O.some('enough') : O.none) }) }`. In an exploration all
 * times are 0, so that a rule that reads them would see one of its answers only.
 */
export type Choosing = { readonly choosing: (choose: Choose) => Pipeline }

/**
 * What of an exploration decides what may happen. `looks`: how often, at most, the source looks how far it is while something leaves, and tells so (`progress`); times being no matter
 * otherwise, `lookNs` passes until each, so that rules that measure between looks, as those of QEMU's windows, have something to measure.
 */
export type Scope = {
  readonly pages?: number
  readonly writes?: number
  readonly faults?: number
  readonly fail?: readonly Part[]
  readonly mend?: boolean
  readonly looks?: number
  readonly lookNs?: Time
  readonly guest?: Pick<GuestOptions, 'clears' | 'classes' | 'dependencies' | 'contextBytes' | 'devices' | 'hugePages'>
  readonly engine?: Engine
}
