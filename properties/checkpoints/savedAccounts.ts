import { type Accounts, accounted, begun, savedPages } from '../../lib/checkpoint/accounts'
import { type Invariant, invariant } from '../invariants/invariant'

type Memory = { readonly images: Map<string, Accounts>; storeFailed: boolean }

/**
 * The accounting identity of TLC: the pages that the stores have of a sealed image are those of the bulk and those found written, less those skipped (they were in the table) and those dropped (the
 * last stop had them). Not asked where a store has failed meanwhile.
 */
export const savedAccounts: Invariant = invariant<Memory>({
  name: 'savedAccounts',
  sentence: 'Saved pages = working set + hash - skipped - dropped, and nothing is skipped that is not in the table.',
  oracle: 'O3',
  plane: 'pages',
  hears: ['open', 'write', 'stash', 'sent', 'stashed', 'sealed', 'refused', 'storeFailed', 'failed'],
  init: () => ({ images: new Map(), storeFailed: false }),
  step: (memory, entry, tell, { answered }) => {
    const { images } = memory
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type === 'open') {
        images.set(order.image, begun())
        memory.storeFailed = false
      }
      return memory
    }
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    const order = answered?.command.order
    if (signal.type === 'storeFailed' || signal.type === 'failed') memory.storeFailed = true
    if (order !== undefined && 'image' in order) {
      const before = images.get(order.image)
      if (before !== undefined) {
        if (signal.type === 'sent' && order.type === 'write' && signal.pages.type === 'PageSet') {
          const stray = signal.pages.count + signal.skipped.count - order.pages.count
          if (stray !== 0)
            tell(`of ${order.pages.count} pages ordered ${signal.pages.count} were written and ${signal.skipped.count} left out`)
        }
        images.set(order.image, accounted(before, order, signal))
      }
    }
    if (signal.type === 'sealed' && !memory.storeFailed) {
      const accounts = images.get(signal.image)
      if (accounts !== undefined && (savedPages(accounts) !== signal.pages || accounts.saved !== signal.pages))
        tell(
          `${signal.image} has ${signal.pages} pages of ${accounts.saved} that were written, and ${accounts.workingSet} + ${accounts.hash} - ${accounts.skipped} - ${accounts.dropped} are ${savedPages(accounts)}`
        )
    }
    return memory
  }
})
