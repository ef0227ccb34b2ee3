import { tailMask, wordsFor } from './words'

/** Words of one chunk: 4 KiB, so that a copy of a chunk stays in the first-level cache. @internal */
export const chunkWords = 1024

/** Pages of one chunk. @internal */
export const chunkPages = chunkWords * 32

/**
 * A published piece of bitmap with its population: a value, although its words may be stored as a change of somebody else's.
 *
 * Chunks that differ by few pages share one `Store`: the newest owns the words, an older one is the words with the later changes undone. It
 * takes a copy of its own when somebody reads it again, so that a branch costs what copying at once would have cost, and a debt that only
 * ever shrinks costs no copies. `words` is to be read at once: the next change of a set that shares the store may write them. @internal
 */
export class Chunk {
  readonly count: number
  private store: Store
  private version: number

  constructor(count: number, store: Store) {
    this.count = count
    this.store = store
    this.version = store.version
  }

  get words(): Int32Array {
    return this.store.version === this.version ? this.store.words : this.settled()
  }

  /** The store at this chunk's version. */
  shared(): Store {
    if (this.store.version !== this.version) this.settled()
    return this.store
  }

  /** Takes a copy of the words as they were at this chunk's version. */
  private settled(): Int32Array {
    const words = this.store.words.slice()
    const { turned, before } = this.store
    for (let i = turned.length - 1; i >= this.version; i--) words[turned[i]] = before[i]
    this.store = storeOf(words)
    this.version = 0
    return words
  }
}

/** Words at their newest version, and the changes that led there: at each version, which word was turned and what it was before. @internal */
export interface Store {
  readonly words: Int32Array
  readonly turned: number[]
  readonly before: number[]
  version: number
}

/** Versions after which a store is left behind for a copy: it bounds what reading an old version costs. */
const versionsAtMost = 256

/** The chunk without a member; every chunk without a member is this one. @internal */
export const zeroChunk: Chunk = ownChunk(new Int32Array(chunkWords), 0)

/** The chunk of 32,768 members; every such chunk is this one. @internal */
export const oneChunk: Chunk = ownChunk(new Int32Array(chunkWords).fill(-1), chunkPages)

/** A chunk that owns `words`, which its maker never writes again; the empty and the full one are the shared ones. @internal */
export function chunk(words: Int32Array, count: number): Chunk {
  return count === 0 ? zeroChunk : count === chunkPages ? oneChunk : ownChunk(words, count)
}

/** A chunk in the course of changes which nobody else sees before they are published; it ends with that. @internal */
export interface Edit {
  store: Store
  count: number
  /** True when no published chunk shares the store, so that changes need not be remembered. */
  own: boolean
  /** The two words turned last, or -1: what they were before this edit is remembered already. */
  last: number
  earlier: number
}

/** Begins changes of a chunk of `n` words. @internal */
export function edit(source: Chunk, n: number): Edit {
  const shared = source.shared()
  const own = source.count === 0 || source.count === chunkPages || shared.version >= versionsAtMost
  return { store: own ? storeOf(shared.words.slice(0, n)) : shared, count: source.count, own, last: -1, earlier: -1 }
}

/** Turns one page (within the chunk) over; `by` is the change of the population. @internal */
export function turn(e: Edit, page: number, by: 1 | -1): void {
  const word = page >>> 5
  if (word !== e.last) remember(e, word)
  e.store.words[word] ^= 1 << page
  e.count += by
}

/**
 * Makes `word` ready to be turned any number of times, and `e.last`: remembers what it was, or, at the most versions, takes a copy of the store.
 * A window costs a version per word this way, whether its pages ascend or alternate between two words. @internal
 */
export function remember(e: Edit, word: number): void {
  const known = e.own || word === e.earlier
  e.earlier = e.last
  e.last = word
  if (known) return
  const { store } = e
  if (store.version >= versionsAtMost) {
    e.store = storeOf(store.words.slice())
    e.own = true
    return
  }
  store.turned.push(word)
  store.before.push(store.words[word])
  store.version++
}

/** The chunk with its first `pages` pages as members and no words beyond them. @internal */
export function fullChunk(pages: number): Chunk {
  if (pages === chunkPages) return oneChunk
  const words = new Int32Array(wordsFor(pages)).fill(-1)
  words[words.length - 1] &= tailMask(pages)
  return ownChunk(words, pages)
}

/** Ends changes: the chunk they made. @internal */
export function published(e: Edit): Chunk {
  if (e.count === 0) return zeroChunk
  return e.count === chunkPages ? oneChunk : new Chunk(e.count, e.store)
}

function ownChunk(words: Int32Array, count: number): Chunk {
  return new Chunk(count, storeOf(words))
}

function storeOf(words: Int32Array): Store {
  return { words, turned: [], before: [], version: 0 }
}
