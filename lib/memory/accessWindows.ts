import type { Time } from '../time/time'
import { bitmap, markWrites, snapshotAndClear } from './bitmap'
import { checkedSize } from './pageNumber'
import { ownSequence } from './pageSequence'
import { addAll, empty, type PageSet, union } from './pageSet'

/** Pages found written when somebody looked: a dirty-log sync at `at`, or the mere passing of time where `pages` is empty. */
export interface WriteSample {
  readonly at: Time
  readonly pages: PageSet
}

/** The first `length` of these accesses (`page << 1 | isWrite`), spread evenly over `fromNs <= time < toNs`; the array is only read before the next batch. */
export interface AccessBatch {
  readonly fromNs: Time
  readonly toNs: Time
  readonly accesses: Int32Array
  readonly length: number
}

/** How time is cut: windows of `windowNs` from `startNs` (0 by default) on, over a memory of `size` pages. */
export interface WindowOptions {
  readonly size: number
  readonly windowNs: Time
  readonly startNs?: Time
}

/** The pages written in one window, which ended `at`. */
export interface Window {
  readonly at: Time
  readonly pages: PageSet
}

/** The window under way: when it ends, and what was written in it so far. */
export interface WindowState {
  readonly endNs: Time
  readonly pages: PageSet
}

/** The first window, in which nothing was written yet. Throws `RangeError` naming the caller and the option. */
export function firstWindow(caller: string, { size, windowNs, startNs = 0 }: WindowOptions): WindowState {
  checkedSize(caller, size)
  if (!Number.isSafeInteger(windowNs) || windowNs < 1)
    throw new RangeError(`${caller}: windowNs must be an integer of at least 1 (got ${windowNs})`)
  if (!Number.isSafeInteger(startNs)) throw new RangeError(`${caller}: startNs must be an integer (got ${startNs})`)
  return { endNs: startNs + windowNs, pages: empty(size) }
}

/**
 * The windows that an input ends, oldest first, and the window then under way.
 *
 *     windows    |---- 1 ----|---- 2 ----|---- 3 ----|
 *     samples        a       b                     c         a and b belong to window 1, which ends at b; c ends window 2, empty, and belongs to 3
 *
 * A sample tells of writes before it, so one at a boundary belongs to the window that ends there; a batch is cut at the boundaries. Windows without a write are
 * given too. An input older than the window under way counts in it.
 */
export function windowStep(
  windowNs: Time,
  state: WindowState,
  input: WriteSample | AccessBatch
): readonly [readonly Window[], WindowState] {
  const ended: Window[] = []
  let { endNs, pages } = state
  const next = (): void => {
    ended.push({ at: endNs, pages })
    pages = empty(pages.size)
    endNs += windowNs
  }
  if ('at' in input) {
    while (input.at > endNs) next()
    pages = union(pages, input.pages)
    if (input.at === endNs) next()
  } else {
    let done = 0
    while (input.toNs >= endNs) {
      const below = firstAt(input, endNs)
      if (below > done) pages = withWrites(pages, input.accesses.subarray(done, below))
      done = Math.max(done, below)
      next()
    }
    if (done < input.length) pages = withWrites(pages, input.accesses.subarray(done, input.length))
  }
  return [ended, { endNs, pages }]
}

/** Place of the first access of a batch at or after `ns`. */
function firstAt({ fromNs, toNs, length }: AccessBatch, ns: Time): number {
  if (ns >= toNs) return length
  return ns <= fromNs ? 0 : Math.ceil(((ns - fromNs) * length) / (toNs - fromNs))
}

/** The set and the pages written by these accesses; through a bitmap where they are many. */
function withWrites(pages: PageSet, accesses: Int32Array): PageSet {
  if (accesses.length * 32 < pages.size) {
    const writes = accesses.filter((access) => (access & 1) === 1)
    return addAll(pages, ownSequence(writes.map((access) => access >> 1)))
  }
  const marks = bitmap(pages.size)
  markWrites(marks, accesses, accesses.length)
  return union(pages, snapshotAndClear(marks))
}
