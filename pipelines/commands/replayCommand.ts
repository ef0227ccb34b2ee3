import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { type Config, configCodec } from '../../lib/codec/config'
import { decode, shown } from '../../lib/codec/decode'
import { encodeEntry } from '../../lib/codec/journal'
import { threadUse } from '../../lib/metrics/threadUse'
import type { ForecastOptions } from '../../lib/migration/forecast'
import type { Entry } from '../../lib/protocol/journal'
import { type ChipActivity, chipActivity } from '../../lib/report/chipActivity'
import { chipText } from '../../lib/report/chipText'
import { type ForecastHistory, forecastHistory, forecastHistoryText } from '../../lib/report/forecastHistory'
import { threadTable } from '../../lib/report/threadTable'
import type { Fold } from '../../lib/stream/fold'
import { experiment, migrationName } from '../experiment/experiment'
import { forecastOptionsOf } from '../experiment/forecastOptionsOf'
import type { InputError } from '../experiment/inputError'
import { simulate } from '../experiment/simulate'
import { nameOf } from '../experiment/techniques'
import { action, type Ending, ended, refused } from './action'
import { comparisonText, type Setting } from './comparisonText'
import { readJournalFile } from './readJournalFile'
import { chipOf, drawPicture, isOf, type Span, type SpanFlags, spanOf, wrongPicture } from './replayPicture'
import { type Result, readings } from './runTrials'

/** Adds `replay`: table and charts of journals written before, and whether the same experiment still gives the same journal. */
export const addReplayCommand = (program: Command): Command =>
  program
    .command('replay')
    .description('read journals again: their table and charts; with --check, run the experiment each names and compare entry by entry')
    .argument('<journal...>', 'journal files, as npm start, run and compare write them')
    .option('--check', 'run each journal’s own experiment anew; the first entry that differs is shown, and the exit code is 1')
    .option('--forecast', 'what could have been said of each migration while it ran, and how right that was')
    .option(
      '--svg <file>',
      'draw the journal there: of a chip, the load of its links, migrations and threads; of others, who said what when'
    )
    .option('--force', 'replace the file of --svg')
    .option('--from <time>', 'of a chip: only what happens from then on, in windows as much narrower')
    .option('--until <time>', 'of a chip: only what happens until then')
    .action(action((signal, files: readonly string[], flags: Flags) => replay(files, flags, signal)))

type Flags = { readonly check?: boolean; readonly forecast?: boolean; readonly svg?: string; readonly force?: boolean } & SpanFlags

type Read = {
  readonly file: string
  readonly config: Config | undefined
  readonly setting: Setting | undefined
  readonly results: readonly Result[]
  readonly entries: readonly Entry[]
  readonly forecasts: readonly string[]
  readonly chip: { readonly activity: ChipActivity | undefined } | undefined
  /** Of threads with iso-address memory, which are no migrations of guests: what they have done. */
  readonly threads: string | undefined
}

const replay = async (
  files: readonly string[],
  { check = false, forecast = false, svg, force = false, ...span }: Flags,
  signal: AbortSignal
): Promise<Ending> => {
  const wrong = wrongPicture(files, svg, force)
  if (wrong.length > 0) return refused(...wrong)
  const shown = spanOf(span)
  if (isLeft(shown)) return refused(...shown.left)
  const journals: Read[] = []
  for (const file of files) {
    const journal = read(file, { check, forecast, whole: check || svg !== undefined, span: shown.right })
    if (isLeft(journal)) return refused(...journal.left)
    journals.push(journal.right)
  }
  const other = journals.find(({ chip }) => chip === undefined)
  const [bound] = Object.keys(span)
  if (bound !== undefined && other !== undefined)
    return refused({ path: `--${bound}`, expected: 'journals of a chip', got: `${other.file}, which is of another world` })
  const results = journals.flatMap((one) => one.results)
  const texts = journals.flatMap(({ file, threads, chip }) => [
    ...(threads === undefined ? [] : [`${basename(file)}\n${threads}`]),
    ...(chip === undefined ? [] : [chipText(chip.activity)])
  ])
  if (results.length > 0 || texts.length === 0) {
    const { setting } = journals.find((one) => one.chip === undefined && one.threads === undefined) ?? journals[0]
    texts.unshift(comparisonText(setting, results, { charts: results.slice(0, 4).map(({ name }) => name) }))
  }
  process.stdout.write(`${texts.join('\n\n')}\n`)
  for (const text of journals.flatMap(({ forecasts }) => forecasts)) process.stdout.write(`\n${text}\n`)
  if (svg !== undefined) drawPicture(svg, journals[0])
  if (!check) return ended
  let same = true
  for (const { file, config, entries, threads } of journals) {
    if (threads !== undefined)
      return refused({
        path: file,
        expected: 'a journal whose first entry holds its experiment',
        got: 'one of threads, whose programs are not in it',
        hint: 'run the programs in replay(journal), which says where they differ'
      })
    if (config === undefined)
      return refused({ path: file, expected: 'a journal whose first entry holds its experiment', got: 'none', hint: 'leave --check out' })
    const difference = await firstDifference(config, entries, signal)
    if (difference === 'aborted') return { type: 'interrupted' }
    if (isLeft(difference)) return refused(...difference.left.map((error) => ({ ...error, path: `${file}: ${error.path}` })))
    same &&= difference.right === undefined
    process.stdout.write(`${file}: ${difference.right ?? `run anew, the same ${entries.length} entries`}\n`)
  }
  return same ? ended : { type: 'failed' }
}

/**
 * A journal's readings and its experiment, or what happened on its chip; its entries are kept only where they are to be compared or drawn, and its forecasts made only where they are asked for.
 */
const read = (
  file: string,
  { forecast, whole, span }: { readonly check: boolean; readonly forecast: boolean; readonly whole: boolean; readonly span: Span }
): Either<readonly InputError[], Read> => {
  let state = readings.init()
  let began: Entry | undefined
  let uses: unknown
  let history: Fold<Entry, Readonly<Record<string, ForecastHistory>>> | undefined
  let told: unknown
  let chip: { readonly fold: Fold<Entry, ChipActivity | undefined>; state: unknown } | undefined
  let problem: string | undefined
  const entries: Entry[] = []
  const outcome = readJournalFile(file, (entry) => {
    if (began === undefined) {
      began = entry
      const kind = chipOf(entry)
      if (kind === 'chip') chip = { fold: chipActivity(span), state: undefined }
      else if (kind !== 'other') problem = kind
      const config = forecast ? experimentOf(entry) : undefined
      history = forecast ? forecastHistory(config && knownOf(config)) : undefined
      told = history?.init()
      if (isOf('isoThreads', entry)) uses = threadUse.init()
    }
    if (problem !== undefined) return
    if (chip !== undefined) chip.state = chip.fold.step(chip.state, entry)
    if (uses !== undefined) uses = threadUse.step(uses, entry)
    if (whole && chip === undefined) entries.push(entry)
    if (chip !== undefined || uses !== undefined) return
    state = readings.step(state, entry)
    if (history !== undefined) told = history.step(told, entry)
  })
  if (isLeft(outcome)) return outcome
  if (problem !== undefined) return left([{ path: `${file}: line 1: world`, expected: 'a chip as run writes it', got: problem }])
  if (chip !== undefined || uses !== undefined)
    return right({
      file,
      config: undefined,
      setting: undefined,
      results: [],
      entries,
      forecasts: [],
      chip: chip && { activity: chip.fold.done(chip.state) },
      threads: uses === undefined ? undefined : threadTable()(threadUse.done(uses))
    })
  const { metrics, series, stages, steps } = readings.done(state)
  const config = experimentOf(began)
  const given = config === undefined ? basename(file, '.jsonl') : nameOf(config.techniques[0])
  const results = Object.keys(metrics).map((migration, _, all): Result => {
    const name = all.length === 1 ? given : `${given} ${migration}`
    return {
      name,
      metrics: metrics[migration],
      series: series[migration],
      technique: config?.techniques[0],
      journal: file,
      journalBytes: statSync(file).size,
      stages: stages[migration],
      steps: steps[migration]
    }
  })
  const guest = began?.type === 'began' ? began.guests[migrationName] : undefined
  const histories = history === undefined ? [] : Object.values(history.done(told))
  const forecasts = histories.map((one, i) => forecastHistoryText(results[i]?.name ?? given, one))
  return right({
    file,
    config,
    setting: config && guest && { config, guest },
    results,
    entries,
    forecasts,
    chip: undefined,
    threads: undefined
  })
}

/** What was known of a recorded migration beforehand: its guest is made anew, for the bound and its pages without content; where that cannot be, what the configuration says by itself. */
const knownOf = (config: Config): ForecastOptions => {
  const made = experiment(config)
  return isLeft(made) ? forecastOptionsOf(config, config.techniques[0]) : made.right.trials[0].forecast
}

/** The experiment that the first entry of a journal holds, if the command line wrote it. */
const experimentOf = (began: Entry | undefined): Config | undefined => {
  if (began?.type !== 'began' || typeof began.world !== 'object' || began.world === null || !('experiment' in began.world)) return undefined
  const config = decode(configCodec)(began.world.experiment)
  return isLeft(config) ? undefined : config.right
}

/** The first entry in which an experiment, run anew, differs from its journal, in words; `undefined` when there is none. */
const firstDifference = async (
  config: Config,
  entries: readonly Entry[],
  signal: AbortSignal
): Promise<Either<readonly InputError[], string | undefined> | 'aborted'> => {
  const made = experiment(config)
  if (isLeft(made)) return left(made.left)
  let n = 0
  let difference: string | undefined
  const whole = await simulate(made.right.trials[0], {
    signal,
    entry: (entry) => {
      const [was, is] = [n < entries.length ? encodeEntry(entries[n]) : undefined, encodeEntry(entry)]
      n++
      if (difference === undefined && was !== is)
        difference = `entry ${n} differs: the journal has ${was === undefined ? 'ended' : shown(JSON.parse(was))}, the run has ${shown(JSON.parse(is))}`
    }
  })
  if (!whole) return 'aborted'
  return right(difference ?? (n < entries.length ? `entry ${n + 1} differs: the journal goes on, the run has ended` : undefined))
}
