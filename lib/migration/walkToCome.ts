import type { Time } from '../time/time'
import { type Heard, leftSoFar } from './forecastHeard'
import { dirtiedIn } from './roundsToCome'
import { HEADER_BYTES, leftOf, type Speed, type Walk, ZERO_BYTES } from './walkHeard'

/** How a time-bounded migration goes on: the nanoseconds until the guest stands still and from there to the last page, what is sent meanwhile, and the pages that are left then. */
export type WalkToCome = { readonly ns: Time; readonly restNs: Time; readonly pages: number; readonly residual: number }

/** A supposition, beside the likely one: senders so much slower, so many times as much dirtied, and which part of what may be without content is so. */
type Supposed = {
  readonly slower: number
  readonly dirtied: number
  readonly unread: number
  readonly zeros: number
  readonly written: number
  readonly takes: number
  readonly still: number
}

/**
 * The low end, the likely course and the high end, as `npm run bench -- forecast` finds that four of five times of a swarm of time-bounded migrations are between the ends. `unread`: what is dirtied
 * in a time for each page that could be sent in it, before the log was read. `still`: from the fastest (0) to the slowest (1) that the last copy may go, before it has been seen.
 */
const suppositions: readonly Supposed[] = [
  { slower: 0.97, dirtied: 0.45, unread: 0.03, zeros: 1, written: 0, takes: 1.3, still: 0 },
  { slower: 1, dirtied: 1, unread: 0.25, zeros: 0.5, written: 0.5, takes: 0.7, still: 0.5 },
  { slower: 1.03, dirtied: 1.6, unread: 1, zeros: 0, written: 1, takes: 0.1, still: 1 }
]

/**
 * How a time-bounded migration goes on, at its fastest, likely and at its slowest: mtx walks on, beside dtx as long as dtx owes something and no longer, both are held at each dirty update, and the
 * guest stands still at the update after mtx has come to the last page (without an interval, then at once). What is left then is what was written in the last interval and what dtx has not come
 * to. Cost: at most 3,000 intervals.
 */
export const walkToCome = (heard: Heard, walk: Walk): readonly [low: WalkToCome, likely: WalkToCome, high: WalkToCome] => {
  const [low, likely, high] = suppositions.map((one) => (walk.stands ? copied(heard, walk, one) : supposed(heard, walk, one)))
  return [low, likely, high]
}

/** The nanoseconds of a page: over the link alone; for mtx with content, and without; for both together; while the guest stands still. */
type Paces = Readonly<Record<'link' | 'content' | 'zero' | 'both' | 'still', number>>

const pacesOf = ({ guest, known }: Heard, { speeds, peak }: Walk, { slower, still }: Supposed): Paces => {
  const whole = guest.pageBytes + HEADER_BYTES
  const link = (whole * 1e9) / Math.max(known.bytesPerSecond ?? 0, peak)
  const { zero: zeros, alone, both, stopped } = speeds
  const mark = (ZERO_BYTES * link) / whole
  // A sender that is slower than the link looks at all pages: of what it takes for those with content, a part is so for the others.
  const looked = Math.max(0, (nsOf(alone, mark) ?? link) - link)
  const most = alone.zeros > 0 ? Math.max(mark, (alone.ns - alone.content * link) / alone.zeros) : Number.POSITIVE_INFINITY
  const zero = zeros.zeros > 0 ? Math.max(mark, (zeros.ns - zeros.content * link) / zeros.zeros) : Math.min(most, mark + looked * still)
  const content = Math.max(link, nsOf(alone, zero) ?? link + zero - mark)
  const together = nsOf(both, 0) ?? Math.max(link, content / 2)
  const seen = nsOf(stopped, 0)
  const slowest = Math.max(link, content)
  return {
    link,
    zero: zero * slower,
    content: content * slower,
    both: together * slower,
    still: (seen ?? link + (slowest - link) * still) * slower
  }
}

const nsOf = ({ content, zeros, ns }: Speed, zero: number): number | undefined =>
  content <= 0 ? undefined : Math.max(1e-3, (ns - zeros * zero) / content)

const copied = (heard: Heard, walk: Walk, one: Supposed): WalkToCome => {
  const { still } = pacesOf(heard, walk, one)
  const left = Math.max(0, (heard.left?.count ?? 0) - Math.max(0, heard.told.pages - heard.sent.pages))
  return { ns: 0, restNs: left * still, pages: 0, residual: left }
}

/** Intervals looked at one by one; more are taken to go on as these. */
const AHEAD = 1_000

const supposed = (heard: Heard, walk: Walk, one: Supposed): WalkToCome => {
  const { guest, at, readings } = heard
  const { intervalNs, began, share, updateNs } = walk
  const pace = pacesOf(heard, walk, one)
  const now = leftOf(walk, leftSoFar(heard), guest.pageBytes)
  // The last update has been, and the guest is about to be stopped.
  if (now.mtx === 0 && walk.mtxEnded === undefined) return { ns: 0, restNs: now.dtx * pace.still, pages: 0, residual: now.dtx }
  const taken =
    intervalNs === null ? 0 : one.takes * (walk.updates > 0 ? walk.taken : Math.min(0.3, (0.15 * intervalNs) / (guest.pages * pace.link)))
  const followNs = pace.both / share
  const dirtiedFor = (ns: Time): number =>
    Math.min(
      guest.pages,
      readings.length === 0
        ? (one.unread * ns) / pace.link
        : one.dirtied * dirtiedIn(readings, { ns, throttle: 0, pagesPerSecond: 1e9 / pace.link })
    )
  const written = dirtiedFor(at - began) / guest.pages
  const zeros = Math.min(now.mtx, zerosAhead(now.mtx, now.zerosSent, heard, walk, one) * (1 - one.written * written))
  const walkNs = now.mtx === 0 ? 0 : (zeros * pace.zero + (now.mtx - zeros) * pace.content) / now.mtx
  const beside = Math.max(walkNs, (walkNs / pace.content) * (pace.both / (1 - share)))
  let { mtx, dtx } = now
  let ns = 0
  let pages = 0
  let until = intervalNs === null ? Number.POSITIVE_INFINITY : Math.max(0, began + intervalNs - at)
  for (let ahead = 0; ahead < AHEAD; ahead++) {
    const [left, owed] = [mtx, dtx]
    const together = Math.min(until, mtx * beside, dtx * followNs)
    mtx = rest(mtx - together / beside)
    dtx = rest(dtx - together / followNs)
    const walks = Math.min(until - together, mtx * walkNs)
    mtx = rest(mtx - walks / walkNs)
    pages += left - mtx + owed - dtx
    const took = intervalNs === null ? together + walks : until
    ns += took + updateNs
    const dirtied = dirtiedFor(intervalNs ?? at - walk.startedAt + took)
    mtx = rest(mtx * (1 - taken))
    dtx = Math.min(guest.pages, Math.max(dirtied, dtx + dirtied - Math.min(walk.again * dtx, dirtied)))
    if (mtx === 0 || intervalNs === null) break
    until = intervalNs
  }
  if (mtx > 0) ns += mtx * walkNs
  const residual = Math.round(Math.min(guest.pages, mtx + dtx))
  return { ns, restNs: residual * pace.still, pages, residual }
}

/** Less than half a page is none. */
const rest = (pages: number): number => (pages < 0.5 || Number.isNaN(pages) ? 0 : pages)

/**
 * The pages without content that mtx is still to come to: those that are known of and have not been sent, less those that updates may have taken (all alike, or none of these); or as many as may be,
 * where nothing is known of them.
 */
const zerosAhead = (mtx: number, sent: number, { known: { zeroPages } }: Heard, { kept, zerosSent }: Walk, one: Supposed): number => {
  if (zeroPages === undefined) return sent === 0 ? 0 : one.zeros * mtx
  const ahead = Math.max(0, zeroPages - zerosSent)
  return Math.max(0, ahead * (1 - one.written * (1 - kept)) - (sent - zerosSent))
}
