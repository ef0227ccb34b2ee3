import { type Key, uniformInt } from '../random/random'

/**
 * A cache: `bytes` in lines of `lineBytes`, `ways` of them to a set (as many as there are lines: fully associative; 1: direct-mapped). `replacement` says which line of a full
 * set leaves: the one used longest ago (`lru`, the default), the one that came first (`fifo`), or one drawn from a stream of chances.
 */
export type CacheOptions = {
  readonly bytes: number
  readonly lineBytes: number
  readonly ways: number
  readonly replacement?: 'lru' | 'fifo' | { readonly random: Key }
}

/**
 * A cache at work. `access` says whether the byte's line was there; when it was not, it is brought in, unless `fill` is false (a store that goes around). `invalidate` empties
 * it and leaves the counts. Law: `hits() + misses()` is how often `access` was called.
 */
export type Cache = {
  readonly access: (address: number, fill?: boolean) => boolean
  readonly holds: (address: number) => boolean
  readonly invalidate: () => void
  readonly hits: () => number
  readonly misses: () => number
}

/**
 * A cache that holds no data, only which lines are there. Addresses are integers from 0 to 2^53 - 1. Laws, for LRU: a fully associative cache holds what a smaller one holds
 * (inclusion, Mattson et al. 1970), so that it never misses more; so does a cache with more ways and as many sets. Throws RangeError where lines do not fill sets evenly.
 * Cost of an access: O(ways).
 */
export const cache = ({ bytes, lineBytes, ways, replacement = 'lru' }: CacheOptions): Cache => {
  refuseUneven(bytes, lineBytes, ways)
  const sets = bytes / lineBytes / ways
  // The lines of a set stand together: for LRU the one used last first, for FIFO the youngest first; -1 is an empty place.
  const lines = new Float64Array(sets * ways).fill(-1)
  let hits = 0
  let misses = 0
  const at = (line: number, from: number): number => {
    for (let i = from; i < from + ways; i++) if (lines[i] === line) return i
    return -1
  }
  const toFront = (line: number, from: number, place: number): void => {
    for (let i = place; i > from; i--) lines[i] = lines[i - 1]
    lines[from] = line
  }
  const leaving = (from: number): number => {
    const last = from + ways - 1
    return typeof replacement === 'string' || lines[last] < 0 ? last : from + uniformInt(replacement.random, misses, ways)
  }
  return {
    access: (address, fill = true) => {
      const line = Math.floor(address / lineBytes)
      const from = (line % sets) * ways
      const place = at(line, from)
      if (place >= 0) {
        hits++
        if (replacement === 'lru') toFront(line, from, place)
        return true
      }
      misses++
      if (fill) toFront(line, from, leaving(from))
      return false
    },
    holds: (address) => {
      const line = Math.floor(address / lineBytes)
      return at(line, (line % sets) * ways) >= 0
    },
    invalidate: () => {
      lines.fill(-1)
    },
    hits: () => hits,
    misses: () => misses
  }
}

const refuseUneven = (bytes: number, lineBytes: number, ways: number): void => {
  for (const [name, value] of Object.entries({ bytes, lineBytes, ways }))
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`cache: ${name} must be an integer of 1 or more (got ${value})`)
  if (bytes % (lineBytes * ways) !== 0)
    throw new RangeError(`cache: bytes must be a multiple of lineBytes x ways (got ${bytes}, ${lineBytes}, ${ways})`)
}
