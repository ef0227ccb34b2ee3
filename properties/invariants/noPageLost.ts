import * as pageSet from '../../lib/memory/pageSet'
import { type Invariant, invariant } from './invariant'

/**
 * No page is lost: when the guest starts at the target every page there is as it must be, or owed to it; when the source lets go nothing is owed any more
 * (unless the guest has ended, which needs no page).
 */
export const noPageLost: Invariant = invariant<{ readonly exited: boolean; readonly lost: pageSet.PageSet | undefined }>({
  name: 'noPageLost',
  sentence: 'No page is lost: the target equals the source at the switch but for pages still owed, and at release nothing is owed.',
  init: () => ({ exited: false, lost: undefined }),
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'exited') return { ...memory, exited: true }
    if (signal.type !== 'compared') return memory
    const { when, lost, owed } = signal
    const known = memory.lost ?? pageSet.empty(lost.size)
    const more = memory.exited && when === 'released' ? pageSet.empty(lost.size) : pageSet.difference(lost, known)
    if (more.count > 0) tell(`when ${when}, pages ${listed(more)} are lost`)
    if (when === 'released' && owed > 0 && !memory.exited) tell(`when released, ${owed} pages are still owed`)
    return { ...memory, lost: pageSet.union(known, lost) }
  }
})

/** The pages of a set for people, at most ten of them. */
const listed = (pages: pageSet.PageSet): string =>
  `${pageSet.toArray(pageSet.take(pages, 10)).join(', ')}${pages.count > 10 ? ` and ${pages.count - 10} more` : ''}`
