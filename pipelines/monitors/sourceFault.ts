import { formatInputErrors, type InputError } from '../experiment/inputError'

/** What a source of observations ends with when what it reads is wrong: an error that says where, and carries that as an input error. */
export type SourceFault = Error & { readonly input: InputError }

/** The error of a source, for its error channel. What is wrong is said as `rule (got what)`. */
export const sourceFault = (path: string, problem: string): SourceFault => {
  const [, expected, got] = /^(.*) \(got (.*)\)$/s.exec(problem) ?? [undefined, problem, 'something else']
  const input = { path, expected, got }
  return Object.assign(new Error(formatInputErrors([input])), { input })
}

/** Whether an error is such. */
export const isSourceFault = (error: unknown): error is SourceFault => error instanceof Error && 'input' in error
