import type { AlternatingOptions } from './engines/alternatingPush'
import { type Heard, pagesLeft } from './forecastHeard'
import { dirtiedIn, meanPace, type Pace, type ToCome } from './roundsToCome'

/**
 * How batches of pages never dirtied and dirty ones go on at present (`alternatingPush`): by turns while there are dirty pages, the first kind alone from then on to the next reading of the
 * log, until none of that kind is left. A reading is expected to take from them the part that the last one took. What is never dirtied bounds it: each page of it brings at most `dirtyPages /
 * nonDirtyPages` others. Cost: at most 1,000 readings.
 */
export const batchesToCome = (
  heard: Heard,
  pace: Pace,
  { nonDirtyPages, dirtyPages, intervalNs }: Required<Omit<AlternatingOptions, 'level'>>
): ToCome => {
  const { guest, fresh, taken, readings, at, pushed, pushStartedAt } = heard
  const left = pagesLeft(heard) ?? guest.pages
  const pagesPerSecond = meanPace(pace, left)
  const share = nonDirtyPages / (nonDirtyPages + dirtyPages)
  let never = Math.min(left, fresh?.count ?? left)
  let dirty = left - never
  let untilNs = Math.max(0, intervalNs - (at - (pushed?.last.endedAt ?? pushStartedAt)))
  let ns = 0
  let pages = 0
  for (let ahead = 0; ahead < AHEAD && never > 0; ahead++) {
    const couldSend = (untilNs * pagesPerSecond) / 1e9
    const byTurns = Math.min(couldSend, dirty / (1 - share), never / share)
    const alone = byTurns * (1 - share) < dirty ? 0 : Math.min(couldSend - byTurns, never - byTurns * share)
    const sent = byTurns + alone
    never = Math.max(0, never - byTurns * share - alone)
    dirty = Math.max(0, dirty - byTurns * (1 - share))
    if (never < 1) never = 0
    const took = (sent * 1e9) / pagesPerSecond
    ns += took
    pages += sent
    const written = dirtiedIn(readings, { ns: Math.max(1, intervalNs - untilNs + took), throttle: 0, pagesPerSecond })
    const found = never * taken
    never -= found
    dirty = Math.min(guest.pages - never, Math.max(dirty + found, written))
    untilNs = Math.max(intervalNs, (1e9 * (nonDirtyPages + dirtyPages)) / pagesPerSecond)
  }
  return { ns, pages, residual: dirty, finalBytesPerSecond: undefined, reason: REASON, givenUp: false, shrinks: undefined }
}

const AHEAD = 1_000
const REASON = 'every page has been sent or dirtied'
