import type * as pageSet from '../memory/pageSet'
import type { GuestView } from '../protocol/pipeline'
import type { Time } from '../time/time'
import { type Contents, nothingLeft } from './contentsHeard'
import type { DiskHeard } from './diskHeard'
import { asGuest } from './diskRules'
import { type Files, noFiles } from './filesHeard'
import { type ForecastOptions, rulesOf } from './forecastOptions'
import { unlimited } from './pacing'
import type { Pushed } from './round'
import type { Syncing } from './syncsHeard'
import type { Walk } from './walkHeard'

/** What a migration is doing: nothing yet, sending while the guest runs, copying while it stands still, sending what it lacks at the target, waiting for a link, nothing any more. */
export type Stage = 'preparing' | 'pushing' | 'stopped' | 'pulling' | 'broken' | 'over'

/** Bytes and pages. @internal */
export type Amount = { readonly bytes: number; readonly pages: number }
type Rate = Amount & { readonly pageBytes: number; readonly ns: Time }

/** Before anything was measured. @internal */
export const unmeasured: Rate = { bytes: 0, pages: 0, pageBytes: 0, ns: 0 }

/** A reading of the dirty log: the pages it named, the time since the one before it, and what was taken from the guest meanwhile. */
export type Reading = { readonly ns: Time; readonly pages: number; readonly throttle: number }

/**
 * All that a forecast knows of a migration: plain values of bounded size. `left`: pages to be sent; a set until the guest runs at the target, a count from there on. `rate`: what has
 * left in a time, the older the less (see `hear`). `pushed` is what the push itself hands to its rules, gathered from the same signals; `granted` and `throttle` are what
 * they gave the round under way.
 */
export type Heard = {
  readonly guest: GuestView
  readonly stage: Stage
  readonly at: Time
  readonly startedAt: Time | undefined
  readonly preselectedAt: Time | undefined
  readonly stoppedAt: Time | undefined
  /** A round trip of control. */
  readonly tripNs: Time
  readonly known: Known
  readonly left: pageSet.PageSet | undefined
  /** Of `left` what was never dirtied, and the part of it that the last reading of the log took: where batches go by that. */
  readonly fresh: pageSet.PageSet | undefined
  readonly taken: number
  readonly byFresh: boolean
  readonly missing: number
  /** What was missing when the guest came to the target. */
  readonly lacked: number
  readonly sent: Amount
  readonly told: Amount
  readonly sample: Amount & { readonly at: Time }
  /** `pageBytes`: of the bytes those that left with pages, not with an execution context. */
  readonly rate: Rate
  /** Of a guest with pages without content: how many of them have left, and how fast either kind goes. */
  readonly contents: Contents
  /** Bytes per second before a pacing ended. */
  readonly earlier: number | undefined
  readonly round: { readonly number: number; readonly pages: number; readonly toldBefore: number } | undefined
  readonly rounds: number
  readonly ofRound: Amount & { readonly skipped: number }
  readonly pushed: Pushed | null
  readonly pushStartedAt: Time
  readonly granted: number | undefined
  readonly throttle: number
  readonly readings: readonly Reading[]
  /** Of a time-bounded migration, once it is known for one. */
  readonly walk: Walk | undefined
  /** The hops that are over, each with the release of its source. */
  readonly hop: number
  /** Nothing comes any more. */
  readonly ended: boolean
  /** Of a push by windows: its syncs so far. */
  readonly syncing: Syncing | undefined
  /** Whether the guest was stopped to have the rest pulled to the target. */
  readonly toPull: boolean
  /** Of a disk that moves, and of a state that goes through files. */
  readonly disk: DiskHeard | undefined
  readonly files: Files | undefined
}

/**
 * What is known of a guest, its link and its hosts beforehand: what moves besides its pages (the state of its devices with it), how many of them have no content, how many pages and blocks move at all (absent: all), what one sender may have of the
 * link, what the disk's devices let through, and how fast files are written and made a guest again (`Infinity`: at once; absent: nobody knows).
 */
export type Known = {
  readonly contextBytes: number
  readonly zeroPages: number | undefined
  readonly bytesPerSecond: number | undefined
  readonly pages?: number
  readonly blocks?: number
  readonly diskBytesPerSecond?: number
  readonly dumpBytesPerSecond?: number
  readonly rebuildBytesPerSecond?: number
}

/** Nothing heard yet of a guest. */
export const nothingHeard = (guest: GuestView, known: Known, options: ForecastOptions): Heard => {
  const { firstThrottle = 0, pacing = unlimited } = rulesOf(options)
  return {
    guest,
    known,
    stage: 'preparing',
    at: 0,
    startedAt: undefined,
    preselectedAt: undefined,
    stoppedAt: undefined,
    tripNs: 0,
    left: undefined,
    fresh: undefined,
    taken: 0,
    byFresh: options.batches !== undefined,
    missing: 0,
    lacked: 0,
    sent: { bytes: 0, pages: 0 },
    told: { bytes: 0, pages: 0 },
    sample: { bytes: 0, pages: 0, at: 0 },
    rate: unmeasured,
    contents: nothingLeft({ bytes: 0, pages: 0 }),
    earlier: undefined,
    round: undefined,
    rounds: 0,
    ofRound: { bytes: 0, pages: 0, skipped: 0 },
    pushed: null,
    pushStartedAt: 0,
    granted: pacing(undefined),
    throttle: firstThrottle,
    readings: [],
    walk: undefined,
    hop: 0,
    ended: false,
    syncing: undefined,
    toPull: options.windows === undefined && options.follows === 'pull',
    disk: guest.disk && { blocks: noBlocks(asGuest(guest.name, guest.disk), known), mirrored: false, logged: false },
    files: options.files ? noFiles : undefined
  }
}

const noBlocks = (disk: GuestView, { bytesPerSecond }: Known): Heard =>
  nothingHeard(disk, { contextBytes: 0, zeroPages: undefined, bytesPerSecond }, {})

/** Bytes and pages that have left so far: what was answered, or what was told of since. */
export const leftSoFar = ({ sent, told }: Heard): Amount => ({
  bytes: Math.max(sent.bytes, told.bytes),
  pages: Math.max(sent.pages, told.pages)
})

/** Pages to be sent: those of the set less what has left of a send that is not answered. */
export const pagesLeft = (heard: Heard): number | undefined => {
  const { stage, left, missing, sent, told } = heard
  const unanswered = Math.max(0, told.pages - sent.pages)
  if (stage === 'pulling') return Math.max(0, missing - unanswered)
  return left && Math.max(0, left.count - unanswered)
}
