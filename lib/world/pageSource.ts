import type { PageSequence } from '../memory/pageSequence'
import { orderOf } from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { lowestBit } from '../memory/words'

/** Pages on their way into a sender, in its order. @internal */
export type PageSource = {
  /** Pages still to come, at most. */
  readonly left: () => number
  /** Whether there are any. */
  readonly more: () => boolean
  readonly next: () => number
  readonly nextWords: (most: number) => { readonly first: number; readonly words: Int32Array } | undefined
  readonly rest: (size: number) => PageSet
}

/** The pages of a sequence, in its own order. @internal */
export const bySequence = (pages: PageSequence): PageSource => {
  const order = orderOf(pages)
  let i = 0
  return {
    left: () => order.length - i,
    more: () => i < order.length,
    next: () => (i < order.length ? order[i++] : -1),
    nextWords: () => {
      throw new RangeError('sending: a sequence must be followed page by page (got words)')
    },
    rest: (size) => pageSet.fromPages(size, order.subarray(i))
  }
}

/** The pages of a set, in address order from a page on and around, one by one or by words (not both). Cost: a copy of the bitmap. @internal */
export const bySet = (pages: PageSet, from = 0): PageSource => {
  const words = new Int32Array(Math.ceil(pages.size / 32))
  pageSet.copyInto(pages, words)
  const start = from >>> 5
  /** The pages below `from` in its word: they come last. */
  const last = from === 0 ? 0 : words[start] & ((1 << (from & 31)) - 1)
  if (from > 0) words[start] ^= last
  let w = start
  let end = words.length
  let word = words.length > 0 ? words[start] : 0
  let wrapped = from === 0
  let left = pages.count
  /** Goes on to the next word with pages that are still to come; false when there is none. */
  const advance = (): boolean => {
    while (word === 0) {
      if (w + 1 < end) word = words[++w]
      else if (wrapped) {
        w = end
        return false
      } else {
        wrapped = true
        words[start] = last
        w = -1
        end = start + 1
      }
    }
    return true
  }
  return {
    left: () => left,
    more: advance,
    next: () => {
      if (!advance()) return -1
      const page = w * 32 + lowestBit(word)
      word &= word - 1
      left--
      return page
    },
    nextWords: (most) => {
      if (!advance()) return undefined
      const first = w
      w = Math.min(w + most, end) - 1
      word = 0
      return { first, words: words.slice(first, w + 1) }
    },
    rest: (size) => {
      const rest = new Int32Array(words.length)
      for (let i = w + 1; i < end; i++) rest[i] = words[i]
      if (w < end) rest[w] = word
      if (!wrapped) {
        for (let i = 0; i < start; i++) rest[i] = words[i]
        rest[start] |= last
      }
      return pageSet.fromBitmap(size, rest)
    }
  }
}
