import { chunkWords } from './chunk'
import { chunksKey, fromBitmap, type PageSet } from './chunks'
import { checkedSize, type PageNumber } from './pageNumber'
import { bitsIn, bitsInWords, wordsFor } from './words'

/**
 * A mutable flat bitmap over `size` pages with its population kept: the kernel of worlds, never part of a signal or a command.
 *
 * `words` changes identity in `snapshotAndClear`: who keeps it in a local reads it anew after each sync. Page numbers given to the functions
 * below are not checked, because they run once per page write: a number outside of the universe is the caller's bug.
 */
export interface Bitmap {
  readonly size: number
  readonly words: Int32Array
  count: number
}

/** A bitmap over `size` pages without a mark. Throws `RangeError` when size is not an integer from 0 to 2^30. */
export function bitmap(size: number): Bitmap {
  return { size: checkedSize('bitmap', size), words: new Int32Array(wordsFor(size)), count: 0 }
}

/** The same marks, to go on by themselves. Cost: a copy of the words. */
export function copy(b: Bitmap): Bitmap {
  return { size: b.size, words: b.words.slice(), count: b.count }
}

/** Marks a page; true when it was not marked. */
export function mark(b: Bitmap, page: PageNumber): boolean {
  const { words } = b
  const old = words[page >>> 5]
  if ((old & (1 << page)) !== 0) return false
  words[page >>> 5] = old | (1 << page)
  b.count++
  return true
}

/** Takes the mark of a page away; true when it was marked. */
export function clear(b: Bitmap, page: PageNumber): boolean {
  const { words } = b
  const old = words[page >>> 5]
  if ((old & (1 << page)) === 0) return false
  words[page >>> 5] = old & ~(1 << page)
  b.count--
  return true
}

/** True when a page is marked. */
export function test(b: Bitmap, page: PageNumber): boolean {
  return (b.words[page >>> 5] & (1 << page)) !== 0
}

/** First marked page with `from <= page < below`, or -1; `below` is the size unless given. */
export function nextMarked(b: Bitmap, from: PageNumber, below: number = b.size): PageNumber {
  const { words } = b
  if (from >= below) return -1
  const last = (below - 1) >>> 5
  let w = from >>> 5
  let word = words[w] & (-1 << from)
  while (word === 0) {
    if (++w > last) return -1
    word = words[w]
  }
  const page = (w << 5) + 31 - Math.clz32(word & -word)
  return page < below ? page : -1
}

/** Last marked page with `downTo <= page <= from`, or -1. */
export function previousMarked(b: Bitmap, from: PageNumber, downTo = 0): PageNumber {
  const { words } = b
  if (from < downTo) return -1
  const first = downTo >>> 5
  let w = from >>> 5
  let word = words[w] & (-1 >>> (31 - (from & 31)))
  while (word === 0) {
    if (--w < first) return -1
    word = words[w]
  }
  const page = (w << 5) + 31 - Math.clz32(word)
  return page >= downTo ? page : -1
}

/** Takes every mark away. */
export function clearAll(b: Bitmap): void {
  b.words.fill(0)
  b.count = 0
}

/** Marks every page of a set; the number of pages that were not marked. Throws `RangeError` on different sizes. */
export function markAll(b: Bitmap, pages: PageSet): number {
  checkSize('markAll', b, pages)
  return change(b, pages, (words, at, source, n) => {
    let changed = 0
    for (let i = 0; i < n; i++) {
      const [old, more] = [words[at + i], source[i]]
      words[at + i] = old | more
      changed += bitsIn(more & ~old)
    }
    return changed
  })
}

/** Takes the marks of a set away; the number of pages that were marked. Throws `RangeError` on different sizes. */
export function clearSet(b: Bitmap, pages: PageSet): number {
  checkSize('clearSet', b, pages)
  const before = b.count
  change(b, pages, (words, at, source, n) => {
    let changed = 0
    for (let i = 0; i < n; i++) {
      const [old, less] = [words[at + i], source[i]]
      words[at + i] = old & ~less
      changed -= bitsIn(old & less)
    }
    return changed
  })
  return before - b.count
}

/** target := target or source, word by word, with the count kept. Throws `RangeError` on different lengths. Cost: about 2 ns a word. */
export function orInto(target: Bitmap, source: Int32Array): void {
  checkLength('orInto', target, source)
  const { words } = target
  for (let i = 0; i < words.length; i++) words[i] |= source[i]
  target.count = popcount(words)
}

/** target := target and not source, word by word, with the count kept. Throws `RangeError` on different lengths. */
export function andNotInto(target: Bitmap, source: Int32Array): void {
  checkLength('andNotInto', target, source)
  const { words } = target
  for (let i = 0; i < words.length; i++) words[i] &= ~source[i]
  target.count = popcount(words)
}

/** target := target and source, word by word, with the count kept. Throws `RangeError` on different lengths. */
export function andInto(target: Bitmap, source: Int32Array): void {
  checkLength('andInto', target, source)
  const { words } = target
  for (let i = 0; i < words.length; i++) words[i] &= source[i]
  target.count = popcount(words)
}

/** Number of bits set in all words. */
export function popcount(words: Int32Array): number {
  return bitsInWords(words, 0, words.length)
}

/**
 * Marks the pages written by the first `n` of these accesses (`page << 1 | isWrite`); the number of pages newly marked.
 *
 * Reads pass through the same instructions with an empty bit, so mixed batches cost the same as writes. The hot loop of every world: about 2 ns
 * per access on the 1.1 MB bitmap of a 36 GiB guest, where a C program needs 1.1.
 */
export function markWrites(b: Bitmap, accesses: Int32Array, n: number): number {
  const { words } = b
  let newly = 0
  for (let i = 0; i < n; i++) {
    const access = accesses[i]
    const page = access >> 1
    const old = words[page >> 5]
    const now = old | ((access & 1) << page)
    words[page >> 5] = now
    newly = (newly + ((old ^ now) >>> page)) | 0
  }
  b.count += newly
  return newly
}

/**
 * Publishes the marks as a page set and leaves no mark: a dirty log's read-and-clear.
 *
 * The words themselves become the set's and the bitmap gets fresh ones.
 */
export function snapshotAndClear(b: Bitmap): PageSet {
  const set = fromBitmap(b.size, b.words)
  ;(b as { words: Int32Array }).words = new Int32Array(b.words.length)
  b.count = 0
  return set
}

/** Publishes the marks as a page set and keeps them. Cost: a copy of the words. */
export function snapshot(b: Bitmap): PageSet {
  return fromBitmap(b.size, b.words.slice())
}

function change(b: Bitmap, pages: PageSet, of: (words: Int32Array, at: number, source: Int32Array, n: number) => number): number {
  let changed = 0
  pages[chunksKey].forEach((source, c) => {
    if (source.count === 0) return
    changed += of(b.words, c * chunkWords, source.words, Math.min(chunkWords, b.words.length - c * chunkWords))
  })
  b.count += changed
  return changed
}

function checkSize(caller: string, b: Bitmap, pages: PageSet): void {
  if (b.size !== pages.size) throw new RangeError(`${caller}: the set must have the bitmap's size ${b.size} (got ${pages.size})`)
}

function checkLength(caller: string, target: Bitmap, source: Int32Array): void {
  if (target.words.length !== source.length)
    throw new RangeError(`${caller}: source must have length ${target.words.length} (got ${source.length})`)
}
