import { milestones, overAt } from '../metrics/milestones'
import { perMigration } from '../metrics/perMigration'
import { type Forecast, type ForecastOptions, forecasting } from '../migration/forecast'
import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'
import { formatTime, type Time } from '../time/time'
import { remainingText, stageText } from './forecastText'
import { grid, type Head } from './grid'
import { formatBytes } from './numbers'

/** What was forecast of a migration while it ran, some thousand moments at most, and what came: when it began and was over, and how long the guest stood still. */
export type ForecastHistory = {
  readonly from: Time
  readonly over: Time | undefined
  readonly downtimeNs: Time
  readonly forecasts: readonly Forecast[]
}

/** The forecasts of every migration of a journal, each made from the entries before it, beside what came. Beyond 4,096 every second of them is left out. */
export const forecastHistory = (options?: ForecastOptions): Fold<Entry, Readonly<Record<string, ForecastHistory>>> =>
  perMigration(ofOne(options))

const ofOne = (options?: ForecastOptions): Fold<Entry, ForecastHistory> => {
  const forecasts = forecasting(options)
  return fold<Entry, ForecastHistory, Gathered>({
    init: () => ({ state: forecasts.init(), stages: milestones.init(), kept: [], every: 1, heard: 0, last: undefined }),
    step: (gathered, entry) => {
      gathered.stages = milestones.step(gathered.stages, entry)
      gathered.state = forecasts.step(gathered.state, entry)
      if (entry.type !== 'signalled' && entry.type !== 'ended') return gathered
      if (gathered.heard++ % gathered.every === 0) keep(gathered, Object.values(forecasts.done(gathered.state))[0])
      return gathered
    },
    done: ({ kept, stages }) => {
      const found = milestones.done(stages)
      const over = overAt(found)
      const downtimeNs = found.pauses.reduce((sum, { from, to }) => sum + (to ?? over ?? from) - from, 0)
      return { from: found.started ?? 0, over, downtimeNs, forecasts: [...kept] }
    }
  })
}

/** A kernel's state: it never leaves the fold. */
type Gathered = { state: unknown; stages: unknown; kept: Forecast[]; every: number; heard: number; last: Time | undefined }

const keep = (gathered: Gathered, forecast: Forecast | undefined): void => {
  if (forecast === undefined || forecast.stage === 'over') return
  gathered.kept.push(forecast)
  if (gathered.kept.length <= 4096) return
  gathered.kept = gathered.kept.filter((_, i) => i % 2 === 0)
  gathered.every *= 2
}

/** The moments shown. */
const SHOWN = 16

/** The part of the forecasts with an interval in which what came lies. `undefined` without one, or where the migration is not over. */
export const heldOf = ({ forecasts, over }: ForecastHistory): { readonly intervals: number; readonly held: number } | undefined => {
  const said = forecasts.filter(({ remaining }) => remaining !== undefined)
  if (over === undefined || said.length === 0) return undefined
  return { intervals: said.length, held: said.filter((one) => holds(one, over)).length }
}

const holds = ({ at, remaining }: Forecast, over: Time): boolean =>
  remaining !== undefined && remaining.lowNs <= over - at && over - at <= remaining.highNs

/** How the forecast of a migration developed, at moments equally far from each other, beside what came. */
export const forecastHistoryText = (name: string, history: ForecastHistory): string => {
  const { from, over, downtimeNs, forecasts } = history
  const held = heldOf(history)
  const rows = atEqualSteps(forecasts).map((one) => [
    formatTime(one.at - from),
    `${one.hop === undefined ? '' : `hop ${one.hop.number}, `}${one.stage === 'pushing' ? stageText(one) : one.stage}`,
    one.fraction === undefined ? '-' : String(Math.floor(one.fraction * 100)),
    one.bytesPerSecond === undefined ? '-' : `${one.measured ? '' : '~'}${formatBytes(one.bytesPerSecond)}/s`,
    one.expectedDowntimeNs === undefined ? '-' : formatTime(one.expectedDowntimeNs),
    one.remaining === undefined ? '-' : remainingText(one.remaining).replace(/ left$/, ''),
    over === undefined ? '-' : formatTime(over - one.at),
    one.remaining === undefined || over === undefined ? '' : holds(one, over) ? 'held' : 'missed',
    one.converges === false ? 'does not converge at present' : ''
  ])
  return [
    `${name}: what could be said while it ran (intervals of 80 %), and what came`,
    grid('text', heads, rows),
    held === undefined
      ? 'no interval could be judged'
      : `${held.held} of ${held.intervals} intervals held (${Math.round((100 * held.held) / held.intervals)} %); the guest stood still for ${formatTime(downtimeNs)}`
  ].join('\n')
}

const heads: readonly Head[] = [
  { name: 'at', unit: '', align: 'right' },
  { name: 'stage', unit: '', align: 'left' },
  { name: 'done', unit: '%', align: 'right' },
  { name: 'rate', unit: '', align: 'right' },
  { name: 'down', unit: 'expected', align: 'right' },
  { name: 'remaining', unit: 'forecast', align: 'right' },
  { name: 'remaining', unit: 'came', align: 'right' },
  { name: '', unit: '', align: 'left' },
  { name: '', unit: '', align: 'left' }
]

/** The last forecast before each of equal steps of time. */
const atEqualSteps = (forecasts: readonly Forecast[]): readonly Forecast[] => {
  if (forecasts.length <= SHOWN) return forecasts
  const [first, last] = [forecasts[0].at, forecasts[forecasts.length - 1].at]
  const step = (at: Time): number => Math.floor(((at - first) / Math.max(1, last - first)) * SHOWN)
  return forecasts.filter(({ at }, i) => i === forecasts.length - 1 || step(at) !== step(forecasts[i + 1].at))
}
