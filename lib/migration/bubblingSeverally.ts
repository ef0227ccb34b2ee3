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
  // The lowest and the highest page of each bubble that can grow: a stopped one is all sent, and stops others by that.
  const floors = new Int32Array(bubbles.length)
  const ceilings = new Int32Array(bubbles.length)
  bubbles.forEach(({ low, high }, b) => {
    ends[2 * b] = low >= 0 && isMissing(missing, low) ? low : -1
    ends[2 * b + 1] = high >= 0 && isMissing(missing, high) ? high : -1
    floors[b] = ends[2 * b] >= 0 ? low + 1 : high
    ceilings[b] = ends[2 * b + 1] >= 0 ? high - 1 : low
  })
  const [below, above] = neighbours(bubbles, ends)
  let [n, edge, stopped] = [0, turn, 0]
  while (n < want && stopped < edges) {
    const b = edge >>> 1
    const isUpper = (edge & 1) === 1
    const page = ends[edge]
    const meets = isUpper ? above[b] >= 0 && page >= floors[above[b]] : below[b] >= 0 && page <= ceilings[below[b]]
    if (page >= 0 && !meets && isMissing(missing, page)) {
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

/** For each bubble the nearest one below and above that can grow, or -1. Of two with one pivot the newer counts as the lower. */
const neighbours = (bubbles: readonly Bubble[], ends: Int32Array): readonly [below: Int32Array, above: Int32Array] => {
  const [below, above] = [new Int32Array(bubbles.length).fill(-1), new Int32Array(bubbles.length).fill(-1)]
  const growing = bubbles
    .map((_, b) => b)
    .filter((b) => ends[2 * b] >= 0 || ends[2 * b + 1] >= 0)
    .sort((a, b) => bubbles[a].pivot - bubbles[b].pivot || a - b)
  growing.forEach((b, i) => {
    if (i > 0) below[b] = growing[i - 1]
    if (i + 1 < growing.length) above[b] = growing[i + 1]
  })
  return [below, above]
}
