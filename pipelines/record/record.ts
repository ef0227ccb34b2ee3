import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { traceBodyWriter } from '../../lib/codec/traceBody'
import { traceFileHead } from '../../lib/codec/traceFile'
import type { PageTraceHeader } from '../../lib/guest/pageTrace'
import { lackeyParser } from './lackeyParser'
import { pageMap } from './pageMap'
import { type ProgramEnd, readyToRun, runLackey, wordOfEnd } from './runLackey'

/** What to record and where to. */
export interface RecordOptions {
  /** The program and its arguments. */
  readonly command: readonly string[]
  readonly output: string
  /** Replace `output` where it exists. */
  readonly force?: boolean
  /** Executed instructions per quantum: 100,000 by default, a tenth of a millisecond at 10^9 instructions per second. */
  readonly instructionsPerQuantum?: number
  /** A power of two from 1024 to 2 MiB; 4096 by default, the page of x86-64. */
  readonly pageBytes?: number
  /** End the program after so many instructions and keep what was recorded until then. */
  readonly maxInstructions?: number
  /** What the trace calls the program: by default the command's file name and `unknown`. */
  readonly name?: string
  readonly version?: string
  /** Run the program with PATH and LC_ALL=C alone, so that a deterministic program gives the same trace in every shell. */
  readonly cleanEnvironment?: boolean
  /** Aborting it ends the program and leaves no file. */
  readonly signal?: AbortSignal
}

/** Where a recording tells how far it is; times in milliseconds since the start. */
export interface RecordSink {
  readonly progress: (so: { readonly instructions: number; readonly pages: number; readonly elapsedMs: number }) => void
}

/** A recording that was written. */
export interface Recording {
  readonly header: PageTraceHeader
  readonly output: string
  readonly bytes: number
  readonly elapsedMs: number
  /** How the program ended; `stopped` where maxInstructions did it. */
  readonly programEnd: ProgramEnd
}

/** Why nothing was written; `exitCode` is 2 for a request that cannot be met, 1 for a run that failed, 130 for an interrupted one. */
export interface RecordError {
  readonly path: string
  readonly expected: string
  readonly got: string
  readonly hint: string
  readonly exitCode: 1 | 2 | 130
}

/**
 * Runs a program under Valgrind's lackey and writes the trace of the pages it touches.
 *
 * The trace goes to a temporary file beside the output and is renamed into place at the end; a run that fails or is interrupted leaves
 * nothing. Memory follows the distinct pages of the program, not the length of the run, and no text is stored. The program keeps its
 * standard input, output and error. Children of the program run untraced; memory written by the kernel on the program's behalf (a read()
 * into a buffer) is seen when the program touches it.
 *
 * Cost: one to three million instructions per second, one to four thousand times slower than the program alone: Valgrind
 * writes each access as a line of text.
 */
export const record = async (options: RecordOptions, sink: RecordSink): Promise<Either<RecordError, Recording>> => {
  const ready = readyToRecord(options)
  if (isLeft(ready)) return ready
  const { output, instructionsPerQuantum = 100_000, pageBytes = 4096, maxInstructions = Number.POSITIVE_INFINITY } = options
  const partial = `${output}.partial-${process.pid}`
  const partialBody = `${partial}-body`
  const started = performance.now()
  let body = -1
  try {
    body = openSync(partialBody, 'wx+')
    const hash = createHash('sha256')
    let bodyBytes = 0
    const writer = traceBodyWriter((bytes) => {
      hash.update(bytes)
      bodyBytes += bytes.length
      writeWhole(body, bytes)
    })
    const notes: string[] = []
    const parser = lackeyParser(
      { pageBytes, instructionsPerQuantum, maxInstructions },
      ({ count, pageId, firstPosition, firstIsWrite, lastWritePosition }) => {
        for (let at = 0; at < count; at++) writer.touch(pageId[at], firstPosition[at], firstIsWrite[at] === 1, lastWritePosition[at])
        writer.endQuantum()
      },
      (line) => {
        notes.push(line)
        if (notes.length > 8) notes.shift()
      }
    )
    const programEnd = await runLackey(
      { command: options.command, cleanEnvironment: options.cleanEnvironment ?? false, signal: options.signal },
      {
        take: parser.push,
        enough: parser.full,
        tick: () => {
          const { instructions, pages } = parser.counts()
          sink.progress({ instructions, pages, elapsedMs: performance.now() - started })
        }
      }
    )
    // Ctrl-C reaches the program at the same time as the recorder: either may be heard first.
    const byKeyboard = programEnd.type === 'killed' && (programEnd.signal === 'SIGINT' || programEnd.signal === 'SIGTERM')
    if (options.signal?.aborted || byKeyboard) return left(interrupted(output))
    parser.end()
    const counts = parser.counts()
    if (programEnd.type === 'killed' || counts.quanta === 0 || notes.some((line) => VALGRIND_FAILED.test(line)))
      return left(failed(options.command, programEnd, notes))
    const { regions, numberOfId } = pageMap(parser.virtualPages())
    writer.end(regions, numberOfId)
    const header: PageTraceHeader = {
      format: 'transhume-trace',
      version: 1,
      pageBytes,
      instructionsPerQuantum,
      command: options.command,
      program: { name: options.name ?? basename(options.command[0]), version: options.version ?? 'unknown' },
      recordedWith: ready.right.valgrind,
      ...counts,
      sha256: hash.digest('hex')
    }
    const head = traceFileHead({ ...header, bodyBytes })
    joinFiles(partial, head, body, bodyBytes)
    if (existsSync(output) && options.force !== true) return left(exists(output))
    renameSync(partial, output)
    const elapsedMs = performance.now() - started
    return right({ header, output, bytes: head.length + bodyBytes, elapsedMs, programEnd })
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error)
    return left({ path: output, expected: 'a trace written whole', got, hint: 'nothing was written', exitCode: 1 })
  } finally {
    if (body !== -1) closeSync(body)
    rmSync(partialBody, { force: true })
    rmSync(partial, { force: true })
  }
}

const VALGRIND_FAILED = /the 'impossible' happened|Valgrind has to exit|Fatal error/

const readyToRecord = (options: RecordOptions): Either<RecordError, { readonly valgrind: string }> => {
  const { command, output, force, instructionsPerQuantum = 100_000, pageBytes = 4096, maxInstructions } = options
  const refuse = (path: string, expected: string, got: string, hint: string): Either<RecordError, never> =>
    left({ path, expected, got, hint, exitCode: 2 })
  if (command.length === 0) return refuse('command', 'a program to run after --', 'nothing', 'npm start -- record -- COMMAND ...')
  if (!(Number.isInteger(instructionsPerQuantum) && instructionsPerQuantum >= 1 && instructionsPerQuantum <= 2 ** 30))
    return refuse('--quantum', 'a whole number of instructions from 1 to 2^30', `${instructionsPerQuantum}`, 'try --quantum 100000')
  if (!(Number.isInteger(pageBytes) && pageBytes >= 1024 && pageBytes <= 2 ** 21 && (pageBytes & (pageBytes - 1)) === 0))
    return refuse('--page-bytes', 'a power of two from 1024 to 2097152', `${pageBytes}`, 'leave it out for 4096')
  if (maxInstructions !== undefined && !(Number.isSafeInteger(maxInstructions) && maxInstructions >= 1))
    return refuse('--max-instructions', 'a whole number from 1', `${maxInstructions}`, 'leave it out to record the whole run')
  if (output === '' || isDirectory(output)) return refuse('--output', 'the name of a file', JSON.stringify(output), 'add a file name')
  if (existsSync(output) && force !== true) return left(exists(output))
  const folder = output.includes('/') ? output.slice(0, output.lastIndexOf('/') + 1) : '.'
  if (!isDirectory(folder)) return refuse('--output', 'a file in a folder that exists', output, `mkdir -p ${folder}`)
  return readyToRun(command)
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const exists = (output: string): RecordError => ({
  path: '--output',
  expected: 'a file that does not exist yet',
  got: output,
  hint: 'name another file, or add --force to replace it',
  exitCode: 2
})

const interrupted = (output: string): RecordError => ({
  path: 'record',
  expected: 'the program to end',
  got: 'an interruption',
  hint: `the program was stopped and ${output} was not written`,
  exitCode: 130
})

const failed = (command: readonly string[], end: ProgramEnd, notes: readonly string[]): RecordError => ({
  path: command.join(' '),
  expected: 'a run under Valgrind that ends by itself',
  got: wordOfEnd(end),
  hint: ['nothing was written; Valgrind said last:', ...notes.filter((line) => line.trim() !== '')].join('\n  '),
  exitCode: 1
})

const writeWhole = (file: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

const joinFiles = (path: string, head: Uint8Array, body: number, bodyBytes: number): void => {
  const file = openSync(path, 'wx')
  try {
    writeWhole(file, head)
    const chunk = new Uint8Array(1 << 20)
    for (let at = 0; at < bodyBytes; ) {
      const read = readSync(body, chunk, 0, chunk.length, at)
      if (read === 0) throw new Error(`record: the temporary file of ${path} was cut at byte ${at}`)
      writeWhole(file, chunk.subarray(0, read))
      at += read
    }
  } finally {
    closeSync(file)
  }
}
