import type { Outcome } from '../../lib/protocol/pipeline'
import { type Invariant, invariant } from './invariant'

/** Every migration that began ends, once, and says how: one stopped by a limit names the limit, one that failed its reason. */
export const ends: Invariant = invariant<{ readonly commands: number; readonly ended: number }>({
  name: 'ends',
  sentence: 'Every migration ends once, and says which limit or failure stopped it if one did.',
  init: () => ({ commands: 0, ended: 0 }),
  step: ({ commands, ended }, entry, tell) => {
    if (entry.type === 'commanded') {
      if (ended > 0) tell(`${entry.command.order.type} was ordered after the migration had ended`)
      return { commands: commands + 1, ended }
    }
    if (entry.type !== 'ended') return { commands, ended }
    if (ended > 0) tell('the migration has ended before')
    if (unsaid(entry.outcome)) tell(`the migration is ${entry.outcome.type} and does not say by what`)
    return { commands, ended: ended + 1 }
  },
  done: ({ commands, ended }) => (commands > 0 && ended === 0 ? 'the journal stops and the migration has not ended' : undefined)
})

const unsaid = (outcome: Outcome): boolean =>
  outcome.type === 'limited' ? outcome.limit.trim() === '' : 'reason' in outcome && outcome.reason.trim() === ''
