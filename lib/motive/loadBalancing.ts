import type { Time } from '../time/time'
import type { ChipDecision, Motive } from './chipDecision'
import { afterMove, type ChipView, type ClusterView, hasRoom, runningProcesses, type Seen, threadsPerCore } from './chipView'
import { type MoveCost, nanvixMoveNs } from './moveCost'

/**
 * - `moveNs`: how long a process stands still when it moves (default `nanvixMoveNs`).
 * - `remainingNs`: core time that a process of such an age is still expected to want, both for each of its threads (default: its age).
 * - `atMost`: moves that one look may decide (default 4).
 */
export type LoadBalancingOptions = { readonly moveNs?: MoveCost; readonly remainingNs?: (ageNs: Time) => Time; readonly atMost?: number }

/**
 * Moves processes from clusters with more threads than cores to emptier ones, when what is left of them is expected to be worth the move.
 *
 * A process of core time `a` that still wants `r` of it takes `n r` on a cluster where a core has `n` threads, and `c + m r` when a move costs `c` and a core will have `m` there, itself included: it is better off when
 * `r > c / (n - m)`. Lifetimes of processes have P(life > t) as 1 / t, so that the median of what is left of one is its age: with `r = a` this is the criterion of Harchol-Balter and Downey (SIGMETRICS 1996; ACM TOCS 15(3),
 * 1997, on "exploiting process lifetime distributions"), age above migration cost / (n - m), which has no parameter to be tuned; n and m, processes on a workstation there, are threads for each core here, at least 1. The
 * papers' text was not at hand: the criterion is derived anew above.
 *
 * With exponential lifetimes what is left does not depend on the age: `remainingNs: () => mean` knows that, the default does not. Of several that would gain, the one that gains the most core time goes first, to where
 * it gains the most; each move is decided in view of those before it. Errors: `RangeError` when `atMost` is not an integer from 1 on. Cost: processes times clusters for each move.
 */
export const loadBalancing = ({ moveNs = nanvixMoveNs, remainingNs = itsAge, atMost = 4 }: LoadBalancingOptions = {}): Motive => {
  if (!(Number.isSafeInteger(atMost) && atMost >= 1))
    throw new RangeError(`loadBalancing: atMost must be an integer from 1 on (got ${atMost})`)
  return (first) => {
    const decisions: ChipDecision[] = []
    let view = first
    while (decisions.length < atMost) {
      const best = mostGain(view, moveNs, remainingNs)
      if (best === undefined) break
      decisions.push(decisionOf(best))
      if (best.gainNs <= 0) break
      view = afterMove(view, best.process, best.to)
    }
    return decisions
  }
}

const itsAge = (ageNs: Time): Time => ageNs

/** A move that could be made: threads for each core without and with it, and what the process gains. */
type Move = {
  readonly process: Seen
  readonly to: string
  readonly n: number
  readonly m: number
  readonly costNs: Time
  readonly ageNs: Time
  readonly leftNs: Time
  readonly gainNs: number
}

const mostGain = (view: ChipView, moveNs: MoveCost, remainingNs: (ageNs: Time) => Time): Move | undefined => {
  const crowding = new Map(view.clusters.map((one) => [one.cluster, Math.max(1, threadsPerCore(one))]))
  let best: Move | undefined
  for (const process of runningProcesses(view)) {
    const n = crowding.get(process.cluster)!
    if (n === 1) continue
    const ageNs = process.cpuNs / process.threads
    const leftNs = remainingNs(ageNs)
    for (const target of view.clusters) {
      const m = crowdingWith(target, process)
      if (m >= n || target.cluster === process.cluster || !hasRoom(target, process)) continue
      const costNs = moveNs(process)
      const gainNs = (n - m) * leftNs - costNs
      if (best === undefined || gainNs > best.gainNs) best = { process, to: target.cluster, n, m, costNs, ageNs, leftNs, gainNs }
    }
  }
  return best
}

const crowdingWith = (target: ClusterView, { threads }: Seen): number => Math.max(1, threadsPerCore(target, threads))

const decisionOf = ({ process, to, n, m, costNs, ageNs, leftNs, gainNs }: Move): ChipDecision => {
  const figures = { ageNs: Math.round(ageNs), leftNs: Math.round(leftNs), costNs, threadsPerCore: n, there: m, gainNs: Math.round(gainNs) }
  const { process: name, cluster: from } = process
  return gainNs > 0
    ? { type: 'migrate', process: name, from, to, figures, reason: 'what is left of it is worth more than the move costs' }
    : { type: 'stay', process: name, from, figures, reason: 'what is left of it is not worth the move' }
}
