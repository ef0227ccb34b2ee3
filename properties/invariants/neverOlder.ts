import * as pageSet from '../../lib/memory/pageSet'
import { type Invariant, invariant } from './invariant'

/** Never is a page at the target overwritten by something older than what it holds: neither an earlier transmission, nor the guest's own write there. */
export const neverOlder: Invariant = invariant<null>({
  name: 'neverOlder',
  sentence: 'Never is a page placed over a newer one at the target.',
  oracle: 'O2',
  plane: 'pages',
  stores: 'each',
  hears: ['compared'],
  init: () => null,
  step: (memory, entry, tell) => {
    if (entry.type === 'signalled' && entry.signal.type === 'compared' && entry.signal.regressed.count > 0)
      tell(`pages ${pageSet.toArray(pageSet.take(entry.signal.regressed, 10)).join(', ')} were overwritten by something older`)
    return memory
  }
})
