import { asIfBegun } from './asIfBegun'
import type { Heard } from './forecastHeard'
import type { Forecast } from './forecastOf'
import type { ForecastOptions } from './forecastOptions'
import { bytesSoFar, forecastWithDisk } from './forecastWithDisk'
import type { Remaining } from './remaining'

/** What is known beforehand of the hop under way: of a migration without hops, all there is. @internal */
export const ofHop = ({ hops, ...all }: ForecastOptions, hop: number): ForecastOptions =>
  hops === undefined ? all : { ...all, ...hops[Math.min(hop, hops.length - 1)] }

/**
 * What can be said of a migration, which may be a hop of a journey (`hops`): where the hops to come are known, their times are added, each reckoned from its own rules as if it began now, with the rate and
 * the readings of the dirty log that were last heard. The ends of the intervals are added, too, so that the sum is no narrower than its parts. Where they are not known, or one of them has no
 * foreseeable time, the time is that of the hop alone, and `hop.whole` is false. @internal
 */
export const forecastOfJourney = (migration: string, heard: Heard, options: ForecastOptions): Forecast => {
  const { hop, stage, ended } = heard
  const { hops } = options
  const over = ended || (stage === 'over' && (hops === undefined || hop >= hops.length))
  if (over || (hops === undefined && hop === 0)) return forecastWithDisk(migration, heard, ofHop(options, hop))
  if (hops === undefined) return { ...forecastWithDisk(migration, heard, options), hop: { number: hop + 1, whole: false } }
  // The hop before this one is over, and of this one nothing has been sent.
  const between = stage === 'over' || (stage === 'preparing' && hop > 0)
  const said = forecastWithDisk(
    migration,
    stage === 'over' ? { ...heard, stage: 'preparing', left: undefined } : heard,
    ofHop(options, hop)
  )
  const next = between ? hop : hop + 1
  const toCome = hops.slice(next).map((_, i) => wholeHop(migration, heard, ofHop(options, next + i)))
  const parts = between ? toCome : [said, ...toCome]
  const whole = parts.every(({ remaining }) => remaining !== undefined)
  const place = { number: hop + 1, of: hops.length, whole }
  if (!whole) return { ...said, hop: place }
  const { unforeseen: _, ...foreseen } = said
  const bytes = bytesSoFar(heard)
  const bytesLeft = parts.reduce((sum, one) => sum + (one.bytesLeft ?? 0), 0)
  const remaining = sumOf(parts.map((one) => one.remaining!))
  return { ...foreseen, hop: place, remaining, bytesLeft, fraction: bytes === 0 ? 0 : bytes / (bytes + bytesLeft) }
}

const sumOf = (all: readonly Remaining[]): Remaining => ({
  lowNs: all.reduce((sum, { lowNs }) => sum + lowNs, 0),
  likelyNs: all.reduce((sum, { likelyNs }) => sum + likelyNs, 0),
  highNs: all.reduce((sum, { highNs }) => sum + highNs, 0)
})

/** Round trips of control before a hop's first page: to preselect and to reserve. */
const PREPARING_TRIPS = 2

/** What could be said of a hop that began at this moment, and would have sent nothing. */
const wholeHop = (migration: string, heard: Heard, options: ForecastOptions): Forecast => {
  const { tripNs } = heard
  const said = forecastWithDisk(migration, asIfBegun(heard, options), options)
  const { remaining } = said
  if (remaining === undefined) return said
  const more = PREPARING_TRIPS * tripNs
  return { ...said, remaining: { lowNs: remaining.lowNs + more, likelyNs: remaining.likelyNs + more, highNs: remaining.highNs + more } }
}
