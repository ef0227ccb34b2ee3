import type { Time } from '../time/time'
import { type Heard, leftSoFar, pagesLeft } from './forecastHeard'
import type { WindowsAhead } from './forecastOptions'
import { hasDecided, lookedAtSync, type Sight, unlooked } from './looks'
import { looksToCome } from './looksToCome'
import { dirtying, meanPace, type Pace, type ToCome } from './roundsToCome'
import { noSyncThrottle } from './syncThrottle'

/** Syncs looked ahead at most: what goes on longer is said to have no end. */
const AHEAD = 1_024

/**
 * How a push by windows (`windowedPush`) goes on at present: it sends until what is left is below the threshold, what the measured bandwidth sends within the downtime limit; the sync then brings what was
 * written since the one before; and so on until what is left behind a sync is below it, too. What is taken from the guest meanwhile is the throttle's own word: it is asked about each of the syncs made up. A
 * post-copy that is asked for on the way ends it with all that is left owed to the target. The last copy is outside the rate limit. Cost: at most 1,024 syncs.
 */
export const windowsToCome = (heard: Heard, pace: Pace, windows: WindowsAhead): ToCome => {
  const { guest, at, readings, pushStartedAt, syncing } = heard
  const { bytesPerPage } = pace
  const { throttle: brake = noSyncThrottle, asked, looks, vcpus = 1 } = windows
  const { startedAt, bytesBefore, lookNs } = syncing ?? { startedAt: pushStartedAt, bytesBefore: 0, lookNs: 0 }
  const bytesSoFar = leftSoFar(heard).bytes - bytesBefore
  const bytesPerSecond = pace.pagesPerSecond * bytesPerPage
  const thresholdOf = (downtimeLimitNs: Time): number => (bytesPerSecond * downtimeLimitNs) / 1e9 / guest.pageBytes
  const statePages = (guest.deviceStateBytes ?? 0) / guest.pageBytes
  let { knownAt, syncs, state } = syncing ?? { knownAt: pushStartedAt, syncs: 1, state: brake.start }
  let looked = looks && (syncing?.looked ?? unlooked(looks, startedAt, windows.downtimeLimitNs))
  let throttle = heard.throttle
  let owed = pagesLeft(heard) ?? guest.pages
  let now = at
  let pages = 0
  let before: number | undefined
  let shrinks: boolean | undefined
  const dirtiedIn = dirtying(readings)
  let zeros = pace.zeros ?? 0
  for (let ahead = 0; ahead < AHEAD; ahead++) {
    const pagesPerSecond = meanPace({ ...pace, zeros }, owed)
    const dueIn = (limitNs: Time): number =>
      Math.max(ahead === 0 ? 0 : lookNs, lookNs / 2 + ((owed - thresholdOf(limitNs)) * 1e9) / pagesPerSecond)
    const sightAt = (when: Time): Sight => ({
      startedAt,
      syncs,
      remainingBytes: Math.round(Math.max(0, owed - ((when - now) * pagesPerSecond) / 1e9)) * guest.pageBytes,
      bytesPerSecond,
      guest
    })
    let dueNs = dueIn(windows.downtimeLimitNs)
    if (looks !== undefined && looked !== undefined) {
      const [then, endsAt] = looksToCome(looks, looked, { since: at, from: now, dueAt: (limitNs) => now + dueIn(limitNs), sightAt })
      looked = then
      dueNs = endsAt - now
    }
    const limitNs = looked?.downtimeLimitNs ?? windows.downtimeLimitNs
    const threshold = thresholdOf(limitNs)
    const askedNs = askedWithin(windows, { elapsedNs: now - startedAt, syncs, sinceSyncNs: now - knownAt }, dueNs)
    const sendNs = Math.min(dueNs, askedNs)
    const sent = Math.min(owed, (sendNs * pagesPerSecond) / 1e9)
    zeros = sent < owed ? zeros * (1 - sent / owed) : 0
    now += sendNs
    pages += sent
    const held = brake.limit?.(state)
    const mayDirty = held === undefined ? guest.pages : (vcpus * held.bytesPerSecond * (now - knownAt)) / 1e9 / guest.pageBytes
    const dirtied = Math.min(mayDirty, dirtiedIn({ ns: now - knownAt, throttle, pagesPerSecond }))
    shrinks ??= dirtied < 0.9 * Math.max(((now - knownAt) * pagesPerSecond) / 1e9, 1)
    const unsent = owed - sent
    owed = Math.min(guest.pages, unsent + dirtied)
    const ended = { ns: now - at, pages, residual: owed, finalBytesPerSecond: undefined, givenUp: false, shrinks }
    const given = looked?.giveUp ?? null
    if (given !== null) return { ...ended, reason: `given up: ${given}`, givenUp: true }
    if (askedNs < dueNs || looked?.postcopy) return { ...ended, reason: 'post-copy will be asked for', follows: 'pull' }
    if (owed + statePages <= threshold)
      return { ...ended, reason: reasonOf(limitNs), follows: 'copy', raised: limitNs !== (syncing?.looked?.downtimeLimitNs ?? limitNs) }
    const seen = {
      at: Math.round(now),
      syncs: ++syncs,
      bytes: bytesSoFar + Math.round(pages * bytesPerPage),
      newlyDirty: Math.round(owed - unsent),
      pageBytes: guest.pageBytes,
      throttle
    }
    ;[throttle, state] = brake.next(state, seen)
    knownAt = now
    if (looks !== undefined && looked !== undefined) {
      looked = lookedAtSync(looks, looked, Math.round(now), sightAt(now))
      if (hasDecided(looked)) continue
    }
    if (brake.name === noSyncThrottle.name && asked === undefined && looks === undefined && before !== undefined && owed >= 0.999 * before)
      break
    before = ahead === 0 ? undefined : owed
  }
  return { ns: now - at, pages, residual: owed, finalBytesPerSecond: undefined, reason: null, givenUp: false, shrinks }
}

type Seen = { readonly elapsedNs: Time; readonly syncs: number; readonly sinceSyncNs: Time }

/** How long until post-copy will have been asked for, if that is within a time; else `Infinity`. To a thousandth of it. */
const askedWithin = ({ asked }: WindowsAhead, { elapsedNs, syncs, sinceSyncNs }: Seen, withinNs: Time): number => {
  const after = (ns: Time): boolean => asked?.({ elapsedNs: elapsedNs + ns, syncs, sinceSyncNs: sinceSyncNs + ns }) ?? false
  if (!after(withinNs)) return Number.POSITIVE_INFINITY
  let [from, to] = [0, withinNs]
  for (let halved = 0; halved < 10 && to > 0; halved++) {
    const middle = (from + to) / 2
    if (after(middle)) to = middle
    else from = middle
  }
  return to
}

const reasonOf = (downtimeLimitNs: Time): string => `what is left will be sent within ${downtimeLimitNs / 1e6} ms by the bandwidth measured`
