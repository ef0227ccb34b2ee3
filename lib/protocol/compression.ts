/**
 * How a send compresses its pages: `ratio` of a page's bytes are left of it (absent: what the guest's memory has, 1 where it says nothing), `cacheRatio` of a page of the page
 * cache and `freeRatio` of one that the guest's OS does not use (absent: as the others). Each of `threads` (1) takes in `bytesPerSecond` of pages, and each of
 * `decompressionThreads` (1) at the target puts out `decompressionBytesPerSecond` (absent: it keeps up). Threads are of the send, however many its channels are; zero
 * pages are not compressed. What the threads take of a host's cores is a host's parameter (`compressorCores`; default: nothing).
 *
 * Law: a send of content alone takes max(pages × bytes / compression rate, pages × bytes / decompression rate, bytes on the wire / link), latency aside.
 */
export type Compression = {
  readonly ratio?: number
  readonly cacheRatio?: number
  readonly freeRatio?: number
  readonly bytesPerSecond: number
  readonly threads?: number
  readonly decompressionBytesPerSecond?: number
  readonly decompressionThreads?: number
}

/** Why a compression makes no sense; `undefined` when it does. */
export const cannotCompress = (of: Compression): string | undefined => {
  for (const name of ['ratio', 'cacheRatio', 'freeRatio'] as const) {
    const value = of[name]
    if (value !== undefined && !(value > 0 && value <= 1))
      return `${name} must be above 0 and at most 1, what is left of a page that does not shrink (got ${value})`
  }
  for (const name of ['bytesPerSecond', 'decompressionBytesPerSecond'] as const) {
    const value = of[name]
    if (value !== undefined && !(value > 0 && value < Number.POSITIVE_INFINITY)) return `${name} must be positive and finite (got ${value})`
  }
  for (const name of ['threads', 'decompressionThreads'] as const) {
    const value = of[name]
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 256))
      return `${name} must be an integer from 1 to 256 (got ${value})`
  }
  return undefined
}

/** A compression, checked. Errors: `RangeError` with the caller's name. */
export const checkedCompression = (caller: string, of: Compression | undefined): Compression | undefined => {
  const reason = of === undefined ? undefined : cannotCompress(of)
  if (reason !== undefined) throw new RangeError(`${caller}: compression: ${reason}`)
  return of
}
