import type { Command } from 'commander'
import { isLeft } from 'fp-ts/lib/Either'
import { action, type Ending, refused } from '../../pipelines/commands/action'
import { demandPostcopies, hybrids, postcopies, precopies, stopAndCopies, tlms } from '../arbitraries/pipelineArbitraries'
import type { Checked } from '../search'
import { addCheckFlags, type CheckFlags, readCheckFlags } from './checkFlags'
import { invocation } from './invocation'
import { runChecks } from './runChecks'

/** A shipped technique with its rules drawn, and what must happen in some of many runs of it. */
type Technique = { readonly name: string; readonly of: Checked; readonly expects: readonly string[] }

const techniques: readonly Technique[] = [
  { name: 'stop-and-copy', of: stopAndCopies, expects: ['completes', 'aborts', 'isUndecided', 'isLost', 'exits'] },
  { name: 'pre-copy', of: precopies, expects: ['completes', 'aborts', 'isUndecided', 'isLost', 'skips', 'dirties', 'doesNotConverge'] },
  { name: 'post-copy', of: postcopies, expects: ['completes', 'aborts', 'isUndecided', 'isLost', 'faults', 'skips'] },
  { name: 'post-copy-demand', of: demandPostcopies, expects: ['completes', 'aborts', 'isLost', 'isLimited', 'faults', 'exits'] },
  {
    name: 'hybrid',
    of: hybrids,
    expects: ['completes', 'aborts', 'isUndecided', 'isLost', 'faults', 'skips', 'dirties', 'doesNotConverge']
  },
  { name: 'tlm', of: tlms, expects: ['completes', 'aborts', 'isUndecided', 'isLost', 'dirties', 'exits'] }
]

/** Adds `properties`: the shipped techniques, their rules drawn, against every invariant. */
export const addPropertiesCommand = (program: Command): Command =>
  addCheckFlags(
    program
      .command('properties')
      .description('look for a run in which a shipped technique, with any rules, breaks an invariant')
      .argument('[technique...]', `${techniques.map(({ name }) => name).join(', ')}, or all (default: all)`)
  ).action(
    action((signal, names: readonly string[], _flags: CheckFlags, command: Command) =>
      checkTechniques(names, command.optsWithGlobals<CheckFlags>(), signal)
    )
  )

/** A name without what people write differently: `precopy`, `preCopy` and `pre-copy` are one. */
const bare = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '')

const checkTechniques = async (names: readonly string[], flags: CheckFlags, signal: AbortSignal): Promise<Ending> => {
  const unknown = names.find((name) => bare(name) !== 'all' && techniques.every((one) => bare(one.name) !== bare(name)))
  if (unknown !== undefined)
    return refused({
      path: 'properties',
      expected: `one of ${techniques.map(({ name }) => name).join(', ')}, all`,
      got: JSON.stringify(unknown)
    })
  const isAll = names.length === 0 || names.some((name) => bare(name) === 'all')
  const chosen = techniques.filter((one) => isAll || names.some((name) => bare(name) === bare(one.name)))
  const settings = readCheckFlags(flags, process.env)
  if (isLeft(settings)) return refused(...settings.left)
  const [first] = invocation()
  const start = first === 'npm' ? ['npm', 'run', 'properties', '--'] : [...invocation(), 'properties']
  return runChecks(
    chosen.map((one) => ({ ...one, again: [...start, one.name] })),
    settings.right,
    signal
  )
}
