import { type Command, Option } from 'commander'
import { isLeft, right } from 'fp-ts/lib/Either'
import { decode } from '../../lib/codec/decode'
import { oneOf } from '../../lib/codec/text'
import { formatBytes } from '../../lib/report/numbers'
import { action, type Ending, ended, refused } from './action'
import { chooseExperiment } from './chooseExperiment'
import { comparisonData, comparisonText, type Form } from './comparisonText'
import { exampleConfig } from './exampleConfig'
import { addExperimentFlags, type ExperimentFlags } from './flags'
import { journalFolder } from './journalFolder'
import { terminalProgress } from './progress'
import { type Result, runTrials } from './runTrials'
import { furtherNamed, namedTechniques } from './usualExperiment'

type Flags = ExperimentFlags & {
  readonly technique?: string
  readonly format?: string
  readonly journals?: string
  readonly noJournals?: boolean
  readonly force?: boolean
  readonly quiet?: boolean
  readonly example?: boolean
}

/** Adds `run`: one technique, or those of a configuration file. */
export const addRunCommand = (program: Command): Command =>
  flagged(program.command('run'))
    .description('migrate a guest by one technique, or as a configuration file says')
    .argument('[config]', 'configuration file in JSON (see --example); flags go before what it says')
    .option('--example', 'print a configuration file that has everything, and do nothing else')
    .action(
      action((signal, file: string | undefined, _flags: Flags, command: Command) =>
        compare({ file, flags: command.optsWithGlobals(), otherwise: ['pre-copy'], signal })
      )
    )

/** Adds `compare`: several techniques side by side. */
export const addCompareCommand = (program: Command): Command =>
  flagged(program.command('compare'))
    .description('migrate a guest by several techniques, side by side')
    .argument('[config]', 'configuration file in JSON (npm start -- run --example prints one); flags go before what it says')
    .action(
      action((signal, file: string | undefined, _flags: Flags, command: Command) =>
        compare({ file, flags: command.optsWithGlobals(), otherwise: everyName(), signal })
      )
    )

/** The main job: every technique on one shipped trace, with the defaults and some traffic of applications on the link. */
export const mainJob = (flags: Flags, signal: AbortSignal): Promise<Ending> =>
  compare({ file: undefined, flags: { applicationTraffic: '400Mbit/s', ...flags }, otherwise: everyName(), signal })

/** Adds what the main job may be told. */
export const addOutputFlags = (command: Command): Command =>
  command
    .option(
      '--journals <folder>',
      'where to write a journal for each technique (default: a new folder for temporary files, printed; it stays there until you remove it)'
    )
    .addOption(withoutJournals())
    .option('--force', 'replace journals that exist')
    .option(
      '--quiet',
      'no progress on standard error (nor is there any when it is not a terminal), nor where the journals of the other forms are'
    )

/** A flag of its own: as the negation of `--journals` it would be the last of the two that counts, and nobody would be told. */
const withoutJournals = (): Option => {
  const option = new Option('--no-journals', 'write no journals: those of large guests are large (100 MB for one of 36 GiB)')
  option.negate = false
  return option
}

const flagged = (command: Command): Command =>
  addOutputFlags(
    addExperimentFlags(
      command.option(
        '--technique <names>',
        `one or more, with commas, in place of those of a configuration file: ${everyName().join(', ')}; and, compared only when named: ${furtherNamed()
          .map(({ name }) => name)
          .join(', ')}`
      )
    )
  ).option(
    '--format <form>',
    'text, markdown, csv or json (default: text, the only one with charts and explanations; csv and json are in ns, bytes and fractions)'
  )

const everyName = (): readonly string[] => namedTechniques().map(({ name }) => name)

type Comparison = {
  readonly file: string | undefined
  readonly flags: Flags
  readonly otherwise: readonly string[]
  readonly signal: AbortSignal
}

const compare = async ({ file, flags, otherwise, signal }: Comparison): Promise<Ending> => {
  const { technique, journals, force = false, noJournals = false, quiet = false, example = false } = flags
  if (example) {
    process.stdout.write(exampleConfig)
    return ended
  }
  for (const [path, given] of [
    ['--journals', journals !== undefined],
    ['--force', force]
  ] as const)
    if (noJournals && given) return refused({ path: `${path}, --no-journals`, expected: 'one of the two', got: 'both' })
  const format = decode(oneOf('text', 'markdown', 'csv', 'json'))(flags.format ?? 'text')
  if (isLeft(format)) return refused(...format.left.map((problem) => ({ ...problem, path: '--format' })))
  const chosen = chooseExperiment({ file, techniques: technique, flags, otherwise })
  if (isLeft(chosen)) return refused(...chosen.left)
  const { trials } = chosen.right
  const folder = noJournals ? right(undefined) : journalFolder(journals, { names: trials.map(({ name }) => name), force })
  if (isLeft(folder)) return refused(...folder.left)
  const progress = terminalProgress({ quiet })
  const results = await runTrials(trials, { journalOf: ({ name }) => folder.right?.of(name), progress, signal })
  progress.clear()
  if (results === undefined) {
    folder.right?.leave()
    return { type: 'interrupted', ...(folder.right && { removed: 'the journal under way' }) }
  }
  const form: Form = format.right
  const written = folder.right && writtenText(folder.right.path, results)
  const { config, guest, regime } = chosen.right
  if (form === 'text') {
    const text = comparisonText({ config, guest, ...(regime !== undefined && { regime }) }, results, {
      charts: charted(results.map(({ name }) => name))
    })
    process.stdout.write(`${[text, ...(written === undefined ? [] : ['', written])].join('\n')}\n`)
  } else {
    process.stdout.write(`${comparisonData(results, form)}\n`)
    if (written !== undefined && !quiet) process.stderr.write(`${written}\n`)
  }
  return ended
}

const writtenText = (path: string, results: readonly Result[]): string => {
  const size = formatBytes(results.reduce((sum, { journalBytes }) => sum + journalBytes, 0))
  return `journals, one for each technique: ${path} (${size}; npm start -- replay FILE reads one; --no-journals writes none)`
}

/** Up to four charts fit on a screen: of many techniques those four that are sums of different phases. */
const charted = (names: readonly string[]): readonly string[] =>
  names.length <= 4 ? names : ['stop-and-copy', 'pre-copy', 'post-copy', 'hybrid']
