import * as t from 'io-ts'
import type { NpbName } from '../guest/npbArrays'
import type { RegimeName } from '../guest/regimes'
import { closed } from './closed'
import { fraction, nonNegative, nonNegativeInteger, positive, positiveInteger } from './quantities'
import { durationText } from './quantityText'
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
  | { readonly type: 'npb'; readonly benchmark: NpbName; readonly scale?: number; readonly beginAt?: number }
  | { readonly type: 'regime'; readonly regime: RegimeName; readonly pages?: number; readonly vcpus?: number }
  | { readonly type: 'phased'; readonly phases: readonly { readonly for: number; readonly workload: WorkloadConfig }[] }

const regimeNames: readonly RegimeName[] = [
  'veryHighUpdateLowLocality',
  'highUpdateLowLocality',
  'highUpdateHighLocality',
  'mediumUpdateLowLocality'
]

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
    npb: closed({ benchmark: oneOf('MG', 'IS', 'SP', 'BT') }, { scale: fraction, beginAt: durationText }),
    regime: closed({ regime: oneOf(...regimeNames) }, { pages: positiveInteger, vcpus: positiveInteger }),
    phased: closed({ phases: t.readonlyArray(closed({ for: durationText, workload: self }), 'a list of phases') })
  })
)
