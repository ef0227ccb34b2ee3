import { setImmediate } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import type { Problem } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { positiveInteger } from '../../lib/codec/quantities'
import { oneOf } from '../../lib/codec/text'
import { reproducedText } from '../reproduce/reproducedText'
import { studies } from '../why/studies'
import type { Study } from '../why/study'
import { action, type Ending, ended, refused } from './action'
import { flagReader } from './flagReader'
import { seedFrom, seeds } from './flags'
import { terminalLine } from './progress'

type Flags = { readonly [K in keyof typeof flags]?: string } & {
  readonly seed?: string
  readonly check?: boolean
  readonly quiet?: boolean
}

const flags = {
  runs: {
    usage: '--runs <n>',
    codec: numberText(positiveInteger),
    usual: '20',
    help: 'worlds that a mean is taken over, where chance decides (load: at least 4)'
  },
  format: {
    usage: '--format <form>',
    codec: oneOf('text', 'markdown', 'csv', 'json'),
    usual: 'text',
    help: 'text, markdown, csv or json (csv and json in full precision)'
  }
} as const

/** Adds `why`: the motives to migrate, each in a scenario where it should help and in one where it must not act. `known` are those it offers (those of the house, unless a test brings its own). */
export const addWhyCommand = (program: Command, known: readonly Study[] = studies): Command =>
  Object.values(flags)
    .reduce(
      (to, { usage, usual, help }) => to.addOption(new Option(usage, `${help} (default: ${usual})`)),
      program
        .command('why')
        .description(
          'why processes migrate on a manycore: each motive beside doing nothing, where it should help and where it must not act, and whether that came out; without a name, list them'
        )
        .argument('[motive...]', `which: ${known.map(({ name }) => name).join(', ')}, or all`)
    )
    .option('--seed <seed>', `of the chances of the runs: ${seeds}`)
    .option('--check', 'exit with 1 when something that was aimed at does not hold')
    .option('--quiet', 'no progress on standard error (nor is there any when it is not a terminal)')
    .addHelpText('after', examples)
    .action(
      action((signal, names: readonly string[], _flags: Flags, command: Command) =>
        why(names, known, { flags: command.optsWithGlobals(), signal })
      )
    )

const examples = `
Examples:
  transhume why
  transhume why locality security
  transhume why load --runs 40 --seed 7
  transhume why all --format markdown --check`

const why = async (
  names: readonly string[],
  known: readonly Study[],
  { flags: given, signal }: { readonly flags: Flags; readonly signal: AbortSignal }
): Promise<Ending> => {
  const problems: Problem[] = []
  const read = flagReader(flags, given, problems)
  const [runs, format] = [read('runs'), read('format')]
  const unknown = names.find((name) => name !== 'all' && known.every((one) => one.name !== name))
  if (unknown !== undefined)
    problems.push({ path: 'why', expected: `one of ${[...known.map(({ name }) => name), 'all'].join(', ')}`, got: JSON.stringify(unknown) })
  if (problems.length > 0) return refused(...problems)
  const chosen = names.includes('all') ? known : known.filter(({ name }) => names.includes(name))
  if (chosen.length === 0) {
    process.stdout.write(`${listOf(known)}\n`)
    return ended
  }
  const seed = seedFrom(given.seed) ?? 1
  const line = terminalLine({ quiet: given.quiet === true })
  const texts: string[] = []
  let holds = true
  for (const study of chosen) {
    const progress = async (what: string): Promise<void> => {
      line.show(`${study.name}: ${what}`)
      await setImmediate()
      signal.throwIfAborted()
    }
    try {
      const reproduced = await study.run({ seed, runs, progress })
      holds = holds && reproduced.verdicts.every((verdict) => verdict.holds)
      texts.push(reproducedText(format, { reproduction: study, seed, reproduced }))
    } catch (error) {
      if (signal.aborted) {
        line.clear()
        return { type: 'interrupted' }
      }
      throw error
    }
  }
  line.clear()
  process.stdout.write(format === 'json' && texts.length > 1 ? `[${texts.join(',\n')}]\n` : `${texts.join('\n\n')}\n`)
  return given.check === true && !holds ? { type: 'failed' } : ended
}

const listOf = (known: readonly Study[]): string => {
  const width = Math.max(0, ...known.map(({ name }) => name.length))
  return known.map(({ name, sentence }) => `${name.padEnd(width)}  ${sentence}`).join('\n')
}
