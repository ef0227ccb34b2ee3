import { type Bitmap, bitmap, markAll } from '../../lib/memory/bitmap'
import type { PageSet } from '../../lib/memory/pageSet'
import { type Invariant, invariant } from './invariant'
import { arrived, clearPages, listed, missingIn } from './pageMarks'

/**
 * A retry after an abort equals a fresh run, as far as one journal shows it: after an `abandon` the target has nothing, so an attempt that gets as far as its
 * release has looked up for itself which pages there are, and has sent every one of them for itself, unless the guest has ended. (What the first attempt
 * sent, and what it read and cleared of the dirty log, is gone: the error of Firecracker 0d0cab9 and Propolis issue 232.)
 */
export const freshAfterAbort: Invariant = invariant<Memory>({
  name: 'freshAfterAbort',
  sentence: 'A retry after an abort carries nothing over: it looks up and sends every page for itself.',
  oracle: 'O7',
  plane: 'pages',
  stores: 'each',
  hears: ['selected', 'resume', 'sent', 'standing', 'exited', 'released'],
  init: () => ({ exited: false, attempt: 1, unsent: undefined, missing: undefined }),
  again: ({ exited, attempt }, how) => ({ exited, attempt: how === 'retry' ? attempt + 1 : 1, unsent: undefined, missing: undefined }),
  step: (memory, entry, tell) => {
    if (entry.type === 'commanded') memory.missing = missingIn(entry.command.order) ?? memory.missing
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    const { attempt, unsent } = memory
    if (signal.type === 'exited') memory.exited = true
    if (attempt === 1) return memory
    if (signal.type === 'selected' && unsent === undefined) markAll((memory.unsent = bitmap(signal.pages.size)), signal.pages)
    else if (signal.type === 'sent' && unsent !== undefined) clearPages(unsent, signal.pages)
    else if (signal.type === 'standing') arrived(unsent, memory.missing, signal.missing)
    else if (signal.type === 'released' && !memory.exited) {
      if (unsent === undefined) tell(`attempt ${attempt} never looked up which pages there are`)
      else if (unsent.count > 0) tell(`attempt ${attempt} did not send ${unsent.count} of its pages itself: ${listed(unsent)}`)
    }
    return memory
  }
})

/** `unsent`: the pages that this attempt selected first and has not sent. `missing`: those that the guest was resumed without. Only attempts after an abort are followed. */
type Memory = { exited: boolean; readonly attempt: number; unsent: Bitmap | undefined; missing: PageSet | undefined }
