import { upwardInto } from '../memory/outward'
import { ownSequence } from '../memory/pageSequence'
import { checkedWindow, type Prepaging } from './prepaging'

/**
 * Pushes missing pages by ascending address from the page that was asked for last on, and around: QEMU's post-copy, whose background scan goes on behind a requested page
 * (`get_queued_page`, migration/ram.c, 7.2 and 10.2).
 *
 *     missing   . . x x x x x x x x x .        asked for: the sixth
 *     order         5 6 7 f 1 2 3 4
 *
 * The state is the page from which the search goes on. Cost: a word-wise walk, 1 to 2 ns a page where pages are dense.
 */
export const onwards: Prepaging<{ readonly from: number }> = {
  name: 'onwards',
  start: () => ({ from: 0 }),
  faulted: (_, page) => ({ from: page + 1 }),
  take: ({ from }, missing, atMost) => {
    const want = Math.min(checkedWindow('onwards', atMost), missing.count)
    const out = new Int32Array(want)
    const ahead = from < missing.size ? upwardInto(missing, from, missing.size, out, want) : 0
    const n = ahead === 0 ? upwardInto(missing, 0, Math.min(from, missing.size), out, want) : ahead
    return [ownSequence(out.subarray(0, n)), { from: n === 0 ? from : out[n - 1] + 1 }]
  }
}
