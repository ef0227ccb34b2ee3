import type { Command } from 'commander'
import { isLeft } from 'fp-ts/lib/Either'
import { decode } from '../../lib/codec/decode'
import { oneOf } from '../../lib/codec/text'
import { action, type Ending, refused } from '../../pipelines/commands/action'
import { addCheckFlags, type CheckFlags, readCheckFlags } from './checkFlags'
import { invocation } from './invocation'
import { loadPipelines, policyKinds } from './loadPipelines'
import { runChecks } from './runChecks'

type Flags = CheckFlags & { readonly export?: string; readonly policy?: string }

/** Adds `check`: a file's pipelines, policies or phases against every invariant, in worlds drawn at random. */
export const addCheckCommand = (program: Command): Command =>
  addCheckFlags(
    program
      .command('check')
      .description('look for a run in which a pipeline of yours breaks an invariant, and shrink it; the exit code is then 1')
      .argument('<file>', 'JavaScript or TypeScript that exports pipelines, under any name or by default')
      .option('--export <name>', 'check that export alone')
      .option('--policy <kind>', `the export is no pipeline but a rule or a phase of one: ${policyKinds.join(', ')}`)
  ).action(action((signal, file: string, _flags: Flags, command: Command) => checkFile(file, command.optsWithGlobals<Flags>(), signal)))

const checkFile = async (file: string, flags: Flags, signal: AbortSignal): Promise<Ending> => {
  const kind = decode(oneOf(...policyKinds))(flags.policy ?? policyKinds[0])
  if (isLeft(kind)) return refused(...kind.left.map((problem) => ({ ...problem, path: '--policy' })))
  const settings = readCheckFlags(flags, process.env)
  if (isLeft(settings)) return refused(...settings.left)
  const policy = flags.policy === undefined ? {} : { kind: kind.right }
  const loaded = await loadPipelines(file, { exported: flags.export, ...policy })
  if (isLeft(loaded)) return refused(...loaded.left)
  const { subjects, leftOut } = loaded.right
  if (leftOut.length > 0) process.stderr.write(`${file}: not checked, since it is no pipeline: ${leftOut.join(', ')}\n`)
  return runChecks(
    subjects.map((subject) => ({
      ...subject,
      expects: ['completes'],
      again: [
        ...invocation(),
        'check',
        file,
        ...(subject.exported === undefined ? [] : ['--export', subject.exported]),
        ...(flags.policy === undefined ? [] : ['--policy', flags.policy])
      ]
    })),
    settings.right,
    signal
  )
}
