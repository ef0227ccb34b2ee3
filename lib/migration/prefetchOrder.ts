import { endWith, type OperatorFunction } from 'rxjs'
import type { PageSequence } from '../memory/pageSequence'
import { has, type PageSet, remove, removeAll } from '../memory/pageSet'
import type { Data } from '../protocol/data'
import { mealy } from '../stream/mealy'
import type { Prepaging } from './prepaging'

/** A guest's first access to a page that is missing, at a time in nanoseconds. */
export type PageFault = { readonly at: number; readonly page: number }

/** What is missing, in which order it is pushed, how fast in pages per second, in windows of how many pages at most, and since when (default 0 ns). */
export type PrefetchOptions<S extends Data> = {
  readonly missing: PageSet
  readonly prepaging: Prepaging<S>
  readonly pagesPerSecond: number
  readonly window: number
  readonly startedAt?: number
}

/**
 * Faults in, prefetch order out: the windows in which a post-copy would push the missing pages around these faults, without a world.
 *
 *     faults    ------p------------q------|
 *     windows   ------a------------bcd----efgh|      before a fault, what was due by then; at the end, all the rest
 *
 * By the time t, floor((t - startedAt) * pagesPerSecond / 10^9) pages are due. A fault moves the order, and its page, which is sent by itself, is in no window;
 * a fault on a page that is not missing any more moves nothing (Hines & Gopalan, VEE 2009, Fig. 2). Every missing page is in one window or faulted on, once.
 * Throws `RangeError` unless pagesPerSecond is above 0 and window an integer above 0; faults that go back in time are an error on the error channel.
 */
export const prefetchOrder = <S extends Data>(options: PrefetchOptions<S>): OperatorFunction<PageFault, PageSequence> => {
  const { missing, prepaging, pagesPerSecond, window, startedAt = 0 } = options
  if (!(pagesPerSecond > 0)) throw new RangeError(`prefetchOrder: pagesPerSecond must be above 0 (got ${pagesPerSecond})`)
  if (!Number.isInteger(window) || window < 1) throw new RangeError(`prefetchOrder: window must be an integer above 0 (got ${window})`)
  const start: Prefetching<S> = { missing, order: prepaging.start(missing), pushed: 0, at: startedAt }
  return (faults) => faults.pipe(endWith(null), mealy(prefetchStep({ ...options, startedAt }), start))
}

/** What `prefetchOrder` remembers: what is in no window yet, the order's state, the pages pushed, and the time of the last fault. */
export type Prefetching<S extends Data> = { readonly missing: PageSet; readonly order: S; readonly pushed: number; readonly at: number }

/** The pure step of `prefetchOrder`: one fault, or `null` for the end of the faults, and the windows that come before it. */
export const prefetchStep =
  <S extends Data>({ prepaging, pagesPerSecond, window, startedAt }: Required<PrefetchOptions<S>>) =>
  (state: Prefetching<S>, fault: PageFault | null): readonly [readonly PageSequence[], Prefetching<S>] => {
    if (fault !== null && !(fault.at >= state.at))
      throw new RangeError(`prefetchOrder: a fault must not be before ${state.at} ns (got ${fault.at})`)
    const due = fault === null ? Infinity : Math.floor(((fault.at - startedAt) * pagesPerSecond) / 1e9)
    const windows: PageSequence[] = []
    let { missing, order, pushed } = state
    while (missing.count > 0 && pushed < due) {
      const [pages, next] = prepaging.take(order, missing, Math.min(window, due - pushed))
      if (pages.length === 0)
        throw new RangeError(`prefetchOrder: ${prepaging.name} must give a page while ${missing.count} are missing (got none)`)
      windows.push(pages)
      missing = removeAll(missing, pages)
      order = next
      pushed += pages.length
    }
    if (fault === null || !has(missing, fault.page)) return [windows, { missing, order, pushed, at: fault?.at ?? state.at }]
    return [windows, { missing: remove(missing, fault.page), order: prepaging.faulted(order, fault.page), pushed, at: fault.at }]
  }
