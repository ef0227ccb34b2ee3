import { type Bitmap, bitmap, markAll, snapshot } from '../../lib/memory/bitmap'
import * as pageSet from '../../lib/memory/pageSet'
import { type Invariant, invariant } from './invariant'
import { listed } from './pageMarks'

/**
 * No page is lost: when the guest starts at the target every page there is as it must be, or owed to it; when the source lets go nothing is owed any more
 * (unless the guest has ended, which needs no page). Of several hops each is judged by itself.
 */
export const noPageLost: Invariant = invariant<Memory>({
  name: 'noPageLost',
  sentence: 'No page is lost: the target equals the source at the switch but for pages still owed, and at release nothing is owed.',
  oracle: 'O1',
  plane: 'pages',
  stores: 'each',
  hears: ['compared', 'exited'],
  init: () => ({ exited: false, known: undefined }),
  again: (memory, how) => (how === 'hop' ? { exited: memory.exited, known: undefined } : memory),
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'exited') memory.exited = true
    if (signal.type !== 'compared') return memory
    const { when, lost, owed } = signal
    const needed = !memory.exited || when === 'activated'
    if (lost.count > 0) {
      memory.known ??= bitmap(lost.size)
      const more = pageSet.difference(lost, snapshot(memory.known))
      markAll(memory.known, lost)
      if (needed && more.count > 0) tell(`when ${when}, pages ${listed(more)} are lost`)
    }
    if (when === 'released' && owed > 0 && needed) tell(`when released, ${owed} pages are still owed`)
    return memory
  }
})

/** `known`: pages that have been told as lost. */
type Memory = { exited: boolean; known: Bitmap | undefined }
