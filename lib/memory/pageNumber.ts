/** The number of a page inside one memory: an integer, at least 0 and below 2^30, so that `page << 1 | isWrite` stays a 32-bit integer. */
export type PageNumber = number

/** The largest number of pages one memory may have: 2^30, that is 4 TiB of 4 KiB pages. */
export const pagesAtMost = 0x4000_0000

/** Gives a memory's size back, or throws `RangeError` naming the caller when it is not an integer from 0 to 2^30. */
export function checkedSize(caller: string, size: number): number {
  if (!Number.isInteger(size) || size < 0 || size > pagesAtMost)
    throw new RangeError(`${caller}: size must be an integer from 0 to 2^30 (got ${size})`)
  return size
}

/** Gives a page number back, or throws `RangeError` naming the caller when it is not an integer from 0 to size - 1. */
export function checkedPage(caller: string, size: number, page: number): PageNumber {
  if (!Number.isInteger(page) || page < 0 || page >= size)
    throw new RangeError(`${caller}: page must be an integer from 0 to ${size - 1} (got ${page})`)
  return page
}
