import type { Command } from 'commander'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { decode } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { positiveInteger } from '../../lib/codec/quantities'
import type { FleetManager } from '../../lib/protocol/fleet'
import { formatNumber } from '../../lib/report/numbers'
import { action, type Ending, ended, refused } from '../../pipelines/commands/action'
import { loadModule } from '../../pipelines/commands/loadModule'
import { isManager } from '../../pipelines/commands/managersIn'
import { checkFleets, type FleetCounterexample, type FleetsPassed } from '../fleet/checkFleets'
import { explainFleets } from '../fleet/explainFleets'
import { fleetSometimes } from '../fleet/fleetSometimes'
import { seedFrom } from '../seedFrom'
import { invocation } from './invocation'

type Flags = { readonly runs?: string; readonly seed?: string; readonly path?: string; readonly mitigates?: boolean }

/** Adds `check-fleet`: a file's managers of fleets against every invariant, on days drawn at random. */
export const addCheckFleetCommand = (program: Command): Command =>
  program
    .command('check-fleet')
    .description('look for a day of a fleet on which a manager of yours breaks an invariant, and shrink it; the exit code is then 1')
    .argument('<file>', 'JavaScript or TypeScript that exports managers of fleets, under any name or by default')
    .option('--runs <n>', 'how many days (default 2000)')
    .option('--seed <seed>', 'of the swarm: any integer or text (default: SEED in the environment, else 1)')
    .option('--path <path>', 'a counterexample’s path such as 12:3:0, to see that one day again; needs its seed')
    .option('--mitigates', 'the managers mitigate hotspots, and are held to what Sandpiper promises by its defaults too')
    .action(action((signal, file: string, flags: Flags) => checkFleetFile(file, flags, signal)))

const checkFleetFile = async (
  file: string,
  { runs: text, seed: of, path, mitigates = false }: Flags,
  signal: AbortSignal
): Promise<Ending> => {
  const runs = text === undefined ? right(2000) : decode(numberText(positiveInteger))(text)
  if (isLeft(runs)) return refused(...runs.left.map((problem) => ({ ...problem, path: '--runs' })))
  const given = seedFrom(of ?? process.env.SEED)
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path))
    return refused({ path: '--path', expected: 'numbers with colons between them, such as 12:3:0', got: JSON.stringify(path) })
  if (path !== undefined && given === undefined)
    return refused({ path: '--path', expected: 'the seed that it belongs to', got: 'none', hint: 'add --seed' })
  const module = await loadModule(file, 'a manager of a fleet')
  if (isLeft(module)) return refused(...module.left)
  const managers = Object.values(module.right).filter(isManager)
  if (managers.length === 0)
    return refused({
      path: file,
      expected: 'an export that is a manager of a fleet: { name, begin }',
      got: Object.keys(module.right).join(', ') || 'no exports'
    })
  let isBroken = false
  for (const manager of managers) {
    const result = await checked(manager, {
      runs: runs.right,
      seed: given ?? 1,
      mitigates,
      signal,
      ...(path !== undefined && { path })
    }).catch(wrongPath)
    if (result === undefined)
      return refused({
        path: '--path',
        expected: 'a path of this check',
        got: path ?? '',
        hint: 'the same flags, and the same release, lead to it'
      })
    if (signal.aborted) return { type: 'interrupted' }
    isBroken ||= isLeft(result)
    process.stdout.write(`${isLeft(result) ? explained(result.left, file, mitigates) : held(manager.name, result.right)}\n`)
  }
  return isBroken ? { type: 'failed' } : ended
}

/** A path that leads nowhere is bad input; any other error is a bug and comes through. */
const wrongPath = (error: unknown): undefined => {
  if (error instanceof RangeError && error.message.startsWith('checkFleets: path ')) return undefined
  throw error
}

/** Days of one swarm after the other, each of its own seed, so that whoever asks can stop in between. */
const SLICE = 250

const checked = async (
  manager: FleetManager,
  {
    runs,
    seed,
    path,
    mitigates,
    signal
  }: { readonly runs: number; readonly seed: number; readonly path?: string; readonly mitigates: boolean; readonly signal: AbortSignal }
): Promise<Either<FleetCounterexample, FleetsPassed>> => {
  if (path !== undefined) return checkFleets(manager, { seed, path, mitigates })
  const counts = new Map<string, number>()
  let made = 0
  for (let slice = 0; made < runs && !signal.aborted; slice++) {
    const result = checkFleets(manager, { runs: Math.min(SLICE, runs - made), seed: seed + slice, mitigates })
    if (isLeft(result)) return left({ ...result.left, runs: made + result.left.runs })
    made += result.right.runs
    for (const [name, n] of Object.entries(result.right.sometimes)) counts.set(name, (counts.get(name) ?? 0) + n)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return right({ runs: made, seed, sometimes: Object.fromEntries(counts) as FleetsPassed['sometimes'] })
}

const held = (name: string, { runs, seed, sometimes }: FleetsPassed): string =>
  [
    `${name}: ${formatNumber(runs)} days without a violation (seed ${seed})`,
    ...Object.entries(fleetSometimes).map(([key, { sentence }]) => {
      const n = sometimes[key as keyof typeof sometimes]
      return `  ${(n === 0 ? 'never' : formatNumber(n)).padStart(8)}  ${sentence}`
    })
  ].join('\n')

const explained = (found: FleetCounterexample, file: string, mitigates: boolean): string =>
  `${explainFleets(found)}\n  ${[...invocation(), 'check-fleet', file, ...(mitigates ? ['--mitigates'] : []), '--seed', found.seed, '--path', found.path].join(' ')}`
