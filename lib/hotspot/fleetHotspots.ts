import type { FleetHotspot, FleetView } from '../protocol/fleet'
import { predictedAtLeast } from './autoregression'
import { type FleetLook, LATEST } from './fleetLook'
import type { SandpiperRules } from './sandpiperOptions'

/** A hotspot that is found, before anything is decided. @internal */
export type FoundHotspot = Omit<FleetHotspot, 'why'>

/**
 * The hotspots of a fleet's hosts after such looks, oldest first: CPU and network, and from inside the promises of services. At least k of the last n looks above the threshold, and the next predicted there (`predictedAtLeast`).
 *
 * Law: a look at which a report is lost has no hotspot that it would not have with it: of the same looks but for reports that are lost in some, the hotspots are among those without the loss. For a host's sample is lost then, which counts as not above, and is predicted at
 * least. Cost: O(hosts x n), and a pass over the window for each host with k of n above.
 */
export const fleetHotspots = (
  looks: readonly FleetLook[],
  { on }: Pick<FleetView, 'on'>,
  rules: SandpiperRules
): readonly FoundHotspot[] => {
  const found: FoundHotspot[] = []
  for (let host = 0; host < on.length; host++) {
    if (on[host].length === 0) continue
    for (const resource of rules.box === 'gray' ? GRAY : BLACK) {
      const rule = resource === 'promise' ? { ...rules, threshold: 1, range: PROMISES } : rules
      const spot = sustained(looks, resource, host, rule)
      if (spot !== undefined) found.push({ host, resource, ...spot })
    }
  }
  return found
}

const BLACK = ['cpu', 'network'] as const
const GRAY = ['cpu', 'network', 'promise'] as const
const PROMISES = [0, LATEST] as const

type Rule = Pick<SandpiperRules, 'k' | 'n' | 'threshold' | 'range' | 'forecast'>

/** Whether a row of looks is above a threshold by k of n, and goes on there; nothing is found at a look that has no sample. @internal */
export const sustained = (
  looks: readonly FleetLook[],
  figure: 'cpu' | 'network' | 'promise' | 'memoryOf',
  index: number,
  { k, n, threshold, range, forecast }: Rule
): Pick<FleetHotspot, 'above' | 'n' | 'predicted' | 'threshold'> | undefined => {
  let above = 0
  for (let i = Math.max(0, looks.length - n); i < looks.length; i++) if (looks[i][figure][index] > threshold) above++
  if (above < k || Number.isNaN(looks[looks.length - 1][figure][index])) return undefined
  const predicted = predictedAtLeast(
    Float64Array.from(looks, (look) => look[figure][index]),
    range
  )
  return forecast && !(predicted > threshold) ? undefined : { above, n, predicted, threshold }
}
