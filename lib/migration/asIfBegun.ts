import * as pageSet from '../memory/pageSet'
import type { ForecastOptions } from './forecastOptions'
import { type Heard, nothingHeard } from './forecastState'
import { afterSync } from './syncsHeard'
import { walkOver } from './walkHeard'

/** What would be known of a memory's part that began at this moment, and would have sent nothing: with the rate and the round trip that were last heard. @internal */
export const asIfBegun = (heard: Heard, options: ForecastOptions): Heard => {
  const { guest, known, at, tripNs, rate, earlier, readings, walk } = heard
  const { timeBounded, pushes = true, batches } = options
  const pages = pageSet.range(guest.pages, 0, Math.min(guest.pages, known.pages ?? guest.pages))
  const began: Heard = {
    ...nothingHeard(guest, known, options),
    at,
    startedAt: at,
    pushStartedAt: at,
    tripNs,
    rate,
    earlier,
    left: pages
  }
  if (!pushes) return { ...began, stage: 'stopped', stoppedAt: at }
  const walks = timeBounded && {
    ...walkOver(pages, at, { bytes: 0, pages: 0 }, timeBounded.intervalNs),
    ...(walk && { speeds: walk.speeds, peak: walk.peak, share: walk.share })
  }
  const seen = { at, bytes: 0, guest, owed: pages.count, newlyDirty: 0, throttle: 0 }
  const [throttle, syncing] = options.windows === undefined ? [began.throttle, undefined] : afterSync(undefined, options.windows, seen)
  return {
    ...began,
    stage: 'pushing',
    throttle,
    syncing,
    readings,
    walk: walks,
    round: { number: 1, pages: pages.count, toldBefore: 0 },
    ...(batches && { fresh: pages })
  }
}
