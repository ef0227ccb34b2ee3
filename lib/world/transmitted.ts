import { orderOf, ownSequence } from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Pages } from '../protocol/command'

/** The pages of a send that were transmitted: all that were ordered, but for what was left out and what was cut off. @internal */
export const transmitted = (ordered: Pages, skipped: PageSet, unsent: PageSet): Pages => {
  if (skipped.count === 0 && unsent.count === 0) return ordered
  if (ordered.type === 'PageSet') return pageSet.difference(pageSet.difference(ordered, skipped), unsent)
  return ownSequence(orderOf(ordered).filter((page) => !pageSet.has(skipped, page) && !pageSet.has(unsent, page)))
}
