import { autoregression, predictedNext } from '../../lib/hotspot/autoregression'
import type { FleetHotspot, FleetView } from '../../lib/protocol/fleet'
import type { LookOfDay } from './fleetHistory'
import type { FleetRules } from './fleetRules'

type Resource = FleetHotspot['resource']

/** What speaks for a hotspot: looks above the threshold of the last n, and the least that is predicted, whatever lost samples were. */
export type Evidence = { readonly above: number; readonly predicted: number; readonly isEnough: boolean }

/** The looks so far, as a detector knows them; it changes its own. `of`: undefined where the rules say nothing of the resource. @internal */
export type FleetEvidence = {
  readonly see: (view: FleetView) => void
  readonly of: (host: number, resource: Resource) => Evidence | undefined
  /** Whether anything speaks enough for a hotspot there. */
  readonly isHot: (host: number) => boolean
}

/**
 * Evidence by the rules, counted anew at each look: at least k of the last n looks above the threshold, a lost one not, and the next predicted above it. The prediction is made with each lost sample at the lowest and the highest it can have been, and as it was before: it must be above with
 * each of these, so this asks for no more than a detector must that is never deceived.
 */
export const fleetEvidence = ({ threshold, k, n, window, range, forecast, use }: FleetRules): FleetEvidence => {
  const past = new Map<string, number[]>()
  const keyOf = (host: number, resource: string): string => `${host} ${resource}`
  const of: FleetEvidence['of'] = (host, resource) => {
    const seen = past.get(keyOf(host, resource))
    if (seen === undefined) return undefined
    const above = seen.slice(-n).filter((one) => one > threshold).length
    const predicted = leastPredicted(seen, range)
    return { above, predicted, isEnough: above >= k && (!forecast || predicted > threshold - ROUNDING) }
  }
  return {
    see: (view) => {
      view.hosts.forEach((_, host) => {
        for (const [resource, part] of Object.entries(use(view, host))) {
          const seen = past.get(keyOf(host, resource)) ?? []
          seen.push(part)
          if (seen.length > window) seen.shift()
          past.set(keyOf(host, resource), seen)
        }
      })
    },
    of,
    isHot: (host) => resources.some((resource) => of(host, resource)?.isEnough === true)
  }
}

/** Whether some host is a hotspot at a look: by the kit's own count, or, of what it does not count, as the manager says. @internal */
export const hasEvidence = ({ view, found }: LookOfDay, evidence: FleetEvidence): boolean =>
  view.hosts.some((_, host) => evidence.isHot(host)) ||
  found.some(({ host, resource, isPast }) => !isPast && evidence.of(host, resource) === undefined)

const resources: readonly Resource[] = ['cpu', 'network', 'memory', 'promise']

/** What two ways to add up the same observations may differ by. */
const ROUNDING = 1e-9

const leastPredicted = (seen: readonly number[], [low, high]: readonly [number, number]): number => {
  const [last] = seen.slice(-1)
  if (Number.isNaN(last)) return -Infinity
  const filled = [() => low, () => high, (before: number) => before].map((fill) => {
    let before = low
    return seen.map((one) => {
      before = Number.isNaN(one) ? fill(before) : one
      return before
    })
  })
  return Math.min(...filled.map((all) => predictedNext(autoregression(all), last)))
}
