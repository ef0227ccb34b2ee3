import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Either, left, mapLeft } from 'fp-ts/lib/Either'
import { decodeTrace } from '../../lib/codec/traceFile'
import type { PageTrace } from '../../lib/guest/pageTrace'
import { packageRoot } from '../packageRoot'
import type { InputError } from './inputError'
import { notAFile } from './notAFile'

/** The names of the traces that come with the package, in alphabetical order: each is the file traces/NAME.trace. */
export const shippedTraces = (): readonly string[] =>
  readdirSync(join(packageRoot(), 'traces'))
    .filter((name) => name.endsWith('.trace'))
    .map((name) => name.slice(0, -'.trace'.length))
    .sort()

/** The file of a trace that is named or given by its path: a name of a shipped trace wins, so `./sort` is how a file called sort is meant. */
export const traceFile = (nameOrPath: string): string =>
  shippedTraces().includes(nameOrPath) ? join(packageRoot(), 'traces', `${nameOrPath}.trace`) : nameOrPath

/** A trace by name or path, or why it was refused. Cost: reading and decompressing, about 0.2 s for a megabyte. */
export const openTraceFile = (nameOrPath: string): Either<InputError, PageTrace> => {
  const file = traceFile(nameOrPath)
  const got = notAFile(file)
  if (got !== undefined)
    return left({
      path: nameOrPath,
      expected: `a trace file, or one of the shipped traces ${shippedTraces().join(', ')}`,
      got,
      hint: 'npm start -- record --help shows how to make one'
    })
  return mapLeft((error: InputError): InputError => error)(decodeTrace(readFileSync(file), file))
}
