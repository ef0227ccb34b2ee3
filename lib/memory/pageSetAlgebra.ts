import type { BooleanAlgebra } from 'fp-ts/lib/BooleanAlgebra'
import type { Eq } from 'fp-ts/lib/Eq'
import { type Chunk, chunk, chunkPages, fullChunk, oneChunk, zeroChunk } from './chunk'
import { chunksFor, chunksKey, fromChunks, type PageSet, tabulate, wordsOfChunk } from './chunks'
import { checkedSize } from './pageNumber'
import { bitsInWords, tailMask } from './words'

/** The set without a page, over a universe of `size` pages. */
export function empty(size: number): PageSet {
  return fromChunks(checkedSize('empty', size), new Array<Chunk>(chunksFor(size)).fill(zeroChunk), 0)
}

/** The set of every page of a universe of `size` pages. Cost: one reference per 32,768 pages. */
export function full(size: number): PageSet {
  const chunks = new Array<Chunk>(chunksFor(checkedSize('full', size))).fill(oneChunk)
  if (size % chunkPages !== 0) chunks[chunks.length - 1] = fullChunk(size % chunkPages)
  return fromChunks(size, chunks, size)
}

/** Pages in `a` or in `b`. Throws `RangeError` on different sizes, as every operation of two sets does. Cost: chunks that differ only. */
export function union(a: PageSet, b: PageSet): PageSet {
  return combine('union', a, b, unionOfChunks)
}

/** Pages in `a` and in `b`. */
export function intersection(a: PageSet, b: PageSet): PageSet {
  return combine('intersection', a, b, intersectionOfChunks)
}

/** Pages in `a` and not in `b`: `difference(a, b) = intersection(a, complement(b))`. */
export function difference(a: PageSet, b: PageSet): PageSet {
  return combine('difference', a, b, differenceOfChunks)
}

/** Pages in exactly one of the two: `difference(union(a, b), intersection(a, b))`. */
export function symmetricDifference(a: PageSet, b: PageSet): PageSet {
  return combine('symmetricDifference', a, b, symmetricDifferenceOfChunks)
}

/** Pages of the universe that are not in `a`. */
export function complement(a: PageSet): PageSet {
  const { size } = a
  const chunks = a[chunksKey]
  return tabulate(size, (c) => {
    if (chunks[c].count === 0) return fullChunk(Math.min(chunkPages, size - c * chunkPages))
    const words = chunks[c].words
    const n = wordsOfChunk(size, c)
    const out = new Int32Array(n)
    for (let i = 0; i < n; i++) out[i] = ~words[i]
    if (c === chunks.length - 1) out[n - 1] &= tailMask(size)
    return chunk(out, bitsInWords(out, 0, n))
  })
}

/** True when both have the same size and the same members. */
export function equals(a: PageSet, b: PageSet): boolean {
  if (a === b) return true
  if (a.size !== b.size || a.count !== b.count) return false
  for (let c = 0; c < chunksFor(a.size); c++) {
    const x = a[chunksKey][c]
    const y = b[chunksKey][c]
    if (x !== y && (x.count !== y.count || !sameWords(x.words, y.words, wordsOfChunk(a.size, c)))) return false
  }
  return true
}

/** Sameness of page sets as fp-ts knows it. */
export const eq: Eq<PageSet> = { equals }

/** The Boolean algebra of the page sets over `size` pages: join is union, meet is intersection, `implies(a, b) = join(not(a), b)`. */
export function booleanAlgebra(size: number): BooleanAlgebra<PageSet> {
  return {
    zero: empty(size),
    one: full(size),
    join: union,
    meet: intersection,
    not: complement,
    implies: (a, b) => union(complement(a), b)
  }
}

/** Combines chunk by chunk; gives `a` or `b` itself back when the outcome has the same chunks. */
function combine(caller: string, a: PageSet, b: PageSet, of: (x: Chunk, y: Chunk, n: number) => Chunk): PageSet {
  if (a.size !== b.size) throw new RangeError(`${caller}: both sets must have one size (got ${a.size} and ${b.size})`)
  const xs = a[chunksKey]
  const ys = b[chunksKey]
  if (xs.length === 1) {
    const made = of(xs[0], ys[0], wordsOfChunk(a.size, 0))
    return made === xs[0] ? a : made === ys[0] ? b : fromChunks(a.size, [made], made.count)
  }
  const chunks: Chunk[] = []
  let count = 0
  let isA = true
  let isB = true
  for (let c = 0; c < xs.length; c++) {
    const made = of(xs[c], ys[c], wordsOfChunk(a.size, c))
    chunks.push(made)
    count += made.count
    isA = isA && made === xs[c]
    isB = isB && made === ys[c]
  }
  return isA ? a : isB ? b : fromChunks(a.size, chunks, count)
}

// A result as populous as an operand it contains, or is contained in, is that operand: it is shared, and the words made here are dropped.

function unionOfChunks(x: Chunk, y: Chunk, n: number): Chunk {
  if (x === y || y === zeroChunk || x === oneChunk) return x
  if (x === zeroChunk || y === oneChunk) return y
  const xs = x.words
  const ys = y.words
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) out[i] = xs[i] | ys[i]
  const count = bitsInWords(out, 0, n)
  return count === x.count ? x : count === y.count ? y : chunk(out, count)
}

function intersectionOfChunks(x: Chunk, y: Chunk, n: number): Chunk {
  if (x === y || x === zeroChunk || y === oneChunk) return x
  if (y === zeroChunk || x === oneChunk) return y
  const xs = x.words
  const ys = y.words
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) out[i] = xs[i] & ys[i]
  const count = bitsInWords(out, 0, n)
  return count === x.count ? x : count === y.count ? y : chunk(out, count)
}

function differenceOfChunks(x: Chunk, y: Chunk, n: number): Chunk {
  if (x === zeroChunk || y === zeroChunk) return x
  if (x === y || y === oneChunk) return zeroChunk
  const xs = x.words
  const ys = y.words
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) out[i] = xs[i] & ~ys[i]
  const count = bitsInWords(out, 0, n)
  return count === x.count ? x : chunk(out, count)
}

function symmetricDifferenceOfChunks(x: Chunk, y: Chunk, n: number): Chunk {
  if (y === zeroChunk) return x
  if (x === zeroChunk) return y
  if (x === y) return zeroChunk
  const xs = x.words
  const ys = y.words
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) out[i] = xs[i] ^ ys[i]
  return chunk(out, bitsInWords(out, 0, n))
}

function sameWords(xs: Int32Array, ys: Int32Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (xs[i] !== ys[i]) return false
  return true
}
