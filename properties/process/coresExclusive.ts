import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from '../invariants/invariant'
import { chipMemoryOf } from './chipMemory'

/**
 * A core runs one thread at a time, and one core of a cluster is the system's: never do more threads of processes run on a cluster than it has cores for them. Judged when a moment is over, as a thread that takes
 * another's core may be told of first.
 */
export const coresExclusive: Invariant = invariant<Memory>({
  name: 'coresExclusive',
  sentence: 'No more threads of processes run on a cluster than it has cores for users.',
  of: 'journal',
  hears: ['threads', 'placed', 'failed', 'ended'],
  init: (began) => ({ limitsOf: chipMemoryOf(began), running: new Map(), changed: new Map() }),
  step: (memory, entry, tell) => {
    const { running, changed } = memory
    for (const [cluster, at] of changed)
      if (at < entry.at) {
        const problem = tooMany(memory, cluster, at)
        if (problem !== undefined) tell(problem)
        changed.delete(cluster)
      }
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'failed') running.delete(signal.migration)
    else if (signal.type === 'placed') {
      if (signal.state === 'left' || signal.state === 'exited' || signal.state === 'lost')
        running.get(signal.migration)?.delete(signal.process)
    } else if (signal.type === 'threads') {
      const here = running.get(signal.migration) ?? new Map<string, number>()
      running.set(signal.migration, here)
      here.set(signal.process, signal.running)
      changed.set(signal.migration, signal.at)
    }
    return memory
  },
  done: (memory) => {
    const problems = [...memory.changed].flatMap(([cluster, at]) => tooMany(memory, cluster, at) ?? [])
    return problems.length === 0 ? undefined : problems.join('; ')
  }
})

/** Threads that run, by cluster and process, and where that has changed at a moment that may not be over. */
type Memory = {
  readonly limitsOf: ReturnType<typeof chipMemoryOf>
  readonly running: Map<string, Map<string, number>>
  readonly changed: Map<string, Time>
}

const tooMany = ({ limitsOf, running }: Memory, cluster: string, at: Time): string | undefined => {
  const cores = limitsOf(cluster)?.userCores
  const total = [...(running.get(cluster)?.values() ?? [])].reduce((sum, one) => sum + one, 0)
  return cores !== undefined && total > cores
    ? `${total} threads run on ${cluster} at ${at}, which has ${cores} cores for users`
    : undefined
}
