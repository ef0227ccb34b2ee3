import * as pageSet from '../../lib/memory/pageSet'
import { type Invariant, invariant } from './invariant'

/**
 * Pages sent >= pages used, wherever the technique copies everything: of a migration that completes, every page of the memory it selected first has been
 * sent at least once, unless the guest ended before.
 */
export const allSent: Invariant = invariant<Memory>({
  name: 'allSent',
  sentence: 'A migration that completes has sent every page of the memory that it selected.',
  init: () => ({ selected: undefined, sent: undefined, exited: false }),
  step: (memory, entry, tell) => {
    const { selected, sent } = memory
    if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'exited') return { ...memory, exited: true }
      if (signal.type === 'selected') return { ...memory, selected: selected ?? signal.pages }
      if (signal.type !== 'sent') return memory
      const before = sent ?? pageSet.empty(signal.skipped.size)
      return {
        ...memory,
        sent: signal.pages.type === 'PageSet' ? pageSet.union(before, signal.pages) : pageSet.addAll(before, signal.pages)
      }
    }
    if (entry.type === 'ended' && entry.outcome.type === 'completed' && selected !== undefined && !memory.exited) {
      const unsent = sent === undefined ? selected : pageSet.difference(selected, sent)
      if (unsent.count > 0) tell(`${unsent.count} of ${selected.count} pages were never sent, page ${pageSet.next(unsent, 0)} first`)
    }
    return memory
  }
})

type Memory = {
  readonly selected: pageSet.PageSet | undefined
  readonly sent: pageSet.PageSet | undefined
  readonly exited: boolean
}
