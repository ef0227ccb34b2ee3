import type { Outcome } from '../../lib/protocol/pipeline'
import { type Invariant, invariant } from './invariant'

/** Every migration that began ends, once, and says how: one stopped by a limit names the limit, one that failed its reason. */
export const ends: Invariant = invariant<Memory>({
  name: 'ends',
  sentence: 'Every migration ends once, and says which limit or failure stopped it if one did.',
  init: () => ({ commanded: false, ended: false }),
  step: (memory, entry, tell) => {
    if (entry.type === 'commanded') {
      memory.commanded = true
      if (memory.ended) tell(`${entry.command.order.type} was ordered after the migration had ended`)
    } else if (entry.type === 'ended') {
      if (memory.ended) tell('the migration has ended before')
      if (unsaid(entry.outcome)) tell(`the migration is ${entry.outcome.type} and does not say by what`)
      memory.ended = true
    }
    return memory
  },
  done: ({ commanded, ended }) => (commanded && !ended ? 'the journal stops and the migration has not ended' : undefined)
})

type Memory = { commanded: boolean; ended: boolean }

const unsaid = (outcome: Outcome): boolean =>
  outcome.type === 'limited' ? outcome.limit.trim() === '' : 'reason' in outcome && outcome.reason.trim() === ''
