import type { Time } from '../time/time'
import { type Heard, leftSoFar, pagesLeft } from './forecastHeard'
import { dirtiedIn, type Pace, type ToCome } from './roundsToCome'

/**
 * How the live part of a time-bounded migration goes on at present: until the dirty update after mtx has come to the last page, dtx sending beside it as long as it owes something, each by half of
 * the rate. `intervalNs`: between two updates; `null`: none (TLM.1S). What is left then is what was written in the last interval, and what dtx has not come to. Cost: O(1).
 */
export const intervalsToCome = (heard: Heard, { pagesPerSecond }: Pace, intervalNs: Time | null): ToCome => {
  const { guest, round, readings, pushed, pushStartedAt, at } = heard
  const all = pagesLeft(heard) ?? guest.pages
  const since = round === undefined ? 0 : leftSoFar(heard).pages - round.toldBefore
  // A round is what mtx had still to walk over when its interval began; all else that is left is dtx's.
  const before = round?.pages ?? all
  const owedByDtx = Math.max(0, all + since - before)
  const beside = Math.min(since, 2 * Math.min(before, owedByDtx))
  const mtx = Math.max(0, before - beside / 2 - (owedByDtx < before ? since - beside : 0))
  const dtx = Math.max(0, all - mtx)
  const walkNs = (Math.min(2 * mtx, mtx + dtx) * 1e9) / pagesPerSecond
  const began = pushed?.last.endedAt ?? pushStartedAt
  const ns = intervalNs === null ? walkNs : Math.max(1, Math.ceil((at - began + walkNs) / intervalNs)) * intervalNs - (at - began)
  const lastNs = intervalNs ?? at - began + ns
  const dirtied = dirtiedIn(readings, { ns: lastNs, throttle: 0, pagesPerSecond })
  const updates = intervalNs === null ? 1 : (at - began + ns) / intervalNs
  const sent = Math.min(all, (ns * pagesPerSecond) / 1e9)
  const residual = Math.min(guest.pages, Math.max(dirtied, all + updates * dirtied - (ns * pagesPerSecond) / 1e9))
  return { ns, pages: sent, residual, finalBytesPerSecond: undefined, reason: REASON, givenUp: false, shrinks: undefined }
}

const REASON = 'mtx has come to the last page'
