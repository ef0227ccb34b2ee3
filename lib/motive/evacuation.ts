import type { ChipDecision, Motive } from './chipDecision'
import { afterMove, type ChipView, hasRoom, runningProcesses, type Seen, threadsPerCore } from './chipView'

/** `clusters`: those that shall be empty. `together`: how many processes may be on their way at once (default 4: Vanz, 2023, measured up to 8 that did not disturb each other). */
export type EvacuationOptions = { readonly clusters: readonly string[]; readonly together?: number }

/**
 * Empties clusters, for maintenance or for another user: largest processes first, each to the cluster with most cores to spare that has room for it. Where the others together have no room for all of them, nothing moves:
 * half an evacuation leaves the cluster in use and the others full. Errors: `RangeError` when no cluster is named, or `together` is not an integer from 1 on. Cost: processes times clusters.
 */
export const evacuation = ({ clusters, together = 4 }: EvacuationOptions): Motive => {
  if (clusters.length === 0) throw new RangeError('evacuation: clusters must name one or more (got none)')
  if (!(Number.isSafeInteger(together) && together >= 1))
    throw new RangeError(`evacuation: together must be an integer from 1 on (got ${together})`)
  const leaving = new Set(clusters)
  return (first) => {
    const all = runningProcesses(first)
      .filter(({ cluster }) => leaving.has(cluster))
      .sort((a, b) => b.pages + 2 * b.threads - a.pages - 2 * a.threads || (a.process < b.process ? -1 : 1))
    const decisions: ChipDecision[] = []
    let view = first
    for (const [i, process] of all.entries()) {
      const to = targetOf(view, process, leaving)
      const { process: name, cluster: from, threads, pages } = process
      const figures = { ofThem: i + 1, processes: all.length, threads, pages }
      if (to === undefined)
        return [{ type: 'stay', process: name, from, figures, reason: 'no other cluster would have room for it: nothing is evacuated' }]
      decisions.push({ type: 'migrate', process: name, from, to, figures, reason: `${from} is to be empty` })
      view = afterMove(view, process, to)
    }
    return decisions.slice(0, together)
  }
}

const targetOf = ({ clusters }: ChipView, process: Seen, leaving: ReadonlySet<string>): string | undefined => {
  let best: (typeof clusters)[number] | undefined
  for (const one of clusters)
    if (!leaving.has(one.cluster) && hasRoom(one, process) && (best === undefined || threadsPerCore(one) < threadsPerCore(best))) best = one
  return best?.cluster
}
