import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import type * as t from 'io-ts'
import { decode } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { nonNegativeInteger, positiveInteger } from '../../lib/codec/quantities'
import { oneOf } from '../../lib/codec/text'
import type { InputError } from '../../pipelines/experiment/inputError'
import type { CheckOptions } from '../checkOptions'
import { diskWorldPlans } from '../diskWorldPlans'
import { invariants as all } from '../invariants/invariants'
import { seedFrom } from '../seedFrom'
import { smallWorldPlans } from '../smallWorldPlans'

/** What the command line says of a check, as text. */
export type CheckFlags = {
  readonly runs?: string
  readonly seed?: string
  readonly path?: string
  readonly invariants?: string
  readonly repeat?: string
  readonly noRepeat?: boolean
  readonly worlds?: string
  readonly maxEntries?: string
  readonly json?: boolean
  readonly journal?: boolean
  readonly svg?: string
  readonly force?: boolean
  readonly quiet?: boolean
}

/** A check as a command makes it. `again`: the flags without which a replay would be of something else. */
export type CheckSettings = {
  readonly options: CheckOptions & { readonly runs: number }
  readonly again: readonly string[]
  readonly json: boolean
  readonly journal: boolean
  readonly svg: string | undefined
  readonly quiet: boolean
}

/** Adds the flags of a check to a command. */
export const addCheckFlags = (command: Command): Command =>
  command
    .option('--runs <n>', 'how many worlds (default 10000)')
    .option(
      '--seed <seed>',
      'of the swarm: any integer or text (default: SEED in the environment, else one drawn anew; the report says which)'
    )
    .option('--path <path>', 'a counterexample’s path such as 12:3:0, to see that one run again; needs its seed')
    .option('--invariants <names>', `what must hold, with commas (default all: ${all.map(({ name }) => name).join(', ')})`)
    .option('--repeat <n>', 'make the first and every n-th run after it twice, and compare the journals to the byte (default 16)')
    .addOption(withoutRepeat())
    .option(
      '--worlds <which>',
      'standard: up to two guests of 1 to 64 pages; small: one of 1 to 8 pages, much faster; disks: standard, and the first guest has a disk (default standard)'
    )
    .option('--max-entries <n>', 'journal entries at which a run is ended as limited (default 20000)')
    .option('--json', 'the results for programs')
    .option('--journal', 'print the journal of a counterexample too')
    .option('--svg <file>', 'write the diagram of the first counterexample there')
    .option('--force', 'replace the diagram where there is one')
    .option('--quiet', 'no progress on standard error (nor is there any when it is not a terminal)')

/** A flag of its own: as the negation of `--repeat` it would be the last of the two that counts, and nobody would be told. */
const withoutRepeat = (): Option => {
  const option = new Option('--no-repeat', 'make no run twice')
  option.negate = false
  return option
}

/** Reads the flags of a check; every flag that cannot be read is an error. `environment`: where `SEED` may be; the flag goes before it. */
export const readCheckFlags = (
  flags: CheckFlags,
  environment: Readonly<Record<string, string | undefined>>
): Either<readonly InputError[], CheckSettings> => {
  const errors: InputError[] = []
  const read = <A>(path: string, codec: t.Type<A, unknown>, text: string | undefined): A | undefined => {
    if (text === undefined) return undefined
    const result = decode<A>(codec)(text)
    if (!isLeft(result)) return result.right
    errors.push(...result.left.map((problem) => ({ ...problem, path })))
    return undefined
  }
  const { path, svg, force = false, noRepeat = false, json = false, journal = false, quiet = false } = flags
  const runs = read('--runs', numberText(positiveInteger), flags.runs) ?? 10_000
  const every = read('--repeat', numberText(nonNegativeInteger), flags.repeat)
  const maxEntries = read('--max-entries', numberText(positiveInteger), flags.maxEntries)
  const worlds = read('--worlds', oneOf('standard', 'small', 'disks'), flags.worlds)
  const seed = seedFrom(flags.seed ?? environment.SEED)
  if (noRepeat && every !== undefined) errors.push({ path: '--repeat, --no-repeat', expected: 'one of the two', got: 'both' })
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path))
    errors.push({ path: '--path', expected: 'numbers with colons between them, such as 12:3:0', got: JSON.stringify(path) })
  if (path !== undefined && seed === undefined)
    errors.push({ path: '--path', expected: 'the seed that it belongs to', got: 'none', hint: 'add --seed' })
  if (force && svg === undefined) errors.push({ path: '--force', expected: 'a file to replace', got: 'none', hint: 'name it with --svg' })
  if (svg !== undefined && !force && existsSync(svg))
    errors.push({ path: '--svg', expected: 'a file that does not exist yet', got: svg, hint: 'name another, or add --force to replace it' })
  const names = flags.invariants?.split(',').map((name) => name.trim())
  const unknown = names?.find((name) => all.every((one) => one.name !== name))
  if (unknown !== undefined)
    errors.push({ path: '--invariants', expected: `one of ${all.map(({ name }) => name).join(', ')}`, got: JSON.stringify(unknown) })
  if (errors.length > 0) return left(errors)
  const given = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [name, value])
  return right({
    options: {
      runs,
      ...(seed === undefined ? {} : { seed }),
      ...(path === undefined ? {} : { path }),
      ...(names === undefined ? {} : { invariants: all.filter(({ name }) => names.includes(name)) }),
      ...(worlds === 'small' ? { worlds: smallWorldPlans } : worlds === 'disks' ? { worlds: diskWorldPlans } : {}),
      ...(maxEntries === undefined ? {} : { maxEntries }),
      repeat: noRepeat ? false : (every ?? 16)
    },
    again: [
      ...given('--worlds', worlds === 'small' ? 'small' : undefined),
      ...given('--invariants', names?.join(',')),
      ...given('--max-entries', flags.maxEntries)
    ],
    json,
    journal,
    svg,
    quiet
  })
}
