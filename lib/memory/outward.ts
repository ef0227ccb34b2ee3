import { chunksKey, chunkWords, type PageSet, zeroChunk } from './chunks'
import { lowestBit } from './words'

/**
 * Writes the first `want` members with `from <= page < below`, ascending, into `out`; how many there were. A plain word-wise walk.
 * Cost: 1 to 2 ns a page where pages are dense; a word per 32 absent pages, a chunk per 32,768. @internal
 */
export function upwardInto(set: PageSet, from: number, below: number, out: Int32Array, want: number): number {
  const chunks = set[chunksKey]
  const end = Math.min(below, set.size)
  let n = 0
  for (let base = from & -32; base < end && n < want; ) {
    const source = chunks[base >>> 15]
    if (source === zeroChunk) {
      base = (base & -0x8000) + 0x8000
      continue
    }
    const { words } = source
    const stop = Math.min((base & -0x8000) + 0x8000, end)
    for (; base < stop && n < want; base += 32) {
      let word = words[(base >>> 5) & (chunkWords - 1)]
      if (base < from) word &= -1 << from
      if (base + 32 > end) word &= ~(-1 << end)
      for (; word !== 0 && n < want; word &= word - 1) out[n++] = base + lowestBit(word)
    }
  }
  return n
}

/**
 * Writes the `want` members nearest to `pivot`, at `distance` or more from it, into `out` by growing distance, the lower page first where two are equally
 * far; `out` must have room for `want + 1`. How many there were, and the distance of the last one, from which the search goes on once these are gone.
 *
 * Works on 32 distances at a time: the word above the pivot, and the word below it with its bits reversed, so that bit i of both stands for one distance.
 * Cost: about that of `upwardInto` where pages are dense. @internal
 */
export function outwardInto(
  set: PageSet,
  pivot: number,
  distance: number,
  out: Int32Array,
  want: number
): readonly [count: number, distance: number] {
  const { size } = set
  const chunks = set[chunksKey]
  const furthest = Math.max(pivot, size - 1 - pivot)
  let n = 0
  let d = distance
  while (d <= furthest) {
    const [below, above] = [pivot - d, pivot + d]
    const lower = reversed(wordEndingAt(set, below))
    const upper = wordFrom(set, above) & (d === 0 ? -2 : -1)
    let either = lower | upper
    if (either === 0) {
      d += Math.max(32, Math.min(below < 0 ? size : emptyBelow(chunks, below), above >= size ? size : emptyAbove(chunks, above)))
      continue
    }
    for (; either !== 0; either &= either - 1) {
      const i = lowestBit(either)
      out[n] = below - i
      n += (lower >>> i) & 1
      out[n] = above + i
      n += (upper >>> i) & 1
      if (n >= want) return [want, d + i]
    }
    d += 32
  }
  return [n, furthest + 1]
}

/** The 32 pages from `page` up: bit i stands for page + i. Pages beyond the universe are absent. */
function wordFrom(set: PageSet, page: number): number {
  const w = page >>> 5
  const shift = page & 31
  const low = wordAt(set, w) >>> shift
  return shift === 0 ? low : low | (wordAt(set, w + 1) << (32 - shift))
}

/** The 32 pages up to `page`: bit 31 stands for `page`, bit 0 for page - 31. */
function wordEndingAt(set: PageSet, page: number): number {
  if (page < 0) return 0
  const w = page >>> 5
  const shift = 31 - (page & 31)
  const high = wordAt(set, w) << shift
  return shift === 0 || w === 0 ? high : high | (wordAt(set, w - 1) >>> (32 - shift))
}

function wordAt(set: PageSet, w: number): number {
  const chunks = set[chunksKey]
  const c = w >>> 10
  if (c >= chunks.length) return 0
  const { words } = chunks[c]
  const i = w & (chunkWords - 1)
  return i < words.length ? words[i] : 0
}

/** Number of pages from `page` down to the start of its chunk when that chunk has no member, else 0. */
function emptyBelow(chunks: PageSet[typeof chunksKey], page: number): number {
  return chunks[page >>> 15] === zeroChunk ? (page & 0x7fff) + 1 : 0
}

/** Number of pages from `page` up to the end of its chunk when that chunk has no member, else 0. */
function emptyAbove(chunks: PageSet[typeof chunksKey], page: number): number {
  return chunks[page >>> 15] === zeroChunk ? 0x8000 - (page & 0x7fff) : 0
}

/** A word with its 32 bits in reverse order (Warren, Hacker's Delight §7-1). */
function reversed(word: number): number {
  let x = word
  x = ((x & 0x55555555) << 1) | ((x >>> 1) & 0x55555555)
  x = ((x & 0x33333333) << 2) | ((x >>> 2) & 0x33333333)
  x = ((x & 0x0f0f0f0f) << 4) | ((x >>> 4) & 0x0f0f0f0f)
  return (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)
}
