import * as pageSequence from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import type { Pages } from '../../lib/protocol/command'
import { type Invariant, invariant } from './invariant'

/**
 * A pull sends each missing page exactly once: after activation at the target no page is sent twice, nor one that was not missing; and when a migration
 * completes without a failure and before the guest's end, none of the missing has been left out.
 */
export const sentOnce: Invariant = invariant<Memory>({
  name: 'sentOnce',
  sentence: 'While the guest pulls its pages to the target, each missing page is sent exactly once.',
  init: () => ({ missing: undefined, pulling: false, left: undefined, exited: false }),
  step: (memory, entry, tell) => {
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type !== 'resume' || order.where !== 'target') return memory
      return { ...memory, missing: order.missing, left: order.missing }
    }
    if (entry.type === 'ended') {
      const { left, exited, pulling } = memory
      if (entry.outcome.type === 'completed' && pulling && !exited && left !== undefined && left.count > 0)
        tell(`${left.count} missing pages were not sent, page ${pageSet.next(left, 0)} first`)
      return memory
    }
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'exited') return { ...memory, exited: true }
    if (signal.type === 'activated' && signal.where === 'target') return { ...memory, pulling: true }
    const { missing, left } = memory
    if (signal.type !== 'sent' || !memory.pulling || missing === undefined || left === undefined) return memory
    for (const page of pagesOf(signal.pages))
      if (!pageSet.has(left, page)) tell(`page ${page} was sent ${pageSet.has(missing, page) ? 'twice' : 'although it was not missing'}`)
    return {
      ...memory,
      left: signal.pages.type === 'PageSet' ? pageSet.difference(left, signal.pages) : pageSet.removeAll(left, signal.pages)
    }
  }
})

type Memory = {
  readonly missing: pageSet.PageSet | undefined
  readonly pulling: boolean
  /** The missing pages that have not been sent yet. */
  readonly left: pageSet.PageSet | undefined
  readonly exited: boolean
}

const pagesOf = (pages: Pages): readonly number[] => (pages.type === 'PageSet' ? pageSet.toArray(pages) : pageSequence.toArray(pages))
