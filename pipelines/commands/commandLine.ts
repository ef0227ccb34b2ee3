import { Command, CommanderError } from 'commander'
import { addRecordCommand } from '../record/recordCommand'
import { action } from './action'
import { addCheckpointCommand } from './checkpointCommand'
import { addCompareCommand, addOutputFlags, addRunCommand, mainJob } from './compareCommand'
import { seeds } from './flags'
import { addHotspotsCommand } from './hotspotsCommand'
import { addManageCommand } from './manageCommand'
import { addNocCommand } from './nocCommand'
import { addReplayCommand } from './replayCommand'
import { addReproduceCommand } from './reproduceCommand'
import { addTraceCommand } from './traceCommand'
import { addWhyCommand } from './whyCommand'

/** The command line without its entry in the process: commands are added to it, then it is parsed by `perform`. */
export const commandLine = (): Command => {
  const program = new Command('transhume')
    .description('A reactive laboratory for live migration. Without a command: every technique on a recorded program, side by side.')
    .exitOverride()
    // Else the options of the main job would be taken for it wherever they stand, and commands would not hear of theirs.
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for what there is)')
    .option('--seed <seed>', `of the chances of a run: ${seeds}`)
  program.hook('preAction', (_, command) => {
    const wrong = command === program ? undefined : misplaced(program, command)
    if (wrong !== undefined) program.error(`error: ${wrong}`)
  })
  addOutputFlags(program).action(action((signal, flags) => mainJob(flags, signal)))
  addRunCommand(program)
  addCompareCommand(program)
  addReplayCommand(program)
  addReproduceCommand(program)
  addCheckpointCommand(program)
  addNocCommand(program)
  addManageCommand(program)
  addHotspotsCommand(program)
  addWhyCommand(program)
  addRecordCommand(program)
  addTraceCommand(program)
  return program
}

/** An option before the command that the command has not, or was given another value of. */
const misplaced = (program: Command, command: Command): string | undefined => {
  for (const option of program.options) {
    const name = option.attributeName()
    const [before, after] = [program.getOptionValue(name), command.getOptionValue(name)]
    if (before === undefined) continue
    if (!command.options.some((one) => one.long === option.long)) return `${command.name()} has no option '${option.long}'`
    if (after !== undefined && after !== before)
      return `option '${option.long}' is given twice, as ${before} before ${command.name()} and as ${after} after it`
  }
  return undefined
}

/** Parses the process's arguments and performs the command; a wrong use of the command line exits with 2. */
export const perform = async (program: Command, argv: readonly string[]): Promise<void> => {
  if (!process.stdout.listeners('error').includes(readerLeft)) process.stdout.on('error', readerLeft)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : 2
  }
}

/** A reader that has seen enough (head, less) closes the pipe: that is no error of ours. It may come after the command has ended. */
const readerLeft = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
