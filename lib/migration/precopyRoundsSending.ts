import { ownSequence, type PageSequence } from '../memory/pageSequence'
import { has, next, type PageSet, removeAll } from '../memory/pageSet'
import type { TimedBatch } from './timedBatch'

/** A round under way: what it sends, by address, leaving out pages dirtied again when it peeks; how far it has come is kept only then. @internal */
export type Sending = {
  readonly pages: PageSet
  readonly peek: boolean
  readonly startedAt: number
  readonly nsPerPage: number
  readonly cursor: number
  readonly sent: number
  readonly skipped: number
}

/** What a batch did to a round: the round, the pages clean after it, the accesses used up, and when the round ended, if it did. */
type Copied = readonly [sending: Sending, clean: PageSet, used: number, endedAt: number | undefined]

/** A round at its start. @internal */
export const begun = (pages: PageSet, peek: boolean, startedAt: number, nsPerPage: number): Sending => ({
  pages,
  peek,
  startedAt,
  nsPerPage,
  cursor: 0,
  sent: 0,
  skipped: 0
})

/** Runs a round through a batch from access `i` on: to its end, or to that of the batch. `clean` are the pages not written since the last sync. @internal */
export const copied = (sending: Sending, clean: PageSet, batch: TimedBatch, i: number): Copied =>
  sending.peek && sending.pages.count > 0 ? peeked(sending, clean, batch, i) : unseen(sending, clean, batch, i)

/** Without a peek only the end of the round matters. */
const unseen = (sending: Sending, clean: PageSet, batch: TimedBatch, i: number): Copied => {
  const { count } = sending.pages
  const end = count > 0 ? endOf(sending, count) : sending.startedAt < batch.toNs ? batch.toNs : Infinity
  const hasEnded = end <= batch.toNs
  const used = hasEnded ? firstAt(batch, end, i) : batch.length
  return [hasEnded ? { ...sending, sent: count } : sending, removeAll(clean, written(batch, i, used)), used, hasEnded ? end : undefined]
}

/** With a peek, transmissions and writes are taken in the order of their times; at one time the transmission comes first. */
const peeked = (sending: Sending, clean: PageSet, batch: TimedBatch, i: number): Copied => {
  const { pages, startedAt, nsPerPage } = sending
  const again = new Set<number>()
  let { sent, skipped } = sending
  let page = next(pages, sending.cursor)
  const sendUpTo = (ns: number): void => {
    while (page >= 0 && startedAt + sent * nsPerPage <= ns) {
      if (has(clean, page) && !again.has(page)) sent++
      else skipped++
      page = next(pages, page + 1)
    }
  }
  const after = (used: number): Copied => {
    // While a page is left it is because its turn comes later than this batch, and so does the end.
    const endedAt = endOf(sending, sent)
    const cursor = page < 0 ? pages.size : page
    return [{ ...sending, cursor, sent, skipped }, removeAll(clean, again), used, endedAt <= batch.toNs ? endedAt : undefined]
  }
  for (let k = i; k < batch.length; k++) {
    const ns = timeOf(batch, k)
    sendUpTo(ns)
    if (ns >= endOf(sending, sent)) return after(k)
    if ((batch.accesses[k] & 1) !== 0) again.add(batch.accesses[k] >>> 1)
  }
  sendUpTo(batch.toNs)
  return after(batch.length)
}

/** When the last byte of `sent` pages has left, in whole nanoseconds. */
const endOf = ({ startedAt, nsPerPage }: Sending, sent: number): number => startedAt + Math.ceil(sent * nsPerPage)

const timeOf = ({ fromNs, toNs, length, times }: TimedBatch, i: number): number =>
  times === undefined ? fromNs + Math.floor((i * (toNs - fromNs)) / length) : times[i]

/** The first access from `i` on that is not before `ns`. */
const firstAt = (batch: TimedBatch, ns: number, i: number): number => {
  let [low, high] = [i, batch.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (timeOf(batch, middle) < ns) low = middle + 1
    else high = middle
  }
  return low
}

const written = ({ accesses }: TimedBatch, from: number, to: number): PageSequence => {
  const pages = new Int32Array(to - from)
  let n = 0
  for (let i = from; i < to; i++) {
    pages[n] = accesses[i] >>> 1
    n += accesses[i] & 1
  }
  return ownSequence(pages.subarray(0, n))
}
