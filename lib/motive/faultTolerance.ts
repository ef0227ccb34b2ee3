import { formatTime, type Time } from '../time/time'
import type { ChipDecision, Motive } from './chipDecision'
import { afterMove, type ChipView, hasRoom, runningProcesses, type SavedView, type Seen, threadsPerCore } from './chipView'
import { type MoveCost, nanvixMoveNs } from './moveCost'

/**
 * - `keeper`: the cluster, an I/O cluster as a rule, that keeps what is saved.
 * - `meanToFailureNs` of a cluster (Infinity: none ever fails, and nothing is saved).
 * - `saveNs`: how long a process stands still when it is saved (default `nanvixMoveNs`: the same pieces go the same way).
 */
export type FaultToleranceOptions = { readonly keeper: string; readonly meanToFailureNs: Time; readonly saveNs?: MoveCost }

/**
 * The time between two saves that loses least, `sqrt(2 saveNs meanToFailureNs)`: half of it is lost at a failure, `saveNs` of every one goes into saving (J. W. Young, "A first order approximation to the
 * optimum checkpoint interval", CACM 17(9), 1974). Infinity where nothing fails.
 */
export const youngIntervalNs = ({ saveNs, meanToFailureNs }: { readonly saveNs: Time; readonly meanToFailureNs: Time }): Time =>
  Math.sqrt(2 * saveNs * meanToFailureNs)

/**
 * Saves each process to a keeper as often as Young's interval says, and restores on another cluster what ran on one that has failed and is kept. A process that is younger than the interval is not saved, and one that was
 * not saved is lost with its cluster. Errors: `RangeError` when the mean time to failure is not above 0.
 */
export const faultTolerance = ({ keeper, meanToFailureNs, saveNs = nanvixMoveNs }: FaultToleranceOptions): Motive => {
  if (!(meanToFailureNs > 0)) throw new RangeError(`faultTolerance: meanToFailureNs must be above 0 (got ${meanToFailureNs})`)
  return (view) => [...restores(view), ...saves(view, keeper, meanToFailureNs, saveNs)]
}

const restores = (first: ChipView): readonly ChipDecision[] => {
  const alive = new Set(first.clusters.flatMap(({ processes }) => processes.map(({ process }) => process)))
  let view = first
  return first.saved
    .filter(({ process, from }) => first.failed.includes(from) && !alive.has(process))
    .map((kept): ChipDecision => {
      const { process, keeper: from, at } = kept
      const figures = { savedAt: at, lostNs: first.at - at }
      const target = emptiest(view, kept)
      if (target === undefined) return { type: 'stay', process, from, figures, reason: `${kept.from} has failed, and no cluster has room` }
      view = afterMove(view, seenOf(kept), target)
      return { type: 'restore', process, from, to: target, figures, reason: `${kept.from} has failed` }
    })
}

/** The cluster with most cores to spare of those that have room, the keeper excepted. */
const emptiest = ({ clusters }: ChipView, kept: SavedView): string | undefined =>
  clusters
    .filter((one) => one.cluster !== kept.keeper && hasRoom(one, kept))
    .reduce<(typeof clusters)[number] | undefined>(
      (best, one) => (best === undefined || threadsPerCore(one) < threadsPerCore(best) ? one : best),
      undefined
    )?.cluster

const seenOf = ({ process, threads, pages, keeper }: SavedView): Seen => ({
  process,
  user: process,
  state: 'arriving',
  threads,
  pages,
  bytes: 0,
  ageNs: 0,
  cpuNs: 0,
  bytesTo: {},
  cluster: keeper
})

const saves = (view: ChipView, keeper: string, meanToFailureNs: Time, saveNs: MoveCost): readonly ChipDecision[] =>
  runningProcesses(view).flatMap((process): readonly ChipDecision[] => {
    const costNs = saveNs(process)
    const intervalNs = Math.round(youngIntervalNs({ saveNs: costNs, meanToFailureNs }))
    const last = view.saved.find((one) => one.process === process.process)
    const sinceNs = last === undefined ? process.ageNs : view.at - last.at
    if (process.cluster === keeper || sinceNs < intervalNs) return []
    const figures = { sinceNs, intervalNs, costNs }
    const reason = `its last state that is kept is older than ${formatTime(intervalNs)}`
    return [{ type: 'save', process: process.process, from: process.cluster, to: keeper, reason, figures }]
  })
