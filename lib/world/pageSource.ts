import type { PageSequence } from '../memory/pageSequence'
import { orderOf } from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { lowestBit } from '../memory/words'

/** Pages on their way into a sender, in its order. @internal */
export type PageSource = {
  /** Pages still to come, at most. */
  readonly left: () => number
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
    next: () => (i < order.length ? order[i++] : -1),
    nextWords: () => {
      throw new RangeError('sending: a sequence must be followed page by page (got words)')
    },
    rest: (size) => pageSet.fromPages(size, order.subarray(i))
  }
}

/** The pages of a set, in address order, one by one or by words (not both). Cost: a copy of the bitmap. @internal */
export const bySet = (pages: PageSet): PageSource => {
  const words = new Int32Array(Math.ceil(pages.size / 32))
  pageSet.copyInto(pages, words)
  let w = 0
  let word = words.length > 0 ? words[0] : 0
  let left = pages.count
  return {
    left: () => left,
    next: () => {
      while (word === 0) {
        if (++w >= words.length) return -1
        word = words[w]
      }
      const page = w * 32 + lowestBit(word)
      word &= word - 1
      left--
      return page
    },
    nextWords: (most) => {
      while (w < words.length && words[w] === 0) w++
      if (w >= words.length) return undefined
      const first = w
      w = Math.min(w + most, words.length)
      word = w < words.length ? words[w] : 0
      return { first, words: words.slice(first, w) }
    },
    rest: (size) => {
      const rest = words.slice()
      rest.fill(0, 0, Math.min(w, rest.length))
      if (w < rest.length) rest[w] &= word
      return pageSet.fromBitmap(size, rest)
    }
  }
}
