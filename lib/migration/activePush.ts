import { upwardInto } from '../memory/outward'
import { ownSequence } from '../memory/pageSequence'
import { checkedWindow, type Prepaging } from './prepaging'

/**
 * Pushes missing pages by ascending address, whatever the guest faults on: the active push of Hines & Gopalan, VEE 2009, §3.2, before they add prepaging.
 *
 * The state is the page from which the search goes on. Cost: a word-wise walk, 1 to 2 ns a page where pages are dense.
 */
export const activePush: Prepaging<{ readonly from: number }> = {
  name: 'activePush',
  start: () => ({ from: 0 }),
  faulted: (state) => state,
  take: ({ from }, missing, atMost) => {
    const want = Math.min(checkedWindow('activePush', atMost), missing.count)
    const out = new Int32Array(want)
    const ahead = upwardInto(missing, from, missing.size, out, want)
    // Pages come back behind the cursor when a caller cancels what it had taken.
    const n = ahead === 0 ? upwardInto(missing, 0, from, out, want) : ahead
    return [ownSequence(out.subarray(0, n)), { from: n === 0 ? from : out[n - 1] + 1 }]
  }
}
