import { type Chunk, chunk, chunksKey, chunkWords, fromChunks, type PageSet, wordsOfChunk } from './chunks'
import { checkedPage, checkedSize, type PageNumber } from './pageNumber'
import { orderKey, type PageSequence } from './pageSequence'
import { empty } from './pageSetAlgebra'
import { wordsFor } from './words'

export { fromBitmap, type PageSet } from './chunks'
export type { PageNumber } from './pageNumber'
export {
  booleanAlgebra,
  complement,
  difference,
  empty,
  eq,
  equals,
  full,
  intersection,
  symmetricDifference,
  union
} from './pageSetAlgebra'
export { fromRuns, range, runs, show, toRuns } from './pageSetRuns'
export { forEach, next, nextAbsent, pages, previous, take, toArray } from './pageSetWalk'

/** True for a page set, false for anything else. */
export function isPageSet(x: unknown): x is PageSet {
  return typeof x === 'object' && x !== null && chunksKey in x
}

/** The set of these pages, in any order, repeated or not. Throws `RangeError` when one is outside of the universe. */
export function fromPages(size: number, members: PageSequence | Iterable<PageNumber>): PageSet {
  return changeAll('fromPages', empty(checkedSize('fromPages', size)), members, true)
}

/** True when `page` is a member; false for a number outside of the universe. Cost: O(1). */
export function has(set: PageSet, page: PageNumber): boolean {
  return page >= 0 && page < set.size && (set[chunksKey][page >>> 15].words[(page >>> 5) & (chunkWords - 1)] & (1 << page)) !== 0
}

/** True when no page is a member. */
export function isEmpty(set: PageSet): boolean {
  return set.count === 0
}

/** The set with `page`; the same value when it is a member already. Throws `RangeError` outside of the universe. Cost: one chunk, about 1 us. */
export function add(set: PageSet, page: PageNumber): PageSet {
  return has(set, checkedPage('add', set.size, page)) ? set : flipped(set, page, 1)
}

/** The set without `page`; the same value when it is no member. Throws `RangeError` outside of the universe. Cost: one chunk, about 1 us. */
export function remove(set: PageSet, page: PageNumber): PageSet {
  return has(set, checkedPage('remove', set.size, page)) ? flipped(set, page, -1) : set
}

/** `removeAll(a, s) = difference(a, fromPages(a.size, s))`; the same value when none is a member. Cost: the chunks touched, and 2 ns a page. */
export function removeAll(set: PageSet, members: PageSequence | Iterable<PageNumber>): PageSet {
  return changeAll('removeAll', set, members, false)
}

/** Writes the set into a flat bitmap of ceil(size / 32) words, over what was there. Throws `RangeError` when it is too short. */
export function copyInto(set: PageSet, words: Int32Array): void {
  if (words.length < wordsFor(set.size))
    throw new RangeError(`copyInto: words must have length ${wordsFor(set.size)} at least (got ${words.length})`)
  set[chunksKey].forEach((source, c) => {
    const from = c * chunkWords
    if (source.count === 0) words.fill(0, from, from + wordsOfChunk(set.size, c))
    else words.set(source.words, from)
  })
}

/** The set with the bit of one page turned over, `by` being the change of its population. */
function flipped(set: PageSet, page: PageNumber, by: 1 | -1): PageSet {
  const c = page >>> 15
  const chunks = set[chunksKey].slice()
  const words = copied(set, c)
  words[(page >>> 5) & (chunkWords - 1)] ^= 1 << page
  chunks[c] = chunk(words, chunks[c].count + by)
  return fromChunks(set.size, chunks, set.count + by)
}

/** A copy of the words of chunk `c`, as long as that chunk needs. */
function copied(set: PageSet, c: number): Int32Array {
  return set[chunksKey][c].words.slice(0, wordsOfChunk(set.size, c))
}

/** Puts all these pages in, or takes them out, copying each chunk once, when its first page changes. */
function changeAll(caller: string, set: PageSet, members: PageSequence | Iterable<PageNumber>, present: boolean): PageSet {
  const order: Iterable<number> = orderKey in members ? members[orderKey] : members
  const changing: (Changing | undefined)[] = new Array(set[chunksKey].length).fill(undefined)
  let changed = 0
  for (const page of order) {
    checkedPage(caller, set.size, page)
    const c = page >>> 15
    const w = (page >>> 5) & (chunkWords - 1)
    const words = changing[c]?.words ?? set[chunksKey][c].words
    if (((words[w] >>> page) & 1) === (present ? 1 : 0)) continue
    const own = (changing[c] ??= { words: copied(set, c), count: set[chunksKey][c].count })
    own.words[w] ^= 1 << page
    own.count += present ? 1 : -1
    changed++
  }
  if (changed === 0) return set
  const chunks = set[chunksKey].map((old, c): Chunk => {
    const own = changing[c]
    return own === undefined ? old : chunk(own.words, own.count)
  })
  return fromChunks(set.size, chunks, present ? set.count + changed : set.count - changed)
}

/** A chunk under construction: nobody else sees it before it is published. */
interface Changing {
  readonly words: Int32Array
  count: number
}
