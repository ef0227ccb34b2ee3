import type { ChipDecision, Motive } from './chipDecision'
import { hasRoom, runningProcesses, type Seen } from './chipView'

/**
 * - `refusedAtMost`: calls of a process that may be refused because they concern what is another user's (default 8: a wrong name is a mistake, many are a search).
 * - `bytesPerSecond`: that each user's processes may send, by user; who is not named may send any amount. `watchNs`: no process is judged by its traffic before it is so old (default 10 ms).
 * - `act`: what is done with one that breaks a rule (default `isolate`, to an empty cluster; where there is none, or for `kill`, it is ended).
 */
export type SuspicionOptions = {
  readonly refusedAtMost?: number
  readonly bytesPerSecond?: Readonly<Record<string, number>>
  readonly watchNs?: number
  readonly act?: 'isolate' | 'kill'
}

/**
 * Isolates or kills processes that break a stated rule: that ask for what is not theirs again and again, or that send more than they are allowed. How busy a process is says nothing: cores, memory, and traffic within its allowance
 * are its own affair. Errors: `RangeError` when a limit is negative. Cost: the processes.
 */
export const suspicion = ({
  refusedAtMost = 8,
  bytesPerSecond = {},
  watchNs = 10_000_000,
  act = 'isolate'
}: SuspicionOptions = {}): Motive => {
  for (const [name, value] of Object.entries({ refusedAtMost, watchNs, ...bytesPerSecond }))
    if (!(value >= 0)) throw new RangeError(`suspicion: ${name} must be a number from 0 on (got ${value})`)
  return (view) => {
    const empty = view.clusters.filter(({ processes }) => processes.length === 0)
    return runningProcesses(view).flatMap((process): readonly ChipDecision[] => {
      const broken = brokenRule(process, refusedAtMost, bytesPerSecond, watchNs)
      if (broken === undefined) return []
      const { process: name, cluster: from } = process
      const alone = view.clusters.find(({ cluster }) => cluster === from)!.processes.length === 1
      if (act === 'isolate' && alone) return []
      const at = empty.findIndex((one) => hasRoom(one, process))
      if (act === 'kill' || at < 0) return [{ type: 'kill', process: name, from, ...broken }]
      const [{ cluster: to }] = empty.splice(at, 1)
      return [{ type: 'isolate', process: name, from, to, ...broken }]
    })
  }
}

const brokenRule = (
  { user, ageNs, bytesTo, refusals = 0 }: Seen,
  refusedAtMost: number,
  allowances: Readonly<Record<string, number>>,
  watchNs: number
): Pick<ChipDecision, 'reason' | 'figures'> | undefined => {
  if (refusals > refusedAtMost) return { reason: 'it asks again and again for what is not its own', figures: { refusals, refusedAtMost } }
  const allowed = Object.hasOwn(allowances, user) ? allowances[user] : Number.POSITIVE_INFINITY
  const bytes = Object.values(bytesTo).reduce((sum, one) => sum + one, 0)
  const bytesPerSecond = ageNs === 0 ? 0 : (bytes / ageNs) * 1e9
  if (ageNs < watchNs || bytesPerSecond <= allowed) return undefined
  return { reason: 'it sends more than it is allowed', figures: { bytesPerSecond: Math.round(bytesPerSecond), allowed } }
}
