import { popcount } from '../memory/bitmap'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { bitsIn } from '../memory/words'

/** Some pages as words of a bitmap, from word `first` on. @internal */
export type Batch = { readonly first: number; readonly words: Int32Array; readonly count: number }

/**
 * A set in address order, so many pages at a time; `without` are left out when their turn comes, and noted in `skipped`. Answers `undefined` when none is left. Cost: a copy of the
 * bitmap, and below a nanosecond a page.
 * @internal
 */
export const pageBatches = (
  pages: PageSet,
  { most, without, skipped }: { readonly most: number; readonly without?: () => Int32Array; readonly skipped?: Int32Array }
): (() => Batch | undefined) => {
  const rest = new Int32Array(Math.ceil(pages.size / 32))
  pageSet.copyInto(pages, rest)
  let w = 0
  return () => {
    const out = without?.()
    for (;;) {
      while (w < rest.length && rest[w] === 0) w++
      if (w === rest.length) return undefined
      const first = w
      let count = 0
      let kept = 0
      while (w < rest.length && count < most) {
        if (out !== undefined && (rest[w] & out[w]) !== 0) {
          if (skipped !== undefined) skipped[w] |= rest[w] & out[w]
          rest[w] &= ~out[w]
        }
        const bits = bitsIn(rest[w])
        if (count + bits > most) {
          kept = rest[w] & ~lowest(rest[w], most - count)
          count = most
          break
        }
        count += bits
        w++
      }
      if (count === 0) continue
      const words = rest.slice(first, kept === 0 ? w : w + 1)
      if (kept !== 0) {
        words[w - first] &= ~kept
        rest[w] = kept
      }
      return { first, words, count }
    }
  }
}

/** The lowest `n` bits of a word. */
const lowest = (word: number, n: number): number => {
  let taken = 0
  for (let left = word, i = 0; i < n; i++, left &= left - 1) taken |= left & -left
  return taken
}

/** Calls `f` with each page of a batch, ascending. @internal */
export const eachPage = ({ first, words }: Batch, f: (page: number) => void): void => {
  for (let i = 0; i < words.length; i++)
    for (let word = words[i]; word !== 0; word &= word - 1) f((first + i) * 32 + 31 - Math.clz32(word & -word))
}

/** Puts a batch into a flat bitmap; answers how many bits it set anew. @internal */
export const put = (into: Int32Array, { first, words }: Batch): number => {
  let newly = 0
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 0) continue
    const old = into[first + i]
    newly += bitsIn(words[i] & ~old)
    into[first + i] = old | words[i]
  }
  return newly
}

/** Takes a batch out of a flat bitmap. @internal */
export const takeOut = (from: Int32Array, { first, words }: Batch): void => {
  for (let i = 0; i < words.length; i++) from[first + i] &= ~words[i]
}

/** How many of a batch a flat bitmap has. @internal */
export const among = (of: Int32Array, { first, words }: Batch): number => {
  let n = 0
  for (let i = 0; i < words.length; i++) n += bitsIn(of[first + i] & words[i])
  return n
}

/** Bits set in a flat bitmap. @internal */
export const bits = (words: Int32Array): number => popcount(words)
