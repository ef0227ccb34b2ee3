import { isLeft } from 'fp-ts/lib/Either'
import type * as t from 'io-ts'
import { decode, type Problem } from '../../lib/codec/decode'

/** A flag of a command by how it is read, what it is when it is absent, and its usage, whose first word it is called by in problems. */
type ReadFlag = { readonly codec: t.Mixed; readonly usual?: string | undefined; readonly usage: string }

/** Reads the flags of a command one by one; what cannot be read is added to `problems`, and its value is not to be used then. */
export const flagReader =
  <F extends Readonly<Record<string, ReadFlag>>>(flags: F, given: { readonly [K in keyof F]?: string }, problems: Problem[]) =>
  <K extends keyof F>(name: K): t.TypeOf<F[K]['codec']> => {
    const { codec, usual, usage } = flags[name]
    const result = decode(codec)(given[name] ?? usual)
    if (!isLeft(result)) return result.right
    problems.push(...result.left.map((problem) => ({ ...problem, path: usage.split(' ')[0] })))
    return undefined as never
  }
