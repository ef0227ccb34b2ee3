import * as pageSet from '../memory/pageSet'
import type { Pages } from '../protocol/command'
import type { Signal } from '../protocol/signal'
import type { Time } from '../time/time'

/** Bytes and pages that have left. */
type Left = { readonly bytes: number; readonly pages: number }

/** So many pages with content and without, and the nanoseconds in which they left; the older the less. */
export type Speed = { readonly content: number; readonly zeros: number; readonly ns: Time }

/**
 * What a forecast knows of a time-bounded migration (`timeBounded`): who walks and who follows, and how fast they go.
 *
 * - `intervalNs`: between two dirty updates; `null`: none. `mtx`, `dtx`: what each has to send in the interval that `began`, less what its answer named; `before`: what had left when it began.
 *   `mtxEnded`, `dtxEnded`: what they sent in it, once that is answered. `updates`: the updates so far; `updateNs`: how long the last one took.
 * - `mtxSent`, `zerosSent`: the pages that mtx has walked over in the intervals before, and those of them without content. `taken`: the part of mtx's pages that the last update took from it;
 *   `again`: the part of what dtx still owed that it named again. `share`: what dtx has of the link beside mtx.
 * - How fast mtx goes `alone`, and over pages without content (`zero`); both together (`both`); and what is sent while the guest stands still (`stopped`). `peak`: the most
 *   bytes per second that one of them has had.
 */
export type Walk = {
  readonly intervalNs: Time | null
  readonly mtx: pageSet.PageSet
  readonly dtx: pageSet.PageSet
  readonly startedAt: Time
  readonly began: Time
  readonly before: Left
  readonly mtxEnded: Left | undefined
  readonly dtxEnded: Left | undefined
  readonly updates: number
  readonly updateNs: Time
  readonly mtxSent: number
  readonly zerosSent: number
  readonly taken: number
  readonly kept: number
  readonly again: number
  readonly share: number
  readonly sample: Left & { readonly at: Time; readonly whole: boolean }
  readonly stands: boolean
  readonly speeds: Readonly<Record<'zero' | 'alone' | 'both' | 'stopped', Speed>>
  readonly peak: number
}

/** Bytes on the wire before a page, where nobody has measured them: those of `link()`. @internal */
export const HEADER_BYTES = 8
/** Bytes on the wire of a page without content: those of `link()`. @internal */
export const ZERO_BYTES = 9

const unmeasured: Speed = { content: 0, zeros: 0, ns: 0 }

/** A walk over these pages begins. */
export const walkOver = (pages: pageSet.PageSet, at: Time, left: Left, intervalNs: Time | null): Walk => ({
  intervalNs,
  mtx: pages,
  dtx: pageSet.empty(pages.size),
  startedAt: at,
  began: at,
  before: left,
  mtxEnded: undefined,
  dtxEnded: undefined,
  updates: 0,
  updateNs: 0,
  mtxSent: 0,
  zerosSent: 0,
  taken: 0,
  kept: 1,
  again: 0.5,
  share: 0.5,
  sample: { ...left, at, whole: true },
  stands: false,
  speeds: { zero: unmeasured, alone: unmeasured, both: unmeasured, stopped: unmeasured },
  peak: 0
})

/** How many pages without content these are, if the others have a page and its header. */
export const zerosAmong = ({ bytes, pages }: Left, pageBytes: number): number =>
  Math.max(0, Math.min(pages, (pages * (pageBytes + HEADER_BYTES) - bytes) / (pageBytes + HEADER_BYTES - ZERO_BYTES)))

/** What is left of mtx's pages and of dtx's after so much has left, and the pages without content that mtx has sent: as long as nothing is answered, by dtx's share of the link. */
export const leftOf = (
  { mtx, dtx, before, mtxEnded, dtxEnded, share, zerosSent }: Walk,
  left: Left,
  pageBytes: number
): { readonly mtx: number; readonly dtx: number; readonly zerosSent: number } => {
  const since = { bytes: Math.max(0, left.bytes - before.bytes), pages: Math.max(0, left.pages - before.pages) }
  const whole = pageBytes + HEADER_BYTES
  const guessed = Math.min(share * since.bytes, dtx.count * whole)
  const ofDtx = dtxEnded ?? (mtxEnded === undefined ? { bytes: guessed, pages: guessed / whole } : less(since, mtxEnded))
  const ofMtx = mtxEnded ?? less(since, ofDtx)
  return {
    mtx: mtxEnded === undefined ? Math.max(0, mtx.count - ofMtx.pages) : mtx.count,
    dtx: dtxEnded === undefined ? Math.max(0, dtx.count - ofDtx.pages) : dtx.count,
    zerosSent: mtxEnded === undefined ? zerosSent + zerosAmong(ofMtx, pageBytes) : zerosSent
  }
}

/** What is known of a walk after a signal; `left` is what has left by then. Cost: O(1), and a page set's operation at `sent` and `synced`. */
export const walked = (walk: Walk, signal: Signal, left: Left, pageBytes: number): Walk => {
  switch (signal.type) {
    case 'progress':
      return sampled(walk, left, signal.at, pageBytes)
    case 'sent':
      return answered(walk, signal, left, pageBytes)
    case 'synced':
      return walk.stands ? { ...walk, sample: { ...left, at: signal.at, whole: true } } : updated(walk, signal.dirty, signal.at, left)
    case 'suspended':
      return { ...walk, stands: true, sample: { ...left, at: signal.at, whole: true } }
    default:
      return walk
  }
}

/** The lane of a name, or one of that name within another. */
export const isLane = (lane: string, name: string): boolean => lane === name || lane.endsWith(`/${name}`)

const answered = (
  walk: Walk,
  { pages, bytes, to, at }: Extract<Signal, { readonly type: 'sent' }>,
  left: Left,
  pageBytes: number
): Walk => {
  const ended = { bytes, pages: pages.type === 'PageSet' ? pages.count : pages.length }
  const mixed = { ...walk, sample: { ...walk.sample, whole: false } }
  if (isLane(to.lane, 'mtx')) {
    // Where nothing was told meanwhile, the answer is all that there is to measure.
    const told = walk.sample.at > walk.began || walk.dtx.count > 0
    const now = told ? mixed : sampled(walk, left, at, pageBytes)
    return {
      ...now,
      mtx: without(walk.mtx, pages),
      mtxEnded: ended,
      mtxSent: walk.mtxSent + ended.pages,
      zerosSent: walk.zerosSent + zerosAmong(ended, pageBytes)
    }
  }
  if (!isLane(to.lane, 'dtx')) return walk.stands ? sampled(walk, left, at, pageBytes) : walk
  const since = left.bytes - walk.before.bytes
  const share = walk.mtxEnded === undefined && since > bytes && bytes > 0 ? bytes / since : walk.share
  return { ...mixed, dtx: without(walk.dtx, pages), dtxEnded: ended, share: Math.max(0.1, Math.min(0.9, share)) }
}

const updated = (walk: Walk, dirty: pageSet.PageSet, at: Time, left: Left): Walk => {
  const { mtx, dtx, intervalNs, mtxEnded, dtxEnded } = walk
  const taken = pageSet.difference(mtx, dirty)
  const owed = pageSet.union(dtx, dirty)
  // Both were sending to the end of the interval: what they sent is how they share.
  const cut = mtxEnded !== undefined && dtxEnded !== undefined && dtx.count > 0 && mtx.count > 0 && dtxEnded.bytes > 0
  const share = cut ? dtxEnded.bytes / (dtxEnded.bytes + mtxEnded.bytes) : walk.share
  return {
    ...walk,
    mtx: taken,
    dtx: owed,
    began: at,
    before: left,
    mtxEnded: undefined,
    dtxEnded: undefined,
    updates: walk.updates + 1,
    updateNs: intervalNs === null ? 0 : Math.max(0, at - walk.began - intervalNs),
    taken: mtx.count === 0 ? 0 : 1 - taken.count / mtx.count,
    kept: mtx.count === 0 ? walk.kept : (walk.kept * taken.count) / mtx.count,
    again: dtx.count === 0 ? walk.again : (dtx.count + dirty.count - owed.count) / dtx.count,
    share: Math.max(0.1, Math.min(0.9, share)),
    sample: { ...left, at, whole: true }
  }
}

/** Milliseconds of the past that count for half of a speed: the window of QEMU's bandwidth, as for the rate of a forecast. */
const WINDOW_NS = 100e6

const sampled = (walk: Walk, left: Left, at: Time, pageBytes: number): Walk => {
  const { sample, speeds, peak } = walk
  const ns = at - sample.at
  const gone = less(left, sample)
  if (ns <= 0) return walk
  const now = { ...walk, sample: { ...left, at, whole: true } }
  if (!sample.whole || gone.pages <= 0) return now
  const zeros = zerosAmong(gone, pageBytes)
  const kind = kindOf(walk, zeros / gone.pages)
  if (kind === undefined) return now
  const weight = WINDOW_NS / (WINDOW_NS + ns)
  const { content, zeros: others, ns: before } = speeds[kind]
  const speed = { content: content * weight + gone.pages - zeros, zeros: others * weight + zeros, ns: before * weight + ns }
  return { ...now, speeds: { ...speeds, [kind]: speed }, peak: kind === 'both' ? peak : Math.max(peak, (gone.bytes * 1e9) / ns) }
}

/** Whose speed is measured, by who sends; `undefined` where that does not tell. */
const kindOf = ({ stands, mtx, dtx, mtxEnded, dtxEnded }: Walk, zeros: number): keyof Walk['speeds'] | undefined => {
  if (stands) return zeros < 0.9 ? 'stopped' : undefined
  const [walks, follows] = [mtxEnded === undefined && mtx.count > 0, dtxEnded === undefined && dtx.count > 0]
  if (walks && follows) return zeros < 0.5 ? 'both' : undefined
  return walks ? (zeros > 0.9 ? 'zero' : 'alone') : undefined
}

const less = (a: Left, b: Left): Left => ({ bytes: Math.max(0, a.bytes - b.bytes), pages: Math.max(0, a.pages - b.pages) })

const without = (of: pageSet.PageSet, pages: Pages): pageSet.PageSet =>
  pages.type === 'PageSet' ? pageSet.difference(of, pages) : pageSet.removeAll(of, pages)
