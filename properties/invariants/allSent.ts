import { type Bitmap, bitmap, markAll } from '../../lib/memory/bitmap'
import type { PageSet } from '../../lib/memory/pageSet'
import { type Invariant, invariant, type Tell } from './invariant'
import { arrived, clearPages, listed, missingIn } from './pageMarks'

/**
 * Pages sent >= pages used, wherever the technique copies everything: of a migration that completes, every page of the memory it selected first has been
 * sent at least once since, unless the guest ended before; a page that the guest missed at the target and, when the target tells what it lacks, does not miss any
 * more has been sent, whatever became of the answer. Of several hops each is judged by itself, and a retry by what it selects.
 */
export const allSent: Invariant = invariant<Memory>({
  name: 'allSent',
  sentence: 'A migration that completes has sent every page of the memory that it selected.',
  oracle: 'O1',
  plane: 'pages',
  stores: 'each',
  hears: ['selected', 'resume', 'sent', 'standing', 'exited', 'ended'],
  init: () => ({ unsent: undefined, missing: undefined, exited: false }),
  again: (memory, how, tell) => {
    if (how === 'hop') completed(memory, tell)
    return { unsent: undefined, missing: undefined, exited: memory.exited }
  },
  step: (memory, entry, tell) => {
    if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'exited') memory.exited = true
      else if (signal.type === 'selected' && memory.unsent === undefined) markAll((memory.unsent = bitmap(signal.pages.size)), signal.pages)
      else if (signal.type === 'sent' && memory.unsent !== undefined) clearPages(memory.unsent, signal.pages)
      else if (signal.type === 'standing') arrived(memory.unsent, memory.missing, signal.missing)
    } else if (entry.type === 'commanded') memory.missing = missingIn(entry.command.order) ?? memory.missing
    else if (entry.type === 'ended' && entry.outcome.type === 'completed') completed(memory, tell)
    return memory
  }
})

/** `unsent`: the pages first selected that have not been sent. `missing`: those that the guest was resumed without. */
type Memory = { unsent: Bitmap | undefined; missing: PageSet | undefined; exited: boolean }

const completed = ({ unsent, exited }: Memory, tell: Tell): void => {
  if (unsent !== undefined && unsent.count > 0 && !exited) tell(`${unsent.count} of the pages were never sent: ${listed(unsent)}`)
}
