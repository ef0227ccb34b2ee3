import { type Bitmap, bitmap, markAll } from '../../lib/memory/bitmap'
import { type Invariant, invariant, type Tell } from './invariant'
import { clearPages, listed } from './pageMarks'

/**
 * Pages sent >= pages used, wherever the technique copies everything: of a migration that completes, every page of the memory it selected first has been
 * sent at least once since, unless the guest ended before. Of several hops each is judged by itself.
 */
export const allSent: Invariant = invariant<Memory>({
  name: 'allSent',
  sentence: 'A migration that completes has sent every page of the memory that it selected.',
  oracle: 'O1',
  plane: 'pages',
  hears: ['selected', 'sent', 'exited', 'ended'],
  init: () => ({ unsent: undefined, exited: false }),
  again: (memory, how, tell) => {
    if (how === 'retry') return memory
    completed(memory, tell)
    return { unsent: undefined, exited: memory.exited }
  },
  step: (memory, entry, tell) => {
    if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'exited') memory.exited = true
      else if (signal.type === 'selected' && memory.unsent === undefined) markAll((memory.unsent = bitmap(signal.pages.size)), signal.pages)
      else if (signal.type === 'sent' && memory.unsent !== undefined) clearPages(memory.unsent, signal.pages)
    } else if (entry.type === 'ended' && entry.outcome.type === 'completed') completed(memory, tell)
    return memory
  }
})

/** `unsent`: the pages first selected that have not been sent. */
type Memory = { unsent: Bitmap | undefined; exited: boolean }

const completed = ({ unsent, exited }: Memory, tell: Tell): void => {
  if (unsent !== undefined && unsent.count > 0 && !exited) tell(`${unsent.count} of the pages were never sent: ${listed(unsent)}`)
}
