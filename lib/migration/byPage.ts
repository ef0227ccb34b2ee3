import { sequence } from '../memory/pageSequence'
import { has, type PageSet, remove } from '../memory/pageSet'
import { checkedWindow, type Prepaging } from './prepaging'

/**
 * An order of one's own from a function that names the next page: given what is missing and the page faulted last, if any.
 *
 *     byPage('backwards', (missing) => previous(missing, missing.size - 1))
 *
 * Taking throws `RangeError` when the function names a page that is not missing. Cost: the function's, and about 1 us a page.
 */
export const byPage = (
  name: string,
  order: (missing: PageSet, lastFault: number | undefined) => number
): Prepaging<{ readonly lastFault: number | undefined }> => ({
  name,
  start: () => ({ lastFault: undefined }),
  faulted: (_, page) => ({ lastFault: page }),
  take: (state, missing, atMost) => {
    const pages: number[] = []
    let left = missing
    for (let n = Math.min(checkedWindow(name, atMost), missing.count); n > 0; n--) {
      const page = order(left, state.lastFault)
      if (!has(left, page)) throw new RangeError(`byPage: ${name} must name a missing page (got ${page})`)
      pages.push(page)
      left = remove(left, page)
    }
    return [sequence(pages), state]
  }
})
