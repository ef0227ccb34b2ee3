import { type Command, InvalidArgumentError } from 'commander'
import { isLeft } from 'fp-ts/lib/Either'
import { record } from './record'
import { wordOfEnd } from './runLackey'

/** Adds `record`, which traces the page accesses of any program under Valgrind; exit code 2 for bad input, 130 when interrupted. */
export const addRecordCommand = (program: Command): Command =>
  program
    .command('record')
    .description('record the pages a program touches (Valgrind; one to four thousand times slower than the program alone)')
    .requiredOption('-o, --output <file>', 'trace to write')
    .option('--force', 'replace the output where it exists')
    .option('--quantum <instructions>', 'executed instructions per quantum', whole, 100_000)
    .option('--page-bytes <bytes>', 'page size, a power of two', whole, 4096)
    .option('--max-instructions <instructions>', 'stop the program there and keep the trace', whole)
    .option('--clean-environment', 'run the program with PATH and LC_ALL=C alone, for equal traces from every shell')
    .option('--name <name>', 'name of the program in the trace (default: its file name)')
    .option('--program-version <version>', 'version of the program in the trace', 'unknown')
    .argument('<command...>', 'the program and its arguments, after --')
    .action(async (command: readonly string[], options: RecordFlags) => {
      process.exitCode = await recordToTerminal(command, options)
    })

interface RecordFlags {
  readonly output: string
  readonly force?: boolean
  readonly quantum: number
  readonly pageBytes: number
  readonly maxInstructions?: number
  readonly cleanEnvironment?: boolean
  readonly name?: string
  readonly programVersion: string
}

const whole = (text: string): number => {
  if (!/^[0-9][0-9_]*$/.test(text)) throw new InvalidArgumentError('Expected a whole number.')
  return Number(text.replaceAll('_', ''))
}

const recordToTerminal = async (command: readonly string[], flags: RecordFlags): Promise<number> => {
  const { output, force, quantum, pageBytes, maxInstructions, cleanEnvironment, name, programVersion } = flags
  const terminal = process.stderr.isTTY === true
  const say = (line: string): void => {
    process.stderr.write(`${terminal ? CLEAR : ''}${line}\n`)
  }
  if (terminal) say(`record: ${command.join(' ')} runs under Valgrind, ${SLOW_DOWN}; Ctrl-C stops it and leaves no file.`)
  const abort = new AbortController()
  const interrupt = (): void => abort.abort()
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    const result = await record(
      {
        command,
        output,
        force,
        instructionsPerQuantum: quantum,
        pageBytes,
        maxInstructions,
        cleanEnvironment,
        name,
        version: programVersion,
        signal: abort.signal
      },
      {
        progress: ({ instructions, pages, elapsedMs }) => {
          if (terminal) process.stderr.write(`${CLEAR}record: ${millions(instructions)}, ${pages} pages, ${seconds(elapsedMs)}`)
        }
      }
    )
    if (isLeft(result)) {
      const { path, expected, got, hint, exitCode } = result.left
      say(exitCode === 130 ? `record: interrupted; ${hint}` : `record: ${path}: expected ${expected}, got ${got}; ${hint}`)
      return exitCode
    }
    const { header, bytes, elapsedMs, programEnd } = result.right
    say(`record: ${command[0]}: ${wordOfEnd(programEnd)} after ${millions(header.instructions)} in ${seconds(elapsedMs)}`)
    say(`record: wrote ${output}: ${header.pages} pages, ${header.quanta} quanta, ${bytes} bytes`)
    return 0
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

const SLOW_DOWN = 'one to four thousand times slower than alone (1 to 3 million instructions per second)'

/** Back to the start of the line and clear it. */
const CLEAR = '\r\u001b[K'

const millions = (instructions: number): string => `${(instructions / 1e6).toFixed(1)} M instructions`

const seconds = (milliseconds: number): string => `${(milliseconds / 1e3).toFixed(1)} s`
