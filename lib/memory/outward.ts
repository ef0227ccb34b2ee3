import { chunksKey, type PageSet } from './chunks'

// Locals for what the kernels need at every page: an import is looked up at each use by some module loaders.
const key: typeof chunksKey = chunksKey
const wordMask = 1023
const chunkMask = 0x7fff

/**
 * Writes the first `want` members with `from <= page < below`, ascending, into `out`; how many there were. A plain word-wise walk.
 * Cost: 1 to 2 ns a page where pages are dense; a word per 32 absent pages, a chunk per 32,768. @internal
 */
export function upwardInto(set: PageSet, from: number, below: number, out: Int32Array, want: number): number {
  const chunks = set[key]
  const end = Math.min(below, set.size)
  let n = 0
  for (let base = from & -32; base < end && n < want; ) {
    const past = (base & ~chunkMask) + chunkMask + 1
    const source = chunks[base >>> 15]
    if (source.count === 0) {
      base = past
      continue
    }
    const { words } = source
    const stop = Math.min(past, end)
    for (; base < stop && n < want; base += 32) {
      let word = words[(base >>> 5) & wordMask]
      if (base < from) word &= -1 << from
      if (base + 32 > end) word &= ~(-1 << end)
      for (; word !== 0 && n < want; word &= word - 1) out[n++] = base + 31 - Math.clz32(word & -word)
    }
  }
  return n
}

/**
 * Writes the `want` members nearest to `pivot`, at `distance` or more from it, into `out` by growing distance, the lower page first where two are equally
 * far; `out` must have room for `want + 1`. How many there were, and the distance of the last one, from which the search goes on once these are gone.
 *
 * Works on 32 distances at a time: the word above the pivot, and the word below it with its bits reversed, so that bit i of both stands for one distance.
 * While both sides stay inside a chunk, a step reads one new word on each. Cost: one to two times that of `upwardInto`. @internal
 */
export function outwardInto(
  set: PageSet,
  pivot: number,
  distance: number,
  out: Int32Array,
  want: number
): readonly [count: number, distance: number] {
  const { size } = set
  const chunks = set[key]
  const furthest = Math.max(pivot, size - 1 - pivot)
  let n = 0
  for (let d = distance; d <= furthest; d += 32) {
    const below = pivot - d
    const above = pivot + d
    const absent = Math.min(below < 0 ? size : absentBelow(set, below), above >= size ? size : absentAbove(set, above))
    if (absent >= 32) {
      d += absent - 32
      continue
    }
    let lower = below < 0 ? 0 : wordEndingAt(set, below)
    let upper = above >= size ? 0 : d === 0 ? wordFrom(set, above) & -2 : wordFrom(set, above)
    // The words that the next step begins with, and how far both sides are shifted; `steps` more stay inside of both sides' chunks.
    const downWords = below < 32 ? zeros : chunks[(below - 32) >>> 15].words
    const upWords = above + 32 >= size ? zeros : chunks[(above + 32) >>> 15].words
    const shiftBelow = 31 - (below & 31)
    const shiftAbove = above & 31
    const carryBelow = 31 - shiftBelow
    const carryAbove = 31 - shiftAbove
    let down = below < 32 ? wordMask : ((below - 32) >>> 5) & wordMask
    let up = above + 32 >= size ? 0 : ((above + 32) >>> 5) & wordMask
    let wordBelow = downWords[down]
    let wordAbove = upWords[up]
    for (let steps = Math.min(down, upWords.length - 1 - up); ; steps--) {
      let either = lower | upper
      if (either !== 0) {
        if (lower !== 0) {
          lower = reversed(lower)
          either = lower | upper
        }
        for (; either !== 0; either &= either - 1) {
          const i = 31 - Math.clz32(either & -either)
          out[n] = pivot - d - i
          n += (lower >>> i) & 1
          out[n] = pivot + d + i
          n += (upper >>> i) & 1
          if (n >= want) return [want, d + i]
        }
      }
      if (steps === 0) break
      // A shift by 32 is a shift by 0, hence by 1 and by 31 less.
      const nextBelow = downWords[--down]
      lower = (wordBelow << shiftBelow) | ((nextBelow >>> 1) >>> carryBelow)
      wordBelow = nextBelow
      const nextAbove = upWords[++up]
      upper = (wordAbove >>> shiftAbove) | ((nextAbove << 1) << carryAbove)
      wordAbove = nextAbove
      d += 32
    }
  }
  return [n, furthest + 1]
}

const zeros: Int32Array = new Int32Array(wordMask + 1)

/** The 32 pages from `page` up: bit i stands for page + i. Pages beyond the universe are absent. */
function wordFrom(set: PageSet, page: number): number {
  const chunks = set[key]
  const w = page >>> 5
  const shift = page & 31
  const { words } = chunks[w >>> 10]
  const i = w & wordMask
  const low = words[i] >>> shift
  if (shift === 0) return low
  if (i < wordMask) return i + 1 < words.length ? low | (words[i + 1] << (32 - shift)) : low
  const c = (w >>> 10) + 1
  return c < chunks.length ? low | (chunks[c].words[0] << (32 - shift)) : low
}

/** The 32 pages up to `page`: bit 31 stands for `page`, bit 0 for page - 31. */
function wordEndingAt(set: PageSet, page: number): number {
  const chunks = set[key]
  const w = page >>> 5
  const shift = 31 - (page & 31)
  const { words } = chunks[w >>> 10]
  const i = w & wordMask
  const high = words[i] << shift
  if (shift === 0 || w === 0) return high
  return high | ((i > 0 ? words[i - 1] : chunks[(w >>> 10) - 1].words[wordMask]) >>> (32 - shift))
}

/** Number of pages from `page` down to the start of its chunk when that chunk has no member, else 0. */
function absentBelow(set: PageSet, page: number): number {
  return set[key][page >>> 15].count === 0 ? (page & chunkMask) + 1 : 0
}

/** Number of pages from `page` up to the end of its chunk when that chunk has no member, else 0. */
function absentAbove(set: PageSet, page: number): number {
  return set[key][page >>> 15].count === 0 ? chunkMask + 1 - (page & chunkMask) : 0
}

/** A word with its 32 bits in reverse order (Warren, Hacker's Delight §7-1). */
function reversed(word: number): number {
  let x = word
  x = ((x & 0x55555555) << 1) | ((x >>> 1) & 0x55555555)
  x = ((x & 0x33333333) << 2) | ((x >>> 2) & 0x33333333)
  x = ((x & 0x0f0f0f0f) << 4) | ((x >>> 4) & 0x0f0f0f0f)
  return (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)
}
