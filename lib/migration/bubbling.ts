import { outwardInto, upwardInto } from '../memory/outward'
import { ownSequence } from '../memory/pageSequence'
import { has, type PageSet } from '../memory/pageSet'
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
 * Throws `RangeError` unless pivots is an integer above 0. Cost: one dual pivot about that of a word-wise walk, in bulk; several about 20 ns a page.
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
      const [n, next] = (pivots > 1 ? severally : edges === 'dual' ? outward : onward)(state, missing, out, want)
      const [taken, after] = n > 0 || want === 0 ? [n, next] : upward(next, missing, out, want)
      return [ownSequence(out.slice(0, taken)), after]
    }
  }
}

/** A pivot and the next page of either edge; -1 is an edge that has stopped. A single pivot's `pivot - low` is the distance reached. */
export type Bubble = { readonly pivot: number; readonly low: number; readonly high: number }

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

/** Several pivots: edges take turns until the window is full or every edge has stopped. */
const severally: Take = (state, missing, out, want) => {
  const lows = state.bubbles.map(({ low }) => low)
  const highs = state.bubbles.map(({ high }) => high)
  const [firstLows, firstHighs] = [lows.slice(), highs.slice()]
  const edges = 2 * lows.length
  const isTaken = (page: number): boolean => {
    for (let b = 0; b < lows.length; b++) {
      if (page >= firstHighs[b] && page < reached[b]) return true
      if (page <= firstLows[b] && page > sunk[b]) return true
    }
    return false
  }
  // How far each edge came in this window; kept apart from `lows` and `highs`, where a stopped edge is -1.
  const [sunk, reached] = [lows.slice(), highs.slice()]
  let [n, turn, stopped] = [0, state.turn, 0]
  while (n < want && stopped < edges) {
    const b = turn >>> 1
    const [ends, far, step] = (turn & 1) === 0 ? ([lows, sunk, -1] as const) : ([highs, reached, 1] as const)
    turn = turn + 1 === edges ? 0 : turn + 1
    const page = ends[b]
    if (page >= 0 && has(missing, page) && !isTaken(page)) {
      out[n++] = page
      far[b] = page + step
      ends[b] = page + step
      stopped = 0
    } else {
      ends[b] = -1
      stopped++
    }
  }
  return [n, { ...state, turn, bubbles: state.bubbles.map(({ pivot }, b) => ({ pivot, low: lows[b], high: highs[b] })) }]
}
