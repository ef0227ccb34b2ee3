import { existsSync, writeFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import type { Command } from 'commander'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import type * as t from 'io-ts'
import { decode } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { nonNegativeInteger, positiveInteger } from '../../lib/codec/quantities'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { formatNumber } from '../../lib/report/numbers'
import type { Part } from '../../lib/world/conduct'
import { action, type Ending, ended, refused } from '../../pipelines/commands/action'
import { loadModule } from '../../pipelines/commands/loadModule'
import type { InputError } from '../../pipelines/experiment/inputError'
import { explorable } from '../explore/explorable'
import { type ExploreOptions, exploring } from '../explore/explore'
import type { Choosing } from '../explore/scope'
import { type Exploration, exploreData, exploreReport, exploreSvg } from './exploreReport'
import { loadPipelines } from './loadPipelines'

type Flags = {
  readonly export?: string
  readonly pages?: string
  readonly writes?: string
  readonly faults?: string
  readonly fail?: string
  readonly mend?: boolean
  readonly maxStates?: string
  readonly svg?: string
  readonly force?: boolean
  readonly json?: boolean
  readonly journal?: boolean
  readonly quiet?: boolean
}

type Subject = { readonly name: string; readonly of: Pipeline | Choosing }

/** Adds `explore`: every interleaving of a small migration, of a technique by name or of a file's pipelines. */
export const addExploreCommand = (program: Command): Command =>
  program
    .command('explore')
    .description('go through every interleaving of a small migration; the exit code is 1 when one is wrong, and the shortest is shown')
    .argument(
      '<what>',
      `${explorable.map(({ name }) => name).join(', ')}, or a file that exports pipelines (or { choosing: (choose) => pipeline })`
    )
    .option('--export <name>', 'that export of the file alone')
    .option('--pages <n>', 'of the guest (default 3)')
    .option('--writes <n>', 'that the guest makes at most (default 4)')
    .option('--faults <n>', 'that happen at most (default 0)')
    .option('--fail <parts>', 'what may fail, with commas (default link,source,target)')
    .option('--no-mend', 'a broken link stays broken')
    .option('--max-states <n>', 'states at which it stops and says so (default 5000000)')
    .option('--json', 'the results for programs')
    .option('--journal', 'print the journal of the shortest violation too')
    .option('--svg <file>', 'write the diagram of the shortest violation there')
    .option('--force', 'replace the diagram where there is one')
    .option('--quiet', 'no progress on standard error (nor is there any when it is not a terminal)')
    .action(action((signal, what: string, _flags: Flags, command: Command) => exploreAll(what, command.optsWithGlobals<Flags>(), signal)))

const exploreAll = async (what: string, flags: Flags, signal: AbortSignal): Promise<Ending> => {
  const options = readFlags(flags)
  if (isLeft(options)) return refused(...options.left)
  const subjects = await subjectsOf(what, flags.export)
  if (isLeft(subjects)) return refused(...subjects.left)
  const { json = false, journal = false, quiet = false, svg } = flags
  const done: Exploration[] = []
  for (const { name, of } of subjects.right) {
    const exploration = await exploreOne(name, of, options.right, { signal, quiet }).catch(forgotten)
    if (exploration === undefined) break
    if ('got' in exploration) return refused({ ...exploration, path: name })
    done.push(exploration)
    if (!json) process.stdout.write(`${exploreReport(exploration, { journal })}\n${whoseJournal(exploration)}`)
  }
  for (const { name, scope, result } of svg === undefined ? [] : done.filter(({ result }) => isLeft(result)).slice(0, 1)) {
    if (!isLeft(result)) continue
    writeFileSync(svg!, exploreSvg(name, scope, result.left))
    process.stderr.write(`the diagram of ${name}: ${svg}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify(done.map(exploreData), null, 2)}\n`)
  if (signal.aborted) return { type: 'interrupted' }
  return done.some(({ result }) => isLeft(result)) ? { type: 'failed' } : ended
}

/** A pipeline that cannot be explored, because its phases remember what is not in their names and data, or what is no data; any other error is a bug and comes through. */
const forgotten = (error: unknown): Omit<InputError, 'path'> => {
  if (!(error instanceof RangeError && /^(explore|dataKey): /.test(error.message))) throw error
  return { expected: 'a pipeline whose phases hold all that they remember in their names and data', got: error.message }
}

/** Where a journal is not the data centre's, that it is not. */
const whoseJournal = ({ result }: Exploration): string =>
  isLeft(result) && !result.left.replayed
    ? '  (this is the journal of the exploration itself, its times being the numbers of choices: the simulated data centre does not come to the same)\n'
    : ''

/** One exploration, in slices, so that the process hears Ctrl-C; `undefined` when it was stopped. */
const exploreOne = async (
  name: string,
  of: Pipeline | Choosing,
  options: ExploreOptions,
  { signal, quiet }: { readonly signal: AbortSignal; readonly quiet: boolean }
): Promise<Exploration | undefined> => {
  const shows = !quiet && process.stderr.isTTY === true
  const began = performance.now()
  const steps = exploring(of, options)
  for (;;) {
    const next = steps.next()
    if (shows) process.stderr.write(CLEAR)
    const ms = performance.now() - began
    if (next.done === true) return { name, of, scope: options, ms, result: next.value }
    const { states, waiting, depth } = next.value
    if (shows)
      process.stderr.write(
        `${name}: ${formatNumber(states)} states, ${formatNumber(waiting)} waiting, depth ${depth}, ${formatNumber((1000 * states) / ms)} states/s (Ctrl-C: stop)`
      )
    await new Promise((turn) => setImmediate(turn))
    if (!signal.aborted) continue
    process.stderr.write(`${shows ? CLEAR : ''}${name}: stopped at ${formatNumber(states)} states, depth ${depth}; nothing wrong so far\n`)
    return undefined
  }
}

/** Back to the start of the line and clear it. */
const CLEAR = '\r\u001b[K'

/** A name without what people write differently: `precopy`, `preCopy` and `pre-copy` are one. */
const bare = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '')

const subjectsOf = async (what: string, exported: string | undefined): Promise<Either<readonly InputError[], readonly Subject[]>> => {
  const named = explorable.find(({ name }) => bare(name) === bare(what))
  if (named !== undefined) return right([named])
  if (extname(what) === '' && !existsSync(what))
    return left([
      { path: 'explore', expected: `a file, or one of ${explorable.map(({ name }) => name).join(', ')}`, got: JSON.stringify(what) }
    ])
  const module = await loadModule(what)
  if (isLeft(module)) return module
  const asking = Object.entries(module.right).flatMap(([name, value]): readonly Subject[] =>
    isChoosing(value) && (exported === undefined || exported === name) ? [{ name: `${basename(what)}: ${name}`, of: value }] : []
  )
  const loaded = await loadPipelines(what, { exported })
  if (isLeft(loaded)) return asking.length > 0 ? right(asking) : loaded
  const plain = loaded.right.subjects.flatMap(({ name, of }): readonly Subject[] =>
    typeof of === 'function' ? [{ name, of }] : 'pipeline' in of ? [{ name, of: of.pipeline }] : []
  )
  return plain.length + asking.length > 0
    ? right([...plain, ...asking])
    : left([
        {
          path: what,
          expected: 'an exported pipeline',
          got: 'arbitraries of pipelines',
          hint: 'an exploration is of one pipeline; see check'
        }
      ])
}

const isChoosing = (value: unknown): value is Choosing =>
  typeof value === 'object' && value !== null && 'choosing' in value && typeof value.choosing === 'function'

const PARTS: readonly Part[] = ['link', 'source', 'target']

const readFlags = (flags: Flags): Either<readonly InputError[], ExploreOptions> => {
  const errors: InputError[] = []
  const read = (path: string, codec: t.Type<number, unknown>, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined
    const result = decode<number>(numberText(codec as never))(text)
    if (!isLeft(result)) return result.right
    errors.push(...result.left.map((problem) => ({ ...problem, path })))
    return undefined
  }
  const pages = read('--pages', positiveInteger, flags.pages)
  const writes = read('--writes', nonNegativeInteger, flags.writes)
  const faults = read('--faults', nonNegativeInteger, flags.faults)
  const maxStates = read('--max-states', positiveInteger, flags.maxStates)
  const fail = flags.fail?.split(',').map((part) => part.trim())
  const unknown = fail?.find((part) => !PARTS.some((one) => one === part))
  if (unknown !== undefined) errors.push({ path: '--fail', expected: `some of ${PARTS.join(', ')}`, got: JSON.stringify(unknown) })
  const { svg, force = false, mend = true } = flags
  if (force && svg === undefined) errors.push({ path: '--force', expected: 'a file to replace', got: 'none', hint: 'name it with --svg' })
  if (svg !== undefined && !force && existsSync(svg))
    errors.push({ path: '--svg', expected: 'a file that does not exist yet', got: svg, hint: 'name another, or add --force to replace it' })
  if (errors.length > 0) return left(errors)
  return right({
    pages,
    writes,
    faults,
    maxStates,
    mend,
    ...(fail === undefined ? {} : { fail: PARTS.filter((part) => fail.includes(part)) })
  })
}
