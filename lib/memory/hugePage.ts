import type { PageSet } from './pageSet'
import * as pageSet from './pageSet'

/** The small pages of the huge page of `small` of them in which a page lies, in a memory of so many pages. */
export const hugePage = (page: number, small: number, pages: number): readonly number[] => {
  const first = page - (page % small)
  return Array.from({ length: Math.min(small, pages - first) }, (_, i) => first + i)
}

/**
 * All pages of the huge pages of which some are in the set: what is gone when any of it is dropped, and comes when any of it does. Law: `widened` is idempotent, monotone and
 * never smaller. Cost: O(pages).
 */
export const widened = (pages: PageSet, small: number): PageSet => {
  if (small === 1 || pages.count === 0) return pages
  const words = new Int32Array(Math.ceil(pages.size / 32))
  pageSet.copyInto(pages, words)
  if (small < 32) for (let w = 0; w < words.length; w++) words[w] = widenedWord(words[w], small)
  else {
    const each = small / 32
    for (let first = 0; first < words.length; first += each) {
      const end = Math.min(first + each, words.length)
      if (words.subarray(first, end).some((word) => word !== 0)) words.fill(-1, first, end)
    }
  }
  const last = pages.size & 31
  if (last !== 0) words[words.length - 1] &= (1 << last) - 1
  return pageSet.fromBitmap(pages.size, words)
}

const widenedWord = (word: number, small: number): number => {
  const one = (1 << small) - 1
  let wide = 0
  for (let bit = 0; bit < 32; bit += small) if ((word & (one << bit)) !== 0) wide |= one << bit
  return wide
}
