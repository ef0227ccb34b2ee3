import type { Data } from '../protocol/data'
import type { GuestView } from '../protocol/pipeline'
import type { Time } from '../time/time'
import type { WindowsAhead } from './forecastOptions'
import { type Looked, lookedAtSync, lookedUntil, unlooked } from './looks'
import { noSyncThrottle } from './syncThrottle'
import { measured, type Window } from './watchedSend'

/** The syncs of a push by windows so far: since when, the last one's time, how many, the bytes that had left before the first, and what the throttle remembers. */
export type Syncing = {
  readonly startedAt: Time
  readonly knownAt: Time
  readonly syncs: number
  readonly bytesBefore: number
  readonly state: Data
  /** When the source last told how far it is, and how long that is apart. */
  readonly lookedAt: Time | undefined
  readonly lookNs: Time
  /** The bandwidth that the source measures, and what came of the looks from outside; `null` without any. */
  readonly window: Window
  readonly looked: Looked | null
}

/** A slice of QEMU's source (MAX_WAIT, migration/ram.c, left when more has passed in whole milliseconds), until looks were heard. */
const SLICE_NS = 51e6

/** What is known at a sync: when, the bytes that have left, the pages that are owed then, those of them that it added, and what was taken from the guest. */
type AtSync = {
  readonly at: Time
  readonly bytes: number
  readonly guest: GuestView
  readonly owed: number
  readonly newlyDirty: number
  readonly throttle: number
}

/** One more sync, as the push tells its throttle of it, and who looks at it: what is taken from the guest from then on, and what is known of the syncs. @internal */
export const afterSync = (
  before: Syncing | undefined,
  { throttle: brake = noSyncThrottle, looks, downtimeLimitNs }: WindowsAhead,
  { at, bytes, guest, owed, newlyDirty, throttle: taken }: AtSync
): readonly [throttle: number, Syncing] => {
  const was = before ?? {
    startedAt: at,
    bytesBefore: bytes,
    syncs: 0,
    state: brake.start,
    lookedAt: undefined,
    lookNs: SLICE_NS,
    window: null,
    looked: looks === undefined ? null : unlooked(looks, at, downtimeLimitNs)
  }
  const syncs = was.syncs + 1
  const { pageBytes } = guest
  const [throttle, state] = brake.next(was.state, { at, syncs, bytes: bytes - was.bytesBefore, newlyDirty, pageBytes, throttle: taken })
  const now = { ...was, knownAt: at, syncs, state }
  const looked =
    before === undefined || looks === undefined || was.looked === null
      ? was.looked
      : lookedAtSync(looks, was.looked, at, sightOf(now, guest, owed))
  return [throttle, { ...now, looked }]
}

/** The source has told how far it is, or a send is over (`sent`): so many pages are owed then, so many bytes have left. @internal */
export const afterLook = (
  syncing: Syncing,
  { downtimeLimitNs: given, windowNs = WINDOW_NS, looks }: WindowsAhead,
  { at, bytes, guest, owed, sent }: Omit<AtSync, 'newlyDirty' | 'throttle'> & { readonly sent: boolean }
): Syncing => {
  const before = syncing.looked
  const looked = sent || looks === undefined || before === null ? before : lookedUntil(looks, before, at, sightOf(syncing, guest, owed))
  const downtimeLimitNs = looked?.downtimeLimitNs ?? given
  return { ...syncing, looked, window: measured({ window: syncing.window, windowNs, downtimeLimitNs }, at, bytes - syncing.bytesBefore) }
}

/** The default of a push by windows. */
const WINDOW_NS = 100e6

const sightOf = ({ startedAt, syncs, window }: Syncing, guest: GuestView, owed: number) => ({
  startedAt,
  syncs,
  remainingBytes: owed * guest.pageBytes,
  bytesPerSecond: window?.bytesPerSecond ?? 0,
  guest
})
