import { type Bitmap, bitmap, markAll } from '../../lib/memory/bitmap'
import * as pageSet from '../../lib/memory/pageSet'
import { type Invariant, invariant, type Tell } from './invariant'
import { clearMarked, clearPages, listed } from './pageMarks'

/**
 * A pull sends each missing page exactly once: after activation at the target no page is sent twice, nor one that was not missing; and when a migration
 * completes without a failure and before the guest's end, none of the missing has been left out. When a broken link is back, what was on its way is lost:
 * each missing page may be sent once more, and when the target has told which it lacks (`standing`), those and no others.
 */
export const sentOnce: Invariant = invariant<Memory>({
  name: 'sentOnce',
  sentence: 'While the guest pulls its pages to the target, each missing page is sent exactly once.',
  oracle: 'O6',
  plane: 'pages',
  stores: 'each',
  hears: ['resume', 'activated', 'sent', 'mended', 'standing', 'exited', 'ended'],
  init: () => begun(false),
  again: (memory, how, tell) => {
    if (how === 'hop') completed(memory, tell)
    return begun(memory.exited)
  },
  step: (memory, entry, tell) => {
    const { pull } = memory
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type === 'resume' && order.where === 'target') memory.pull = order.missing && pulling(order.missing)
    } else if (entry.type === 'ended') {
      if (entry.outcome.type === 'completed') completed(memory, tell)
    } else if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'exited') memory.exited = true
      else if (signal.type === 'activated') memory.activated ||= signal.where === 'target'
      else if (pull === undefined || !memory.activated) return memory
      else if (signal.type === 'mended') memory.pull = { ...pull, allowed: marked(pull.missing) }
      else if (signal.type === 'standing') memory.pull = { ...pulling(signal.missing), missing: pull.missing }
      else if (signal.type === 'sent') {
        const wrong = clearMarked(pull.allowed, signal.pages)
        if (pull.unsent !== pull.allowed) clearPages(pull.unsent, signal.pages)
        if (wrong !== undefined) tellWrong(pull.missing, wrong, tell)
      }
    }
    return memory
  }
})

/** `unsent`: the missing pages that have not been sent. `allowed`: those that may be; the same bitmap until a link has been mended. */
type Pull = { readonly missing: pageSet.PageSet; readonly unsent: Bitmap; readonly allowed: Bitmap }
type Memory = { exited: boolean; activated: boolean; pull: Pull | undefined }

const begun = (exited: boolean): Memory => ({ exited, activated: false, pull: undefined })

const pulling = (missing: pageSet.PageSet): Pull => {
  const unsent = marked(missing)
  return { missing, unsent, allowed: unsent }
}

const marked = (pages: pageSet.PageSet): Bitmap => {
  const marks = bitmap(pages.size)
  markAll(marks, pages)
  return marks
}

const completed = ({ exited, activated, pull }: Memory, tell: Tell): void => {
  if (activated && !exited && pull !== undefined && pull.unsent.count > 0)
    tell(`${pull.unsent.count} missing pages were not sent: ${listed(pull.unsent)}`)
}

const tellWrong = (missing: pageSet.PageSet, wrong: readonly number[], tell: Tell): void => {
  const twice = wrong.filter((page) => pageSet.has(missing, page))
  const others = wrong.filter((page) => !pageSet.has(missing, page))
  if (twice.length > 0) tell(`${pagesOf(twice)} sent twice`)
  if (others.length > 0) tell(`${pagesOf(others)} sent although not missing`)
}

const pagesOf = (pages: readonly number[]): string => (pages.length === 1 ? `page ${pages[0]} was` : `pages ${listed(pages)} were`)
