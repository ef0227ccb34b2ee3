import { orderOf, ownSequence, type PageSequence } from '../memory/pageSequence'
import { fromPages, has, type PageSet, remove, removeAll } from '../memory/pageSet'
import type { Data } from '../protocol/data'
import { checkedWindow, type Prepaging } from './prepaging'

/** What is missing, by rank, and the state of the order that runs on ranks. */
export type LruState<S extends Data> = { readonly ranks: PageSet; readonly inner: S }

/**
 * Runs an order on places in a list instead of addresses: with the guest's pages from the most to the least recently used, `lruOrder(pages, bubbling())`
 * pushes those used at about the same time as the page faulted last (Hines, Deshpande & Gopalan, OSR 43(3), 2009, §4.3), and `lruOrder(pages, activePush)` those
 * used most recently first. Pages that are not in the list come behind it, by address.
 *
 * Throws `RangeError` when a page is twice in the list. Cost: a table of 4 bytes for each page up to the highest in the list, a rank for each missing page at
 * the start, and some 10 ns a page.
 */
export const lruOrder = <S extends Data>(pages: PageSequence, inner: Prepaging<S>): Prepaging<LruState<S>> => {
  const order = orderOf(pages)
  const listed = order.length
  const rankOfListed = ranksOf(order)
  const rankOf = (page: number): number => (page < rankOfListed.length && rankOfListed[page] >= 0 ? rankOfListed[page] : listed + page)
  const pageOf = (rank: number): number => (rank < listed ? order[rank] : rank - listed)
  const name = `lruOrder(${inner.name})`
  return {
    name,
    start: (missing) => {
      const ranks = new Int32Array(missing.count)
      let n = 0
      for (const page of missing) ranks[n++] = rankOf(page)
      const set = fromPages(listed + missing.size, ownSequence(ranks))
      return { ranks: set, inner: inner.start(set) }
    },
    faulted: (state, page) => {
      const rank = rankOf(page)
      return { ranks: remove(state.ranks, rank), inner: inner.faulted(state.inner, rank) }
    },
    take: (state, missing, atMost) => {
      const out = new Int32Array(Math.min(checkedWindow(name, atMost), missing.count))
      let [n, { ranks, inner: innerState }] = [0, state]
      while (n < out.length) {
        // Pages come back when a caller cancels what it had taken, and are then missing without a rank.
        if (ranks.count === 0) ranks = fromPages(listed + missing.size, Array.from(missing, rankOf).filter(isNew(out, n, pageOf)))
        const [window, next] = inner.take(innerState, ranks, out.length - n)
        ranks = removeAll(ranks, window)
        innerState = next
        for (const rank of orderOf(window)) {
          const page = pageOf(rank)
          if (has(missing, page)) out[n++] = page
        }
      }
      return [ownSequence(out), { ranks, inner: innerState }]
    }
  }
}

/** Whether a rank's page is not among the first `n` of `out`. */
const isNew = (out: Int32Array, n: number, pageOf: (rank: number) => number): ((rank: number) => boolean) => {
  const taken = new Set(out.subarray(0, n))
  return (rank) => !taken.has(pageOf(rank))
}

const ranksOf = (order: Int32Array): Int32Array => {
  let highest = -1
  for (const page of order) highest = Math.max(highest, page)
  const ranks = new Int32Array(highest + 1).fill(-1)
  order.forEach((page, rank) => {
    if (ranks[page] >= 0) throw new RangeError(`lruOrder: a page must be in the list once (got ${page} twice)`)
    ranks[page] = rank
  })
  return ranks
}
