import type { Show } from 'fp-ts/lib/Show'
import { chunk, chunkPages, fullChunk, zeroChunk } from './chunk'
import { fromBitmap, type PageSet, tabulate } from './chunks'
import { checkedSize } from './pageNumber'
import { next, nextAbsent } from './pageSetWalk'
import { wordsFor } from './words'

/** The maximal runs of consecutive members, ascending, each as `[from, toExclusive]`. */
export function runs(set: PageSet): Iterable<readonly [from: number, toExclusive: number]> {
  return {
    *[Symbol.iterator]() {
      for (let from = next(set, 0); from >= 0; ) {
        const to = nextAbsent(set, from)
        yield [from, to] as const
        from = next(set, to)
      }
    }
  }
}

/** The runs as one flat list `[from, to, from, to, ...]`, the form page sets have in a journal's JSON: `fromRuns(size, toRuns(set)) = set`. */
export function toRuns(set: PageSet): readonly number[] {
  const flat: number[] = []
  for (const [from, to] of runs(set)) flat.push(from, to)
  return flat
}

/**
 * The set of a flat list of runs.
 *
 * Throws `RangeError` unless the list is what `toRuns` writes: pairs of integers, `from < to <= size`, ascending, with a gap between runs.
 */
export function fromRuns(size: number, flat: readonly number[]): PageSet {
  const words = new Int32Array(wordsFor(checkedSize('fromRuns', size)))
  if (flat.length % 2 !== 0) throw new RangeError(`fromRuns: runs must be pairs (got ${flat.length} numbers)`)
  for (let i = 0; i < flat.length; i += 2) {
    const [from, to, after] = [flat[i], flat[i + 1], i === 0 ? 0 : flat[i - 1] + 1]
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < after || from >= to || to > size)
      throw new RangeError(`fromRuns: run ${i / 2} must satisfy ${after} <= from < to <= ${size} (got ${from}, ${to})`)
    markRun(words, from, to)
  }
  return fromBitmap(size, words)
}

/** The set of the pages `from <= page < to`. Throws `RangeError` unless `0 <= from <= to <= size`. */
export function range(size: number, from: number, to: number): PageSet {
  checkedSize('range', size)
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from > to || to > size)
    throw new RangeError(`range: 0 <= from <= to <= ${size} must hold (got ${from}, ${to})`)
  return tabulate(size, (c) => {
    const base = c * chunkPages
    const pages = Math.min(chunkPages, size - base)
    const [first, end] = [Math.max(from - base, 0), Math.min(to - base, pages)]
    if (first >= end) return zeroChunk
    if (end - first === pages) return fullChunk(pages)
    const words = new Int32Array(wordsFor(pages))
    markRun(words, first, end)
    return chunk(words, end - first)
  })
}

/** A page set as people read it: `PageSet(5 of 100: 0-3 7)`, at most eight runs. */
export const show: Show<PageSet> = {
  show: (set) => {
    const shown: string[] = []
    for (const [from, to] of runs(set)) {
      if (shown.length === runsShown) {
        shown.push('...')
        break
      }
      shown.push(to - from === 1 ? `${from}` : `${from}-${to - 1}`)
    }
    return `PageSet(${set.count} of ${set.size}${shown.length === 0 ? '' : `: ${shown.join(' ')}`})`
  }
}

const runsShown = 8

function markRun(words: Int32Array, from: number, to: number): void {
  const [first, last] = [from >>> 5, (to - 1) >>> 5]
  const [head, tail] = [-1 << from, -1 >>> (31 - ((to - 1) & 31))]
  if (first === last) words[first] |= head & tail
  else {
    words[first] |= head
    words.fill(-1, first + 1, last)
    words[last] |= tail
  }
}
