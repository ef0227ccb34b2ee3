import { chunkWords, edit, published, turn } from './chunk'
import { chunksKey, fromChunks, type PageSet, wordsOfChunk } from './chunks'
import { checkedPage, checkedSize, type PageNumber } from './pageNumber'
import type { PageSequence } from './pageSequence'
import { empty } from './pageSetAlgebra'
import { changeAll } from './pageSetChange'
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
  return page >= 0 && page < set.size && (set[chunksKey][page >>> 15].words[(page >>> 5) & 1023] & (1 << page)) !== 0
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

/** `addAll(a, s) = union(a, fromPages(a.size, s))`; the same value when all are members. Throws `RangeError` outside of the universe. */
export function addAll(set: PageSet, members: PageSequence | Iterable<PageNumber>): PageSet {
  return changeAll('addAll', set, members, true)
}

/** `removeAll(a, s) = difference(a, fromPages(a.size, s))`; the same value when none is a member. Cost: the chunks touched; some 9 ns a page for windows of 256. */
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

/** The set with one page turned over, `by` being the change of its population. */
function flipped(set: PageSet, page: PageNumber, by: 1 | -1): PageSet {
  const c = page >>> 15
  const chunks = set[chunksKey].slice()
  const changing = edit(chunks[c], wordsOfChunk(set.size, c))
  turn(changing, page & 32767, by)
  chunks[c] = published(changing)
  return fromChunks(set.size, chunks, set.count + by)
}
