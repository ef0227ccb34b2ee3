import { kubevirtRamp } from '../../lib/migration/engines/kubevirtRamp'
import { kubevirtStall } from '../../lib/migration/engines/kubevirtStall'
import type { WindowsAhead } from '../../lib/migration/forecast'
import type { LookRule } from '../../lib/migration/looks'
import type { SyncAutoConvergeOptions } from '../../lib/migration/syncThrottle'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { type Qemu102Options, qemu72, qemu72Windows, qemu102, qemu102Windows } from '../../pipelines/qemu'
import { qemu12, qemu12Windows, qemu14, qemu14Windows, qemu16, qemu16Windows } from '../../pipelines/qemu1x'

type Drawn = { readonly limitNs: number; readonly maxBandwidth: number; readonly spanNs: number }
type Way = 'windows' | 'auto-converge' | 'dirty-limit' | 'asked-for' | 'qemu-1.x' | 'kubevirt-ramp' | 'kubevirt-stall'
type Qemu = { readonly pipeline: Pipeline; readonly windows: WindowsAhead }

/** QEMU's migrations of the swarm, drawn by chance: pipelines, and what a forecast is told of each. */
export const qemus = (
  between: (from: number, to: number) => number,
  half: () => boolean,
  one: <A>(...options: readonly A[]) => A
): Readonly<Record<Way, (drawn: Drawn) => Qemu>> => {
  const whatThen = (spanNs: number) => ({
    ...(half() && { completionPerGibNs: spanNs * between(1, 15) }),
    allowWorkloadDisruption: half(),
    allowPostcopy: half()
  })
  const kubevirt = (drawn: Drawn, looks: LookRule): Qemu =>
    of102({ ...basic(drawn), ...(half() && { maxBandwidth: Number.POSITIVE_INFINITY }), looks })
  return {
    windows: (drawn) => of72(basic(drawn)),
    'auto-converge': (drawn) => {
      const given = {
        initial: between(0.1, 0.6),
        increment: between(0.05, 0.3),
        threshold: one(0.5, 0.5, between(0.2, 1)),
        tailslow: half()
      }
      return one(of72, of102)({ ...basic(drawn), autoConverge: one<true | SyncAutoConvergeOptions>(true, given) })
    },
    'dirty-limit': (drawn) => {
      const bytesPerSecond = 2 ** 20 * Math.max(1, Math.round((drawn.maxBandwidth * between(0.05, 0.6)) / 2 ** 20))
      return of102({ ...basic(drawn), dirtyLimit: { bytesPerSecond, ringPages: one(1024, 4096) } })
    },
    'asked-for': (drawn) => {
      const { spanNs, maxBandwidth } = drawn
      const when = one({ afterNs: Math.round(spanNs * between(0, 2)) }, { afterSyncs: one(0, 1, 2, 3, 5) })
      const reaction = half() ? {} : { reactionNs: Math.round(spanNs * between(0, 0.2)) }
      const pull = half() ? {} : { maxBandwidth: Math.round(maxBandwidth * between(0.2, 2)) }
      const postcopy = { ...when, ...reaction, ...pull, preempt: half() }
      const { pipeline, windows } = of72({ ...basic(drawn), postcopy })
      return { pipeline, windows: { ...windows, ...('maxBandwidth' in pull && { pullBytesPerSecond: pull.maxBandwidth }) } }
    },
    'qemu-1.x': (drawn) =>
      one(
        () => ({ pipeline: qemu12(basic(drawn)), windows: qemu12Windows(basic(drawn)) }),
        () => ({ pipeline: qemu14(basic(drawn)), windows: qemu14Windows(basic(drawn)) }),
        () => ({ pipeline: qemu16(basic(drawn)), windows: qemu16Windows(basic(drawn)) })
      )(),
    'kubevirt-ramp': (drawn) => {
      const { spanNs, limitNs } = drawn
      const times = { cooldownNs: spanNs * between(0.1, 2), progressTimeoutNs: spanNs * between(2, 8) }
      const limits = { initialNs: limitNs, maxDowntimeNs: limitNs + spanNs * between(0, 0.5), steps: one(1, 7) }
      const tuned = { ...(half() && times), ...(half() && limits), ...whatThen(spanNs) }
      return kubevirt(drawn, kubevirtRamp(tuned))
    },
    'kubevirt-stall': (drawn) => {
      const { spanNs, limitNs } = drawn
      const times = { windowNs: spanNs * between(0.2, 2), switchoverNs: spanNs * between(0.5, 3), maxDowntimeNs: limitNs * between(1, 4) }
      return kubevirt(drawn, kubevirtStall({ ...(half() && times), ...whatThen(spanNs) }))
    }
  }
}

/** By what the links of a swarm are slower than the others': what goes by tenths of a second or by seconds must last. */
export const slowness = (technique: string): number =>
  ['windows', 'asked-for', 'dirty-limit'].includes(technique)
    ? 25
    : ['auto-converge', 'qemu-1.x', 'kubevirt-ramp', 'kubevirt-stall'].includes(technique)
      ? 50
      : 1

const basic = ({ limitNs, maxBandwidth }: Drawn) => ({ downtimeLimitNs: limitNs, maxBandwidth })
const of72 = (options: Qemu102Options): Qemu => ({ pipeline: qemu72(options), windows: qemu72Windows(options) })
const of102 = (options: Qemu102Options): Qemu => ({ pipeline: qemu102(options), windows: qemu102Windows(options) })
