import type { Where } from '../../lib/protocol/command'
import type { Outcome } from '../../lib/protocol/pipeline'
import { type Invariant, invariant } from './invariant'

/**
 * What a migration says at its end is so: `completed` means that the target is primary and was the last to run the guest, `aborted` the same of the place it
 * names, and `undecided` that the guest does not run at the source. A guest that went down with its host after it had got there is where the outcome says.
 */
export const outcomeHolds: Invariant = invariant<Memory>({
  name: 'outcomeHolds',
  sentence: 'The guest is where the outcome of its migration says it is.',
  init: () => ({ primary: 'source', running: ['source'], last: 'source', paused: false }),
  step: (memory, entry, tell) => {
    if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'suspended') return { ...memory, paused: memory.running.length === 0 }
      if (signal.type !== 'hosts') return memory
      const runs = signal.running.length > 0
      return {
        primary: signal.primary,
        running: signal.running,
        last: runs ? signal.running[0] : memory.last,
        paused: memory.paused && !runs
      }
    }
    if (entry.type !== 'ended') return memory
    const { primary, running, last, paused } = memory
    const said = placeIn(entry.outcome)
    if (said !== undefined && (primary !== said || last !== said || paused))
      tell(
        `the migration is ${entry.outcome.type}, yet the ${primary} is primary and the guest ${paused ? 'is paused' : `ran at the ${last} last`}`
      )
    if (entry.outcome.type === 'undecided' && running.includes('source')) tell('the migration is undecided, yet the source runs the guest')
    return memory
  }
})

type Memory = { readonly primary: Where; readonly running: readonly Where[]; readonly last: Where; readonly paused: boolean }

const placeIn = (outcome: Outcome): Where | undefined =>
  outcome.type === 'completed' ? 'target' : outcome.type === 'aborted' ? outcome.running : undefined
