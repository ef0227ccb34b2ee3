import { type Invariant, invariant } from '../invariants/invariant'
import { chipMemoryOf } from './chipMemory'

/** A core runs one thread at a time, and one core of a cluster is the system's: never do more threads of processes run on a cluster than it has cores for them. */
export const coresExclusive: Invariant = invariant<Memory>({
  name: 'coresExclusive',
  sentence: 'No more threads of processes run on a cluster than it has cores for users.',
  of: 'journal',
  hears: ['threads', 'failed'],
  init: (began) => ({ limitsOf: chipMemoryOf(began), running: new Map() }),
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'failed') memory.running.delete(signal.migration)
    else if (signal.type === 'threads') {
      const { running, limitsOf } = memory
      const cores = limitsOf(signal.migration)?.userCores
      const here = running.get(signal.migration) ?? new Map<string, number>()
      running.set(signal.migration, here)
      here.set(signal.process, signal.running)
      const total = [...here.values()].reduce((sum, one) => sum + one, 0)
      if (cores !== undefined && total > cores) tell(`${total} threads run on ${signal.migration}, which has ${cores} cores for users`)
    }
    return memory
  }
})

/** Threads that run, by cluster and process. */
type Memory = { readonly limitsOf: ReturnType<typeof chipMemoryOf>; readonly running: Map<string, Map<string, number>> }
