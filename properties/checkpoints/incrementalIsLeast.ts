import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import { type Invariant, invariant } from '../invariants/invariant'
import { listed } from '../invariants/pageMarks'

/** `since`: what the log has named since the last stop in which it was read; `after`: the same for each sealed image, since its own. */
type Memory = { paused: boolean; since: PageSet | undefined; readonly after: Map<string, PageSet>; readonly parents: Map<string, string> }

/**
 * An incremental image has nothing that has not been written since its parent's point: each image, full or not, begins a new epoch of the log (a fault of Firecracker's, corrected in 2024-04:
 * a full snapshot did not).
 */
export const incrementalIsLeast: Invariant = invariant<Memory>({
  name: 'incrementalIsLeast',
  sentence: 'An incremental image has only pages that were written since its parent’s final stop.',
  plane: 'pages',
  hears: ['open', 'write', 'suspended', 'activated', 'synced', 'sealed'],
  init: () => ({ paused: false, since: undefined, after: new Map(), parents: new Map() }),
  step: (memory, entry, tell) => {
    const { after, parents } = memory
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type === 'open' && order.parent !== undefined) parents.set(order.image, order.parent)
      if (order.type !== 'write') return memory
      const since = after.get(parents.get(order.image) ?? '')
      if (since === undefined) return memory
      const needless = pageSet.difference(order.pages, since)
      if (needless.count > 0) tell(`${order.image} has pages ${listed(needless)} that were not written since ${parents.get(order.image)}`)
      return memory
    }
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'suspended') memory.paused = true
    else if (signal.type === 'activated') memory.paused = false
    else if (signal.type === 'synced') {
      for (const [image, pages] of after) after.set(image, pageSet.union(pages, signal.dirty))
      if (memory.paused) memory.since = pageSet.empty(signal.dirty.size)
      else if (memory.since !== undefined) memory.since = pageSet.union(memory.since, signal.dirty)
    } else if (signal.type === 'sealed' && memory.since !== undefined) after.set(signal.image, memory.since)
    return memory
  }
})
