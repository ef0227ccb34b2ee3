import { measure } from '../../lib/metrics/metrics'
import { perMigration } from '../../lib/metrics/perMigration'
import { type RestartSteps, restartSteps } from '../../lib/metrics/restartSteps'
import { timeSeries } from '../../lib/metrics/timeSeries'
import { type Forecast, forecasting } from '../../lib/migration/forecast'
import type { Entry } from '../../lib/protocol/journal'
import type { Drawn } from '../../lib/report/chart'
import type { Run } from '../../lib/report/columns'
import { combine, type Fold } from '../../lib/stream/fold'
import type { Time } from '../../lib/time/time'
import type { Trial } from '../experiment/experiment'
import { migrationName } from '../experiment/experiment'
import { simulate } from '../experiment/simulate'
import { type JournalFile, journalFile } from './journalFile'
import type { Progress } from './progress'
import { type Stage, stages } from './stages'

/** What a trial came to: a row of the table, a chart, and where its journal is. */
export type Result = Run &
  Drawn & {
    readonly technique: Trial['technique'] | undefined
    readonly bound?: Trial['bound']
    readonly unbounded?: Trial['unbounded']
    readonly journal: string | undefined
    readonly journalBytes: number
    readonly stages: readonly Stage[]
    readonly steps: RestartSteps | undefined
  }

/** What is read off each journal while it is written: the metrics and the series of the chart, in one pass. */
export const readings: Fold<
  Entry,
  {
    metrics: ReturnType<ReturnType<typeof measure>['done']>
    series: Record<string, Drawn['series']>
    stages: Record<string, readonly Stage[]>
    steps: Record<string, RestartSteps>
  }
> = combine({ metrics: measure(), series: perMigration(timeSeries()), stages: perMigration(stages), steps: perMigration(restartSteps) })

/**
 * Runs trials one after the other and writes the journal of each to the path it is given, if any. `undefined` when the signal stopped them: the journals that
 * were whole by then are kept, the one under way is removed.
 */
export const runTrials = async (
  trials: readonly Trial[],
  {
    journalOf,
    progress,
    signal
  }: { readonly journalOf: (trial: Trial) => string | undefined; readonly progress: Progress; readonly signal: AbortSignal }
): Promise<readonly Result[] | undefined> => {
  const results: Result[] = []
  for (const [i, trial] of trials.entries()) {
    const path = journalOf(trial)
    const file = path === undefined ? undefined : journalFile(path)
    const result = await runTrial(trial, file, {
      forecast: progress.shown,
      progress: (at, forecast) => progress.at(`${trial.name} (${i + 1} of ${trials.length})`, at, forecast),
      signal
    })
    if (result === undefined) return undefined
    results.push(result)
  }
  return results
}

const runTrial = async (
  trial: Trial,
  file: JournalFile | undefined,
  {
    forecast,
    progress,
    signal
  }: {
    readonly forecast: boolean
    readonly progress: (at: Time, forecast: () => Forecast | undefined) => void
    readonly signal: AbortSignal
  }
): Promise<Result | undefined> => {
  let state = readings.init()
  const forecasts = forecasting(trial.forecast)
  let heard = forecasts.init()
  const entry = (one: Entry): void => {
    state = readings.step(state, one)
    if (forecast) heard = forecasts.step(heard, one)
    file?.write(one)
  }
  let whole = false
  try {
    whole = await simulate(trial, { entry, progress: (at) => progress(at, () => forecasts.done(heard)[migrationName]), signal })
    if (whole) file?.keep()
  } finally {
    if (!whole) file?.drop()
  }
  if (!whole) return undefined
  const { metrics, series, stages: found, steps } = readings.done(state)
  const { name, technique, bound, unbounded } = trial
  return {
    name,
    technique,
    ...(bound !== undefined && { bound }),
    ...(unbounded !== undefined && { unbounded }),
    journal: file?.path,
    journalBytes: file?.bytes() ?? 0,
    metrics: metrics[migrationName],
    series: series[migrationName],
    stages: found[migrationName],
    steps: steps[migrationName]
  }
}
