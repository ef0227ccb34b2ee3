import { formatInputErrors, type InputError } from '../experiment/inputError'
import { fileSystemError } from './fileSystemError'

/** What a command came to: bad input (exit code 2, nothing was written), an interruption (130), a check that failed (1), or the end (0). */
export type Ending =
  | { readonly type: 'done' }
  | { readonly type: 'failed' }
  | { readonly type: 'interrupted' /** What was under way and is not there any more. */; readonly removed?: string }
  | { readonly type: 'refused'; readonly errors: readonly InputError[] }

/** The end of a command that did its work. */
export const ended: Ending = { type: 'done' }

/** The end of a command whose input was refused. */
export const refused = (...errors: readonly InputError[]): Ending => ({ type: 'refused', errors })

const exitCodes: Readonly<Record<Ending['type'], number>> = { done: 0, failed: 1, refused: 2, interrupted: 130 }

/**
 * A command's action: it is given a signal that Ctrl-C aborts, and its ending sets the process's exit code. What the file system refuses is bad input, too;
 * any other error is a bug and comes through.
 */
export const action =
  <A extends readonly unknown[]>(perform: (signal: AbortSignal, ...args: A) => Promise<Ending>) =>
  async (...args: A): Promise<void> => {
    const abort = new AbortController()
    const interrupt = (): void => abort.abort()
    process.on('SIGINT', interrupt)
    process.on('SIGTERM', interrupt)
    try {
      const ending = await perform(abort.signal, ...args).catch(refusedByFileSystem)
      if (ending.type === 'refused') process.stderr.write(`${formatInputErrors(ending.errors)}\n`)
      if (ending.type === 'interrupted') process.stderr.write(`interrupted${ending.removed ? `: ${ending.removed} was removed` : ''}\n`)
      process.exitCode = exitCodes[ending.type]
    } finally {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
    }
  }

const refusedByFileSystem = (error: unknown): Ending => {
  const told = fileSystemError(error)
  if (told === undefined) throw error
  return refused(told)
}
