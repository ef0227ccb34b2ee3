import type { Data } from '../protocol/data'
import type { Time } from '../time/time'
import type { WindowsAhead } from './forecastOptions'
import { noSyncThrottle, type SyncSeen } from './syncThrottle'

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
}

/** A slice of QEMU's source (MAX_WAIT, migration/ram.c, left when more has passed in whole milliseconds), until looks were heard. */
const SLICE_NS = 51e6

/** One more sync, as the push tells its throttle of it: what is taken from the guest from then on, and what is known of the syncs. `bytes`: all that have left. @internal */
export const afterSync = (
  before: Syncing | undefined,
  { throttle: brake = noSyncThrottle }: WindowsAhead,
  { at, bytes, ...seen }: Omit<SyncSeen, 'syncs'>
): readonly [throttle: number, Syncing] => {
  const was = before ?? { startedAt: at, bytesBefore: bytes, syncs: 0, state: brake.start, lookedAt: undefined, lookNs: SLICE_NS }
  const { bytesBefore, syncs, state } = was
  const [throttle, next] = brake.next(state, { ...seen, at, syncs: syncs + 1, bytes: bytes - bytesBefore })
  return [throttle, { ...was, knownAt: at, syncs: syncs + 1, state: next }]
}
