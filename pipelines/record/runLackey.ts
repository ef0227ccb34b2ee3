import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { accessSync, closeSync, constants, mkdtempSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { constants as osConstants, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { type Either, left, right } from 'fp-ts/lib/Either'
import type { RecordError } from './record'

/** How the traced program ended. */
export type ProgramEnd =
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'killed'; readonly signal: string }
  | { readonly type: 'stopped' }

/** The program and how it is started. */
export interface LackeyRun {
  readonly command: readonly string[]
  /** PATH and LC_ALL=C alone instead of the environment of this process. */
  readonly cleanEnvironment: boolean
  /** Aborting it kills the program. */
  readonly signal?: AbortSignal
}

/** Who reads Valgrind's lines while the program runs. */
export interface LackeyReader {
  /** Takes whole lines of the first `length` bytes and answers how many bytes it took. */
  readonly take: (bytes: Uint8Array, length: number) => number
  /** Whether the program may be ended. */
  readonly enough: () => boolean
  /** Called several times a second. */
  readonly tick: () => void
}

/**
 * Runs a program under `valgrind --tool=lackey --trace-mem=yes` and feeds what Valgrind prints to a reader as it comes.
 *
 * The lines come through a named pipe that is read some tens of kilobytes at a time: lackey writes each line by a call of its own, and a
 * reader that waits in read() is woken for each of them (24 million lines took 21 s through `| wc` and 6.5 s through this reader, on two
 * cores). Node's own pipes to a child are socket pairs, which keep a buffer for each line and so hold far fewer; they were not tried.
 */
export const runLackey = async ({ command, cleanEnvironment, signal }: LackeyRun, reader: LackeyReader): Promise<ProgramEnd> => {
  const { input, output } = openPipe()
  const child = spawn('valgrind', [...LACKEY, '--log-fd=3', '--', ...command], {
    stdio: ['inherit', 'inherit', 'inherit', output],
    env: cleanEnvironment ? { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' } : process.env
  })
  let end: ProgramEnd | undefined
  let failure: Error | undefined
  child.once('exit', (code, name) => {
    end = code === null ? { type: 'killed', signal: name ?? 'unknown' } : { type: 'exited', code }
  })
  child.once('error', (error) => {
    failure = error
  })
  closeSync(output)
  const stop = (): void => {
    child.kill('SIGKILL')
  }
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()
  try {
    const buffer = new Uint8Array(1 << 20)
    let kept = 0
    let empty = 0
    let yielded = performance.now()
    let ticked = yielded
    for (;;) {
      // Taken before the read: what a program wrote before its end is then in the pipe.
      const ended = end !== undefined || failure !== undefined
      const read = readSome(input, buffer, kept)
      if (read > 0) {
        kept += read
        const taken = reader.take(buffer, kept)
        buffer.copyWithin(0, taken, kept)
        kept -= taken
        if (kept === buffer.length) throw new Error('runLackey: a line of Valgrind is longer than 1 MiB')
        if (reader.enough()) {
          stop()
          while (end === undefined && failure === undefined) await setTimeout(1)
          return { type: 'stopped' }
        }
      }
      if (ended && read <= 0) break
      empty = read > 0 ? 0 : empty + 1
      const now = performance.now()
      if (now - ticked > 250) {
        ticked = now
        reader.tick()
      }
      if (empty > 100) await setTimeout(2)
      else if (now - yielded > 20) await setImmediate()
      else if (read < PIPE_BYTES / 2) Atomics.wait(SLEEP, 0, 0, 0.3)
      else continue
      if (empty > 100 || now - yielded > 20) yielded = performance.now()
    }
    if (failure !== undefined) throw failure
    return end ?? { type: 'killed', signal: 'unknown' }
  } finally {
    signal?.removeEventListener('abort', stop)
    closeSync(input)
    if (end === undefined) stop()
  }
}

/** The end of a program in words. */
export const wordOfEnd = (end: ProgramEnd): string =>
  end.type === 'exited' ? `exit code ${end.code}` : end.type === 'killed' ? `killed by ${end.signal}` : 'stopped at the limit'

/** Valgrind's version when it and the program can be started, else why not. */
export const readyToRun = (command: readonly string[]): Either<RecordError, { readonly valgrind: string }> => {
  const valgrind = spawnSync('valgrind', ['--version'], { encoding: 'utf8' })
  if (valgrind.error !== undefined || valgrind.status !== 0)
    return left({
      path: 'valgrind',
      expected: 'Valgrind on the PATH',
      got: valgrind.error === undefined ? `exit code ${valgrind.status}` : 'no such program',
      hint: 'install it: apt-get install valgrind',
      exitCode: 2
    })
  const [program] = command
  const candidates = program.includes('/') ? [program] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program))
  if (!candidates.some(isProgram))
    return left({
      path: 'command',
      expected: program.includes('/') ? 'a file that can be executed' : 'a program on the PATH',
      got: program,
      hint: 'check the spelling; shell syntax needs sh -c, which records the shell itself',
      exitCode: 2
    })
  return right({ valgrind: valgrind.stdout.trim() })
}

const LACKEY = [
  '--tool=lackey',
  '--trace-mem=yes',
  '--basic-counts=no',
  '--vgdb=no',
  '--trace-children=no',
  '--child-silent-after-fork=yes'
] as const

/** Capacity of a pipe on Linux (pipe(7)). */
const PIPE_BYTES = 65_536

const SLEEP = new Int32Array(new SharedArrayBuffer(4))

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const openPipe = (): { readonly input: number; readonly output: number } => {
  const folder = mkdtempSync(join(tmpdir(), 'transhume-record-'))
  try {
    const path = join(folder, 'lines')
    execFileSync('mkfifo', ['-m', '600', path])
    const input = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return { input, output: openSync(path, constants.O_WRONLY) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const readSome = (file: number, buffer: Uint8Array, from: number): number => {
  try {
    return readSync(file, buffer, from, buffer.length - from, null)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN' || (error as NodeJS.ErrnoException).errno === -osConstants.errno.EINTR) return -1
    throw error
  }
}
