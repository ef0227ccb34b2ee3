import type { ChipView } from './chipView'

/**
 * What a manager decides of a process, with the reason in words and the figures that decided.
 *
 * - `migrate`: from a cluster to another. `isolate`: the same, to a cluster where nobody else is. `kill`: ends it.
 * - `save`: to `to`, which keeps it. `restore`: from there, `from`, to a cluster.
 * - `stay`: what was considered and is not done; nothing follows but an entry in the log.
 */
export type ChipDecision = Deed & { readonly process: string; readonly reason: string; readonly figures: Readonly<Record<string, number>> }

type Deed =
  | { readonly type: 'migrate' | 'isolate' | 'save' | 'restore'; readonly from: string; readonly to: string }
  | { readonly type: 'kill' | 'stay'; readonly from: string }

/**
 * Why processes move: a pure function from what has been observed to what is to be done, all of it at once. One of a user's own takes three lines:
 *
 *     const everythingTo = (to: string): Motive => (view) =>
 *       runningProcesses(view).filter(({ cluster }) => cluster !== to)
 *         .map(({ process, cluster: from }) => ({ type: 'migrate', process, from, to, reason: 'as I please', figures: {} }))
 */
export type Motive = (view: ChipView) => readonly ChipDecision[]

/** Whether something follows from a decision. */
export const isDeed = ({ type }: ChipDecision): boolean => type !== 'stay'

/**
 * Motives by rank: the first that has something to be done decides alone; what those before it would not do stands before it. Laws: `inOrder([a]) = a`; associative in what is to be done.
 */
export const inOrder =
  (motives: readonly Motive[]): Motive =>
  (view) => {
    const said: ChipDecision[] = []
    for (const motive of motives) {
      const decisions = motive(view)
      said.push(...decisions)
      if (decisions.some(isDeed)) return said
    }
    return said
  }
