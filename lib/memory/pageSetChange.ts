import { type Edit, edit, published, remember } from './chunk'
import { chunksKey, fromChunks, type PageSet, wordsOfChunk } from './chunks'
import { checkedPage, type PageNumber } from './pageNumber'
import { orderKey, type PageSequence } from './pageSequence'

// A local for what the kernel needs at every page: an import is looked up at each use by some module loaders.
const ready = remember
const wordMask = 1023

/** Pages of an iterable that are gathered before they are turned over together. */
const batchPages = 4096

/**
 * The set with all these pages put in (`present`), or taken out; the same value when that changes nothing. Throws `RangeError` in the caller's name
 * when one is outside of the universe. Cost: the chunks touched; for windows of 256 pages some 9 ns a page. @internal
 */
export function changeAll(caller: string, set: PageSet, members: PageSequence | Iterable<PageNumber>, present: boolean): PageSet {
  const edits = new Map<number, Edit>()
  if (orderKey in members) turnAll(caller, set, members[orderKey], present, edits)
  else if (Array.isArray(members)) turnAll(caller, set, members, present, edits)
  else {
    let batch: number[] = []
    for (const page of members) {
      batch.push(page)
      if (batch.length < batchPages) continue
      turnAll(caller, set, batch, present, edits)
      batch = []
    }
    turnAll(caller, set, batch, present, edits)
  }
  if (edits.size === 0) return set
  const chunks = set[chunksKey].slice()
  let { count } = set
  edits.forEach((changing, c) => {
    count += changing.count - chunks[c].count
    chunks[c] = published(changing)
  })
  return fromChunks(set.size, chunks, count)
}

/**
 * Turns over those of the pages that are not as wanted; `edits` has an edit of each chunk touched. No foreign code runs meanwhile, so the words at hand
 * stay the words of their chunk. The chunk before the present one is kept at hand too: a search outward alternates between two.
 */
function turnAll(caller: string, set: PageSet, order: Int32Array | readonly number[], present: boolean, edits: Map<number, Edit>): void {
  const { size } = set
  const chunks = set[chunksKey]
  const wanted = present ? 1 : 0
  const by = present ? 1 : -1
  let [c, words, current] = [-1, none, undefined as Edit | undefined]
  let [otherC, otherWords, other] = [-1, none, undefined as Edit | undefined]
  for (let i = 0; i < order.length; i++) {
    const page = order[i]
    if ((page | 0) !== page || page < 0 || page >= size) checkedPage(caller, size, page)
    if (page >>> 15 !== c) {
      const [wasC, wasWords, was] = [c, words, current]
      c = page >>> 15
      if (c === otherC) {
        words = otherWords
        current = other
      } else {
        current = edits.get(c)
        words = current === undefined ? chunks[c].words : current.store.words
      }
      otherC = wasC
      otherWords = wasWords
      other = was
    }
    const w = (page >>> 5) & wordMask
    if (((words[w] >>> page) & 1) === wanted) continue
    if (current === undefined) {
      current = edit(chunks[c], wordsOfChunk(size, c))
      edits.set(c, current)
      words = current.store.words
    }
    if (w !== current.last) {
      ready(current, w)
      words = current.store.words
    }
    words[w] ^= 1 << page
    current.count += by
  }
}

const none: Int32Array = new Int32Array(0)
