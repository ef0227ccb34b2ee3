import type { Where } from '../../lib/protocol/command'
import type { Outcome } from '../../lib/protocol/pipeline'
import { described } from './described'
import { type Invariant, invariant } from './invariant'

/**
 * What a migration says at its end is so: `completed` means that the target is primary and was the last to run the guest, `aborted` the same of the place it
 * names, and `undecided` that the guest does not run at the source. A guest that went down with its host after it had got there is where the outcome says.
 * `lost` means that the host which owns the guest has failed, or that pages are owed to a guest at the target: before the commit the source survives any other
 * failure, after it the target does. `undecided` also means that a commit was ordered and that nobody has said what became of it; and what completes names all that the
 * source stays needed for. Each hop begins at its own source. Where the guest is, an oracle tells (`hosts`): the journal of a world that does not describe
 * its link, and in which nobody told, is not judged.
 */
export const outcomeHolds: Invariant = invariant<Memory>({
  name: 'outcomeHolds',
  sentence: 'The guest is where the outcome of its migration says it is.',
  hears: ['commit', 'committed', 'standing', 'released', 'suspended', 'failed', 'compared', 'hosts', 'ended'],
  init: (began) => ({ ...begun, told: described(began).bytesPerSecond !== undefined }),
  again: (memory, how) => (how === 'hop' ? { ...begun, told: memory.told, needs: memory.needs } : { ...memory, commit: 'none' as const }),
  step: (memory, entry, tell) => {
    if (entry.type === 'commanded') return { ...memory, commit: 'ordered' as const }
    if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'suspended') return { ...memory, paused: memory.running.length === 0 }
      if (signal.type === 'failed')
        return memory.failed.includes(signal.what) ? memory : { ...memory, failed: [...memory.failed, signal.what] }
      if (signal.type === 'committed') return { ...memory, commit: 'known' as const }
      if (signal.type === 'standing') return signal.primary === 'target' ? { ...memory, commit: 'known' as const } : memory
      if (signal.type === 'released') return signal.needs.length === 0 ? memory : { ...memory, needs: [...memory.needs, ...signal.needs] }
      if (signal.type === 'compared') return signal.of === 'disk' ? memory : { ...memory, owed: signal.owed > 0 }
      if (signal.type !== 'hosts') return memory
      const runs = signal.running.length > 0
      // Hosts that are told anew although nothing of them has changed: one is gone that ran nothing, and the news of it may still be on its way.
      const gone = signal.primary === memory.primary && signal.running.join() === memory.running.join() && !runs
      return {
        ...memory,
        told: true,
        failed: gone && !memory.failed.includes('source') ? [...memory.failed, 'source'] : memory.failed,
        primary: signal.primary,
        running: signal.running,
        last: runs ? signal.running[0] : memory.last,
        paused: memory.paused && !runs
      }
    }
    if (entry.type !== 'ended') return memory
    const { outcome } = entry
    if (outcome.type === 'undecided' && memory.commit !== 'ordered')
      tell(`the migration is undecided, yet ${memory.commit === 'none' ? 'no commit was ordered' : 'the target is known to own the guest'}`)
    if (outcome.type === 'completed')
      for (const need of new Set(memory.needs))
        if (!outcome.needs.includes(need)) tell(`the migration is completed without a word of ${need}, for which the source is needed`)
    if (!memory.told) return memory
    const { primary, running, last, paused } = memory
    const said = placeIn(entry.outcome)
    if (said !== undefined && (primary !== said || last !== said || paused))
      tell(
        `the migration is ${entry.outcome.type}, yet the ${primary} is primary and the guest ${paused ? 'is paused' : `ran at the ${last} last`}`
      )
    if (entry.outcome.type === 'lost' && running.includes(primary) && !memory.owed)
      tell(`the migration is lost, yet the guest runs at the ${primary} and nothing is owed to it`)
    if (entry.outcome.type === 'lost' && paused && primary === 'source' && !memory.failed.includes('source'))
      tell('the migration is lost, yet the source has not failed and ownership has not passed')
    if (entry.outcome.type === 'undecided' && running.includes('source')) tell('the migration is undecided, yet the source runs the guest')
    return memory
  }
})

type Memory = {
  /** Whether a commit was ordered, and whether the target was heard to own the guest. */
  readonly commit: 'none' | 'ordered' | 'known'
  /** For what a source was said to stay needed. */
  readonly needs: readonly string[]
  /** Whether there is an oracle that tells where the guest is. */
  readonly told: boolean
  readonly primary: Where
  readonly running: readonly Where[]
  readonly last: Where
  readonly paused: boolean
  readonly failed: readonly string[]
  /** Whether pages were owed to the guest when the oracle last looked. */
  readonly owed: boolean
}

const begun: Memory = {
  commit: 'none',
  needs: [],
  told: false,
  primary: 'source',
  running: ['source'],
  last: 'source',
  paused: false,
  failed: [],
  owed: false
}

const placeIn = (outcome: Outcome): Where | undefined =>
  outcome.type === 'completed' ? 'target' : outcome.type === 'aborted' ? outcome.running : undefined
