import { type Invariant, invariant } from './invariant'
import { listed } from './pageMarks'

/**
 * A disk is drained before commitment: when ownership passes, the oracle finds every block that the guest needs at the target as it is at the source. A page of memory may be
 * owed to a guest that runs at the target; a block may not, because nobody traps an access to a disk.
 */
export const diskDrained: Invariant = invariant<null>({
  name: 'diskDrained',
  sentence: "When ownership passes, the disk at the target equals the source's.",
  oracle: 'O1',
  plane: 'pages',
  hears: ['compared'],
  init: () => null,
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled' || entry.signal.type !== 'compared') return memory
    const { when, of, lost } = entry.signal
    if (of === 'disk' && when === 'committed' && lost.count > 0) tell(`blocks ${listed(lost)} are not at the target when ownership passes`)
    return memory
  }
})
