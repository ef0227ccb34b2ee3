import type { Forecast } from '../migration/forecast'
import type { Remaining } from '../migration/remaining'
import type { Time } from '../time/time'
import { formatTime } from '../time/time'
import { formatBytes, formatNumber } from './numbers'

/**
 * A forecast on one line: stage, part done, what leaves now (`~` where it is not measured yet), what is dirtied, the expected downtime and the time that remains, and where a push does not converge.
 *
 *     round 2, 61 %, 118.0 MB/s, dirtied 5,300 pages/s, down 18.2 ms, 0.4 to 0.9 s left
 */
export const forecastText = (forecast: Forecast): string => {
  const { fraction, bytesPerSecond, measured, dirtiedPerSecond, expectedDowntimeNs, remaining, unforeseen, stage } = forecast
  return [
    ...(forecast.hop === undefined ? [] : [`hop ${forecast.hop.number}${forecast.hop.of === undefined ? '' : ` of ${forecast.hop.of}`}`]),
    stageText(forecast),
    ...(fraction === undefined ? [] : [`${formatNumber(Math.floor(fraction * 100))} %`]),
    ...(bytesPerSecond === undefined ? [] : [`${measured ? '' : '~'}${formatBytes(bytesPerSecond)}/s`]),
    ...(dirtiedPerSecond === undefined ? [] : [`dirtied ${formatNumber(dirtiedPerSecond)} pages/s`]),
    ...(expectedDowntimeNs === undefined ? [] : [`down ${short(expectedDowntimeNs)}`]),
    ...(remaining === undefined ? [] : [`${remainingText(remaining)}${forecast.hop?.whole === false ? ' of this hop' : ''}`]),
    ...(unforeseen === undefined || stage === 'preparing' || stage === 'broken' ? [] : [`time left unknown: ${unforeseen}`]),
    ...(forecast.converges === false ? ['does not converge at present'] : [])
  ].join(', ')
}

/** The interval of a remaining time in words: `0.4 to 0.9 s left`, `at least 3 s left`. */
export const remainingText = ({ lowNs, highNs }: Remaining): string => {
  if (highNs === Number.POSITIVE_INFINITY) return `at least ${short(lowNs)} left`
  const [low, high] = [short(lowNs), short(highNs)]
  if (low === high) return `${high} left`
  const unit = high.slice(high.indexOf(' '))
  return low.endsWith(unit) ? `${low.slice(0, -unit.length)} to ${high} left` : `${low} to ${high} left`
}

/** What it is doing. @internal */
export const stageText = ({ stage, round, disk, pagesLeft }: Forecast): string => {
  switch (stage) {
    case 'pushing':
      return disk?.stage !== 'mirrored'
        ? `round ${round}`
        : pagesLeft === undefined
          ? `disk round ${disk.round}`
          : `round ${round}, disk round ${disk.round}`
    case 'stopped':
      return disk !== undefined && disk.blocksLeft > 0 ? 'guest stands still, disk drained' : 'guest stands still'
    case 'pulling':
      return 'guest at the target'
    case 'broken':
      return 'link broken'
    default:
      return stage
  }
}

/** With two digits that count. */
const short = (ns: Time): string => formatTime(ns < 100 ? ns : Number(ns.toPrecision(2)))
