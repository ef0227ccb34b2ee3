import { setImmediate } from 'node:timers/promises'
import type { Command } from 'commander'
import { isLeft } from 'fp-ts/lib/Either'
import { decode } from '../../lib/codec/decode'
import { oneOf } from '../../lib/codec/text'
import { readUtilisations } from '../managers/readUtilisations'
import { listText, type Ran, reproducedText } from '../reproduce/reproducedText'
import type { Reproduction } from '../reproduce/reproduction'
import { reproductions } from '../reproduce/reproductions'
import { action, type Ending, ended, refused } from './action'
import { seedFrom, seeds } from './flags'
import { terminalLine } from './progress'

type Flags = {
  readonly format?: string
  readonly seed?: string
  readonly trace?: string
  readonly check?: boolean
  readonly quiet?: boolean
}

/** Adds `reproduce`: published measurements made again, model beside paper. `known` are those it offers (those of the house, unless a test brings its own). */
export const addReproduceCommand = (program: Command, known: readonly Reproduction[] = reproductions): Command =>
  program
    .command('reproduce')
    .description(
      'make published measurements again: the model’s figures beside the paper’s, and whether what was aimed at holds; without a name, list them'
    )
    .argument('[name...]', `which: ${known.map(({ name }) => name).join(', ')}, or all`)
    .option('--format <form>', 'text, markdown, csv or json (default: text; csv and json in full precision)')
    .option('--seed <seed>', `of the chances of the runs: ${seeds}`)
    .option('--trace <path>', 'for cloudsim: CPU utilisations of VMs, a folder of PlanetLab files or a CSV file (default: a day made up)')
    .option('--check', 'exit with 1 when something that was aimed at does not hold')
    .option('--quiet', 'no progress on standard error (nor is there any when it is not a terminal)')
    .action(
      action((signal, names: readonly string[], _flags: Flags, command: Command) =>
        reproduce(names, known, { flags: command.optsWithGlobals(), signal })
      )
    )

const reproduce = async (
  names: readonly string[],
  known: readonly Reproduction[],
  { flags, signal }: { readonly flags: Flags; readonly signal: AbortSignal }
): Promise<Ending> => {
  const format = decode(oneOf('text', 'markdown', 'csv', 'json'))(flags.format ?? 'text')
  if (isLeft(format)) return refused(...format.left.map((problem) => ({ ...problem, path: '--format' })))
  const unknown = names.find((name) => name !== 'all' && known.every((one) => one.name !== name))
  if (unknown !== undefined)
    return refused({
      path: 'reproduce',
      expected: `one of ${[...known.map(({ name }) => name), 'all'].join(', ')}`,
      got: JSON.stringify(unknown)
    })
  if (names.length === 0) {
    process.stdout.write(`${listText(format.right, known)}\n`)
    return ended
  }
  const chosen = names.includes('all') ? known : names.map((name) => known.find((one) => one.name === name)!)
  const seed = seedFrom(flags.seed) ?? 1
  const read = flags.trace === undefined ? undefined : readUtilisations(flags.trace)
  if (read !== undefined && isLeft(read)) return refused({ path: '--trace', expected: 'utilisations of VMs', got: read.left })
  const recorded = read === undefined ? undefined : { path: flags.trace!, series: read.right.series }
  const line = terminalLine({ quiet: flags.quiet === true })
  const ran: Ran[] = []
  try {
    for (const reproduction of chosen) {
      const reproduced = await reproduction.run({
        seed,
        recorded,
        progress: heardBy(signal, (what) => line.show(`${reproduction.name}: ${what}`))
      })
      ran.push({ reproduction, seed, reproduced })
    }
  } catch (error) {
    if (error !== interruption) throw error
    line.clear()
    return { type: 'interrupted' }
  }
  line.clear()
  const texts = ran.map((one) => reproducedText(format.right, one))
  const whole = format.right === 'json' && texts.length > 1 ? `[${texts.join(',\n')}]` : texts.join('\n\n')
  process.stdout.write(`${whole}\n`)
  const missed = ran.some(({ reproduced }) => reproduced.verdicts.some(({ holds }) => !holds))
  return missed && flags.check ? { type: 'failed' } : ended
}

/** What `progress` throws when Ctrl-C was pressed. */
const interruption = new Error('interrupted')

/** Tells, gives the process a chance to hear what is asked of it, and throws when that was to stop. */
const heardBy =
  (signal: AbortSignal, tell: (what: string) => void) =>
  async (what: string): Promise<void> => {
    tell(what)
    await setImmediate()
    if (signal.aborted) throw interruption
  }
