import { outwardInto, upwardInto } from '../memory/outward'
import { ownSequence } from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import { type Bubble, severally } from './bubblingSeverally'
import { checkedWindow, type Prepaging } from './prepaging'

/** How many of the latest faults are pivots, and whether a bubble grows both ways from its pivot or only towards higher pages. */
export type BubblingOptions = { readonly pivots?: number; readonly edges?: 'dual' | 'forward' }

/**
 * Pushes missing pages around the pivots, the pages faulted most recently, outward (Hines & Gopalan, VEE 2009, Fig. 2; Hines, Deshpande & Gopalan, OSR
 * 43(3), 2009, §3.2).
 *
 *     one pivot, dual       ... 5 3 1 P 2 4 6 ...     by growing distance, the lower page first; pages already sent are stepped over
 *     one pivot, forward        P 1 2 3 ...           stepped over likewise; then from the lowest missing page
 *     k pivots              ... 3 1 P 2 4 ... 3 1 P 2 4 ...   edges take turns, one page each; an edge that meets a sent page stops
 *
 * Before the first fault, and whenever no edge can grow, pages come by ascending address: the sticky initial pivot without which a push with edges
 * that stop can stall (OSR §3.2). A fault makes a pivot; beyond `pivots` of them the oldest goes, those that cannot grow first. Default: 1 pivot, dual; the authors found
 * about 7 best when several processes fault.
 *
 * Unlike both published listings this loses no page: nothing taken is ever thrown away, and the search ends when both ends are passed, not one step before.
 * Throws `RangeError` unless pivots is an integer above 0. Cost: one dual pivot about that of a word-wise walk, in bulk; several some 10 ns a page.
 */
export const bubbling = (options: BubblingOptions = {}): Prepaging<BubblingState> => {
  const { pivots = 1, edges = 'dual' } = options
  if (!Number.isInteger(pivots) || pivots < 1) throw new RangeError(`bubbling: pivots must be an integer above 0 (got ${pivots})`)
  const name = `bubbling(${pivots}, ${edges})`
  return {
    name,
    start: () => ({ bubbles: [], turn: 0, from: 0 }),
    faulted: ({ bubbles, from }, page) => {
      const bubble =
        pivots === 1 ? { pivot: page, low: page, high: page } : { pivot: page, low: edges === 'dual' ? page - 1 : -1, high: page + 1 }
      return { bubbles: [bubble, ...bubbles.filter(canGrow)].slice(0, pivots), turn: 0, from }
    },
    take: (state, missing, atMost) => {
      const want = Math.min(checkedWindow(name, atMost), missing.count)
      const out = new Int32Array(want + 1)
      const [n, next] = (pivots > 1 ? turns : edges === 'dual' ? outward : onward)(state, missing, out, want)
      const [taken, after] = n > 0 ? [n, next] : upward(next, missing, out, want)
      return [ownSequence(out.subarray(0, taken)), after]
    }
  }
}

/** Bubbles, the newest first; whose edge is next (two numbers to a bubble); and where the sticky initial pivot has come to. */
export type BubblingState = { readonly bubbles: readonly Bubble[]; readonly turn: number; readonly from: number }

type Taken = readonly [count: number, state: BubblingState]

type Take = (state: BubblingState, missing: PageSet, out: Int32Array, want: number) => Taken

const canGrow = ({ low, high }: Bubble): boolean => low >= 0 || high >= 0

/** The sticky initial pivot: ascending from where it has come to, and from the start for pages that came back behind it. */
const upward: Take = (state, missing, out, want) => {
  const ahead = upwardInto(missing, state.from, missing.size, out, want)
  const n = ahead > 0 ? ahead : upwardInto(missing, 0, state.from, out, want)
  return [n, { ...state, from: n > 0 ? out[n - 1] + 1 : state.from }]
}

/** One pivot, by growing distance. */
const outward: Take = (state, missing, out, want) => {
  if (state.bubbles.length === 0) return [0, state]
  const [{ pivot, high }] = state.bubbles
  const [n, distance] = outwardInto(missing, pivot, high - pivot, out, want)
  return [n, { ...state, bubbles: [{ pivot, low: pivot - distance, high: pivot + distance }] }]
}

/** One pivot, upwards only. */
const onward: Take = (state, missing, out, want) => {
  if (state.bubbles.length === 0) return [0, state]
  const [{ pivot, high }] = state.bubbles
  const n = upwardInto(missing, high, missing.size, out, want)
  return [n, { ...state, bubbles: [{ pivot, low: -1, high: n > 0 ? out[n - 1] + 1 : missing.size }] }]
}

/** Several pivots, whose edges take turns. */
const turns: Take = (state, missing, out, want) => {
  const [n, bubbles, turn] = severally(state.bubbles, state.turn, missing, out, want)
  return [n, { ...state, bubbles, turn }]
}
