import { type PageNumber, pagesAtMost } from './pageNumber'

/** The key under which a sequence keeps its pages; they are never written again. @internal */
export const orderKey: unique symbol = Symbol('order')

/**
 * An immutable list of distinct pages in the order in which they are meant: a window to be sent in this order.
 *
 * That they are distinct is the maker's promise; it is not checked, because a window is made for every fault.
 */
export interface PageSequence {
  readonly type: 'PageSequence'
  readonly length: number
  /** @internal */
  readonly [orderKey]: Int32Array
}

/** The sequence of these pages; copies them. Throws `RangeError` when one is not a page number. Cost: O(n). */
export function sequence(pages: ArrayLike<number>): PageSequence {
  const order = new Int32Array(pages.length)
  for (let i = 0; i < pages.length; i++) {
    const page = pages[i]
    if (!Number.isInteger(page) || page < 0 || page >= pagesAtMost)
      throw new RangeError(`sequence: a page must be an integer from 0 to 2^30 - 1 (got ${page})`)
    order[i] = page
  }
  return ownSequence(order)
}

/** The sequence of these pages; takes ownership: the caller never writes `order` again. Cost: O(1). */
export function ownSequence(order: Int32Array): PageSequence {
  return Object.freeze<PageSequence>({ type: 'PageSequence', length: order.length, [orderKey]: order })
}

/** The page at place `i`. Throws `RangeError` outside of the sequence. */
export function at(pages: PageSequence, i: number): PageNumber {
  const page = pages[orderKey][i]
  if (page === undefined) throw new RangeError(`at: place must be an integer from 0 to ${pages.length - 1} (got ${i})`)
  return page
}

/** The pages as an array, in order. */
export function toArray(pages: PageSequence): number[] {
  return Array.from(pages[orderKey])
}

/** True for a page sequence, false for anything else. */
export function isPageSequence(x: unknown): x is PageSequence {
  return typeof x === 'object' && x !== null && orderKey in x
}

/** The pages' own array, for kernels that read it; they never write it. Cost: O(1). @internal */
export function orderOf(pages: PageSequence): Int32Array {
  return pages[orderKey]
}
