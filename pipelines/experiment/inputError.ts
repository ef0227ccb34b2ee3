import type { Problem } from '../../lib/codec/decode'

/** What is wrong with something from outside, readably: where, what is expected there, what was got, and what to do about it if that is known. */
export type InputError = Problem & { readonly hint?: string }

/** An input error as lines: `path: expected X, got Y; hint`. */
export const formatInputErrors = (errors: readonly InputError[]): string =>
  errors
    .map(({ path, expected, got, hint }) => `${path}: expected ${expected}, got ${got}${hint === undefined ? '' : `; ${hint}`}`)
    .join('\n')

/** Runs something that builds bricks from an outsider's figures: a brick's `RangeError` becomes an input error at `path`; anything else is a bug and is thrown. */
export const refusals = <A>(path: string, build: () => A): A | InputError => {
  try {
    return build()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const [, rule, got] = /^(.*) \(got (.*)\)$/s.exec(error.message) ?? [undefined, error.message, 'something else']
    return { path, expected: rule, got }
  }
}

/** Whether a value is an input error. */
export const isInputError = (value: unknown): value is InputError =>
  typeof value === 'object' && value !== null && 'path' in value && 'expected' in value && 'got' in value
