import type { Time } from '../time/time'
import { type Heard, pagesLeft } from './forecastHeard'
import { dirtiedIn, type Pace, type ToCome } from './roundsToCome'

/** Syncs looked ahead at most: what goes on longer is said to have no end. */
const AHEAD = 256

/**
 * How a push by windows (`windowedPush`) goes on at present: it sends until what is left is below the threshold, what the measured bandwidth sends within the downtime limit; the sync then brings what was
 * written since the one before; and so on until what is left behind a sync is below it, too. The last copy is outside the rate limit. Cost: at most 256 syncs.
 */
export const windowsToCome = (heard: Heard, { pagesPerSecond, bytesPerPage }: Pace, downtimeLimitNs: Time): ToCome => {
  const { guest, at, pushed, pushStartedAt, readings } = heard
  const threshold = (pagesPerSecond * bytesPerPage * downtimeLimitNs) / 1e9 / guest.pageBytes
  let since = at - (pushed?.last.endedAt ?? pushStartedAt)
  let owed = pagesLeft(heard) ?? guest.pages
  let ns = 0
  let pages = 0
  let shrinks: boolean | undefined
  for (let ahead = 0; ahead < AHEAD; ahead++) {
    const toSend = Math.max(0, owed - threshold)
    const sendNs = (toSend * 1e9) / pagesPerSecond
    const dirtied = dirtiedIn(readings, { ns: since + sendNs, throttle: 0, pagesPerSecond })
    shrinks ??= dirtied < 0.9 * Math.max(toSend + (since * pagesPerSecond) / 1e9, 1)
    ns += sendNs
    pages += toSend
    owed = Math.min(guest.pages, owed - toSend + dirtied)
    if (owed <= threshold)
      return { ns, pages, residual: owed, finalBytesPerSecond: undefined, reason: reasonOf(downtimeLimitNs), givenUp: false, shrinks }
    since = 0
  }
  return { ns, pages, residual: owed, finalBytesPerSecond: undefined, reason: null, givenUp: false, shrinks }
}

const reasonOf = (downtimeLimitNs: Time): string => `what is left will be sent within ${downtimeLimitNs / 1e6} ms by the bandwidth measured`
