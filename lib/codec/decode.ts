import type { Either } from 'fp-ts/lib/Either'
import { mapLeft } from 'fp-ts/lib/Either'
import type { Context, Decoder, ValidationError } from 'io-ts'

/** One thing that is wrong with a value from outside: where, what stands there by rights, and what stands there. */
export type Problem = { readonly path: string; readonly expected: string; readonly got: string }

/**
 * Reads a value from outside by a codec: the value it stands for, or everything that is wrong with it.
 *
 * `path` is written as in JavaScript (`signal.dirty.runs[3]`), empty for the whole value. `expected` is the codec's name, which reads as a noun; `got` is
 * the JSON found, at most 60 characters of it, or `nothing`.
 */
export const decode =
  <A>(codec: Decoder<unknown, A>) =>
  (value: unknown): Either<readonly Problem[], A> =>
    mapLeft((errors: readonly ValidationError[]) => errors.map(problem))(codec.decode(value))

/** The problems as text, a line each: `path: expected X, got Y`. */
export const formatProblems = (problems: readonly Problem[]): string =>
  problems.map(({ path, expected, got }) => `${path === '' ? '' : `${path}: `}expected ${expected}, got ${got}`).join('\n')

/** A value as an error message shows it: its JSON on one line, cut after 60 characters; `nothing` where there is no value. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? (value === undefined ? 'nothing' : typeof value))
  return cut(text)
}

/** The beginning of a text that could not be read, as it stands there: at most 60 characters, without quotes; control characters are blanks. */
export const excerpt = (text: string): string => cut(text.slice(0, shownAtMost + 1).replace(/\p{Cc}/gu, ' '))

const cut = (text: string): string => (text.length <= shownAtMost ? text : `${text.slice(0, shownAtMost - 1)}…`)

const shownAtMost = 60

const problem = ({ context, message, value }: ValidationError): Problem => ({
  path: pathOf(context),
  expected: message ?? context[context.length - 1].type.name,
  got: shown(value)
})

const pathOf = (context: Context): string =>
  context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .reduce((path, key) => {
      if (/^\d+$/.test(key)) return `${path}[${key}]`
      const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : undefined
      if (name === undefined) return `${path}[${JSON.stringify(key)}]`
      return path === '' ? name : `${path}.${name}`
    }, '')
