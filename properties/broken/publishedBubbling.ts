import { sequence } from '../../lib/memory/pageSequence'
import { add, empty, has, type PageSet } from '../../lib/memory/pageSet'
import type { Prepaging } from '../../lib/migration/prepaging'

/** The variables of the published listing: its bitmap, pivot and bubble, and the queue between the pushing and the sending thread. */
export type PublishedState = {
  readonly bitmap: PageSet
  readonly pivot: number
  readonly bubble: number
  readonly queue: readonly number[]
}

/**
 * The bubbling algorithm as Fig. 2 of Hines & Gopalan, VEE 2009, prints it, as a prepaging order that loses pages, twice over: a page counts as sent when it is
 * queued although the next fault throws the queue away, and with the pivot in the upper half the search ends one step before page 0.
 */
export const bubblingVee2009: Prepaging<PublishedState> = published('bubblingVee2009', { discards: true, bound: printed })

/**
 * The bubbling algorithm as Fig. 2 of Hines, Deshpande & Gopalan, OSR 43(3), 2009, prints it: the queue is kept, and the search still ends one step early, so that
 * page 0 is lost when the first fault, in the upper half, comes before the first step.
 */
export const bubblingOsr2009: Prepaging<PublishedState> = published('bubblingOsr2009', { discards: false, bound: printed })

/** The listing of VEE 2009 with a search that ends where it must: it still throws its queue away. */
export const bubblingDiscarding: Prepaging<PublishedState> = published('bubblingDiscarding', {
  discards: true,
  bound: (pivot, pages) => Math.max(pivot, pages - 1 - pivot) + 1
})

/** Up to which distance from the pivot, that one not included, pages are searched; `discards`: whether a fault throws the queue away. */
type Listing = { readonly discards: boolean; readonly bound: (pivot: number, pages: number) => number }

function printed(pivot: number, pages: number): number {
  return Math.max(pivot, pages - pivot)
}

function published(name: string, { discards, bound }: Listing): Prepaging<PublishedState> {
  return {
    name,
    start: (missing) => ({ bitmap: empty(missing.size), pivot: 0, bubble: 0, queue: [] }),
    faulted: (state, page) =>
      has(state.bitmap, page) ? state : { bitmap: add(state.bitmap, page), pivot: page, bubble: 1, queue: discards ? [] : state.queue },
    take: (state, _missing, atMost) => {
      let next = state
      while (next.queue.length < atMost && next.bubble < bound(next.pivot, next.bitmap.size)) next = stepped(next)
      return [sequence(next.queue.slice(0, atMost)), { ...next, queue: next.queue.slice(atMost) }]
    }
  }
}

/** One turn of the pushing thread: the pages at both edges, each unless it is marked. */
function stepped({ bitmap, pivot, bubble, queue }: PublishedState): PublishedState {
  const last = bitmap.size - 1
  const pages = [...new Set([Math.max(0, pivot - bubble), Math.min(last, pivot + bubble)])].filter((page) => !has(bitmap, page))
  return { bitmap: pages.reduce(add, bitmap), pivot, bubble: bubble + 1, queue: [...queue, ...pages] }
}
