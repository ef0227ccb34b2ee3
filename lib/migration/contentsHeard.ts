import type { GuestView } from '../protocol/pipeline'
import type { Time } from '../time/time'
import { HEADER_BYTES, ZERO_BYTES, zerosAmong } from './walkHeard'

/** Bytes and pages that have left. */
type Left = { readonly bytes: number; readonly pages: number }

/**
 * What a forecast knows of pages with content and of those without, where a guest has such: how many of these have left (`zerosSent`), of what had left at `counted`; and how fast either kind goes, the
 * older the less (`ns` are those that pages of that kind took; `bytes` those of pages with content).
 */
export type Contents = {
  readonly zerosSent: number
  readonly counted: Left
  readonly content: Left & { readonly ns: Time }
  readonly zero: { readonly pages: number; readonly ns: Time }
}

/** Nothing has left since so much had. */
export const nothingLeft = (counted: Left): Contents => ({ zerosSent: 0, counted, ...unmeasuredKinds })

const unmeasuredKinds = { content: { bytes: 0, pages: 0, ns: 0 }, zero: { pages: 0, ns: 0 } }

/** Whoever was paced is not any more, and what was measured does not count. */
export const remeasured = (contents: Contents): Contents => ({ ...contents, ...unmeasuredKinds })

/** Milliseconds of the past that count for half of a speed: the window of QEMU's bandwidth, as for the rate of a forecast. */
const WINDOW_NS = 100e6

/**
 * After so much has left (`left`), of which `since` in the last `ns` without a pause (0: that is not known). `zeroPages`: those of the guest without content.
 */
export const contentsAfter = (
  contents: Contents,
  {
    guest,
    zeroPages,
    left,
    since,
    ns
  }: {
    readonly guest: GuestView
    readonly zeroPages: number
    readonly left: Left
    readonly since: Left
    readonly ns: Time
  }
): Contents => {
  const { counted, zerosSent, content, zero } = contents
  const ahead = Math.max(0, zeroPages - zerosSent)
  const among = (of: Left): number => (of.pages <= 0 ? 0 : Math.min(ahead, zerosAmong(of, guest.pageBytes)))
  const now = {
    ...contents,
    zerosSent: zerosSent + among({ bytes: left.bytes - counted.bytes, pages: left.pages - counted.pages }),
    counted: left
  }
  if (ns <= 0 || since.pages <= 0) return now
  const weight = WINDOW_NS / (WINDOW_NS + ns)
  const zeros = among(since)
  if (zeros > 0.9 * since.pages) return { ...now, zero: { pages: zero.pages * weight + zeros, ns: zero.ns * weight + ns } }
  const byBytes = (ns * ZERO_BYTES * zeros) / Math.max(1, since.bytes)
  const forZeros = zero.pages > 0 ? Math.min((zeros * zero.ns) / zero.pages, ns * (zeros / since.pages)) : byBytes
  return {
    ...now,
    content: {
      bytes: content.bytes * weight + since.bytes - ZERO_BYTES * zeros,
      pages: content.pages * weight + since.pages - zeros,
      ns: content.ns * weight + ns - forZeros
    }
  }
}

/** How pages go at present: bytes of one with content, how many such bytes leave in a second, what one without takes, and how many of these are among the pages left. */
export type PageKinds = { readonly bytesPerPage: number; readonly bytesPerSecond: number; readonly zeroNs: Time; readonly zeros: number }

/**
 * The kinds of the `pages` left, `zeroPages` of the guest being without content at first, of which the part `written` may have got some since; `bytesPerSecond` is what leaves now, whatever it is, or is said to; `link`
 * what the link is said to carry for this sender, which pages with content are thought to get before one was seen.
 */
export const kindsOf = (
  { content, zero, zerosSent }: Contents,
  {
    guest,
    zeroPages,
    pages,
    written,
    bytesPerSecond,
    link
  }: {
    readonly guest: GuestView
    readonly zeroPages: number
    readonly pages: number
    readonly written: number
    readonly bytesPerSecond: number
    readonly link: number
  }
): PageKinds => {
  const seen = content.pages > 0 && content.ns > 0
  const ofContent = seen ? (content.bytes * 1e9) / content.ns : Math.max(bytesPerSecond, link)
  return {
    bytesPerPage: seen ? content.bytes / content.pages : guest.pageBytes + HEADER_BYTES,
    bytesPerSecond: ofContent,
    zeroNs: zero.pages > 0 ? zero.ns / zero.pages : (ZERO_BYTES * 1e9) / ofContent,
    zeros: Math.max(0, Math.min(pages, (zeroPages - zerosSent) * (1 - LIKELY_WRITTEN * written)))
  }
}

/** Of the pages written since the beginning, as many as any others of those without content, or none: half of that is likely. */
const LIKELY_WRITTEN = 0.5
