import { has, type PageSet } from '../memory/pageSet'

/** A pivot and the next page of either edge; -1 is an edge that has stopped. A single pivot's `pivot - low` is the distance reached. @internal */
export type Bubble = { readonly pivot: number; readonly low: number; readonly high: number }

// A local for what is asked at every page: an import is looked up at each use by some module loaders.
const isMissing = has

/**
 * Grows several bubbles, whose edges take turns from `turn` on (edge 2b is the lower one of bubble b), one page each, until `want` pages are in `out` or every
 * edge has stopped: at a page that is not missing, at the end of the memory, or at another bubble.
 *
 * Bubbles lie apart, so an edge can only meet the nearest bubble on its side; how far that has come is kept in `floors` and `ceilings`. Cost: some 10 ns a page. @internal
 */
export const severally = (
  bubbles: readonly Bubble[],
  turn: number,
  missing: PageSet,
  out: Int32Array,
  want: number
): readonly [count: number, bubbles: readonly Bubble[], turn: number] => {
  const edges = 2 * bubbles.length
  const ends = new Int32Array(edges)
  // The lowest and the highest page that each bubble has come to here: what it had before is sent, and stops others by that.
  const floors = Int32Array.from(bubbles, ({ pivot }) => pivot)
  const ceilings = floors.slice()
  bubbles.forEach(({ low, high }, b) => {
    ends[2 * b] = isMissing(missing, low) ? low : -1
    ends[2 * b + 1] = isMissing(missing, high) ? high : -1
  })
  const [below, above] = neighbours(bubbles)
  let [n, edge, stopped] = [0, turn, 0]
  while (n < want && stopped < edges) {
    const b = edge >>> 1
    const isUpper = (edge & 1) === 1
    const page = ends[edge]
    const meets = isUpper ? above[b] >= 0 && page >= floors[above[b]] : below[b] >= 0 && page <= ceilings[below[b]]
    if (!meets && isMissing(missing, page)) {
      out[n++] = page
      ends[edge] = isUpper ? page + 1 : page - 1
      if (isUpper) ceilings[b] = page
      else floors[b] = page
      stopped = 0
    } else {
      ends[edge] = -1
      stopped++
    }
    edge = edge + 1 === edges ? 0 : edge + 1
  }
  return [n, bubbles.map(({ pivot }, b) => ({ pivot, low: ends[2 * b], high: ends[2 * b + 1] })), edge]
}

/** For each bubble the nearest one below and above, or -1. Of two with one pivot the newer counts as the lower. */
const neighbours = (bubbles: readonly Bubble[]): readonly [below: Int32Array, above: Int32Array] => {
  const [below, above] = [new Int32Array(bubbles.length).fill(-1), new Int32Array(bubbles.length).fill(-1)]
  const ascending = bubbles.map((_, b) => b).sort((a, b) => bubbles[a].pivot - bubbles[b].pivot)
  ascending.forEach((b, i) => {
    if (i > 0) below[b] = ascending[i - 1]
    if (i + 1 < ascending.length) above[b] = ascending[i + 1]
  })
  return [below, above]
}
