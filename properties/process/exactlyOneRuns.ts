import type { Signal } from '../../lib/protocol/signal'
import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from '../invariants/invariant'
import { type Standing, type Standings, standingOf, standings, stood } from './standings'

/**
 * A process runs on one cluster at most. The copy that counts is that of the cluster on which it went on last: it is dropped only when another counts, or the process has ended, and a copy that does not count
 * any more never goes on again. When the last copy goes with a cluster that fails, that is told.
 */
export const exactlyOneRuns: Invariant = invariant<Memory>({
  name: 'exactlyOneRuns',
  sentence:
    'A process runs on at most one cluster, goes on only where it stopped or was moved to, and until it has ended there is a copy that counts, or it is told to be lost.',
  of: 'journal',
  hears: ['admit', 'placed', 'failed', 'ended'],
  init: (began) => ({ all: standings(began), gone: new Map() }),
  step: (memory, entry, tell) => {
    const { all, gone } = memory
    for (const [process, at] of gone) {
      if (entry.at === at || at === TOLD) continue
      tell(untold(process, at))
      gone.set(process, TOLD)
    }
    const placed = entry.type === 'signalled' && entry.signal.type === 'placed' ? entry.signal : undefined
    const problem = placed === undefined ? undefined : wrong(all, placed)
    if (problem !== undefined) tell(problem)
    stood(all, entry)
    const concerned = placed === undefined ? [...all.processes.values()] : [standingOf(all, placed.process)]
    for (const one of concerned)
      if (!isWithout(all, one)) gone.delete(one.process)
      else if (!gone.has(one.process)) gone.set(one.process, entry.at)
    return memory
  },
  done: ({ gone }) => {
    const late = [...gone].filter(([, at]) => at !== TOLD)
    return late.length === 0 ? undefined : late.map(([process, at]) => untold(process, at)).join('; ')
  }
})

/** `gone`: since when there has been no copy of a process that was not told to have ended. */
type Memory = { readonly all: Standings; readonly gone: Map<string, Time> }

/** Stands for the time of what has been said already. */
const TOLD = -1

/** Whether its cluster has failed, no copy stands anywhere, and nothing has been told. */
const isWithout = ({ failed }: Standings, { counts, copies, end }: Standing): boolean =>
  counts !== undefined && failed.has(counts) && copies.size === 0 && end === undefined

const untold = (process: string, at: Time): string => `no copy of ${process} is left at ${at}, and it is not told to be lost`

const wrong = (
  all: Standings,
  { process, state, migration: cluster }: Extract<Signal, { readonly type: 'placed' }>
): string | undefined => {
  const one = standingOf(all, process)
  const { copies, counts, end } = one
  const before = copies.get(cluster)
  if (state === 'running') {
    const other = [...copies].find(([where, stands]) => where !== cluster && stands === 'running')
    if (other !== undefined) return `${process} runs on ${cluster} and on ${other[0]}`
    if (end === 'exited') return `${process} runs on ${cluster}, and it has ended`
    if (before === undefined && counts !== undefined) return `${process} runs on ${cluster}, where no copy of it was`
    if (before === 'frozen' && counts !== cluster)
      return `${process} goes on on ${cluster}, and it has gone on on ${counts} since it stopped there`
    return undefined
  }
  if (state === 'left' && end === undefined && counts === cluster && !all.failed.has(cluster))
    return `${process} is dropped by ${cluster}, and no other copy of it counts`
  if (state === 'lost' && counts !== undefined && !all.failed.has(counts))
    return `${process} is told to be lost, and ${counts} has not failed`
  if (state === 'exited' && counts !== cluster && end === undefined && before !== 'running')
    return `${process} ends on ${cluster}, and ${counts} has the copy that counts`
  return undefined
}
