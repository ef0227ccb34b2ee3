import { type Either, isLeft, isRight, left, mapLeft, right } from 'fp-ts/lib/Either'
import { concatMap, endWith, type OperatorFunction, scan, takeWhile } from 'rxjs'
import type { Entry, Journal } from '../protocol/journal'
import { decode, excerpt, formatProblems, type Problem, shown } from './decode'
import { entryCodec } from './entryCodec'

/** What is wrong with a line of a journal; lines count from 1. */
export type Damage = { readonly line: number; readonly problems: readonly Problem[] }

/**
 * An entry as one line of JSON, without its end of line. The order of the fields is fixed, so that equal entries give equal lines.
 *
 * Law: `decodeEntry(encodeEntry(e), n) = right(e)`. Cost: what the entry's page sets have runs.
 */
export const encodeEntry = (entry: Entry): string => JSON.stringify(entryCodec.encode(entry))

/** The entry of a line, or all that is wrong with it; a `began` of another version is told so, and nothing else. */
export const decodeEntry = (line: string, lineNumber: number): Either<Damage, Entry> => {
  const json = parsed(line)
  if (json === undefined) return damage(lineNumber, { path: '', expected: 'an object in JSON', got: excerpt(line) })
  return mapLeft((problems: readonly Problem[]): Damage => {
    const version = problems.filter(({ path }) => path === 'version')
    return { line: lineNumber, problems: version.length > 0 ? version : problems }
  })(decode(entryCodec)(json))
}

/** The lines of a journal, each with its end of line, made one by one as they are asked for. */
export function* encodeJournal(entries: Iterable<Entry>): Generator<string> {
  for (const entry of entries) yield `${encodeEntry(entry)}\n`
}

/**
 * The entries of a journal's lines, read one by one as they are asked for. The first damage ends them. It is damage, too, when the journal does not begin
 * with `began`, or has it twice, or has no entry. Blank lines are skipped; lines may bring their ends.
 *
 * Law: `decodeJournal(encodeJournal(j)) = j, each right`.
 */
export function* decodeJournal(lines: Iterable<string>): Generator<Either<Damage, Entry>> {
  let place = top
  for (const line of lines) {
    const [read, next] = readLine(place, line)
    if (read !== undefined) yield read
    if (read !== undefined && isLeft(read)) return
    place = next
  }
  const end = readEnd(place)
  if (end !== undefined) yield end
}

/** A journal's whole text as a value, or its first damage. */
export const readJournal = (text: string): Either<Damage, Journal> => {
  const journal: Entry[] = []
  for (const read of decodeJournal(text.split('\n'))) {
    if (isLeft(read)) return read
    journal.push(read.right)
  }
  return right(journal)
}

/** `decodeJournal` as an operator: a journal's lines in, its entries out; completes after the first damage. State is born per subscription. */
export const decodedJournal = (): OperatorFunction<string, Either<Damage, Entry>> => (lines) =>
  lines.pipe(
    endWith(null),
    scan<string | null, Reading>(([, place], line) => (line === null ? [readEnd(place), place] : readLine(place, line)), [undefined, top]),
    concatMap(([read]) => (read === undefined ? [] : [read])),
    takeWhile((read) => isRight(read), true)
  )

/** A damage as text, a line for each problem: `line 3: signal.at: expected an integer >= 0, got "soon"`. */
export const formatDamage = ({ line, problems }: Damage): string =>
  problems.map((problem) => `line ${line}: ${formatProblems([problem])}`).join('\n')

/** How far the reading has come: the lines read, and whether the journal has begun. */
type Place = { readonly lines: number; readonly begun: boolean }
type Reading = readonly [read: Either<Damage, Entry> | undefined, place: Place]

const top: Place = { lines: 0, begun: false }

const readLine = ({ lines, begun }: Place, text: string): Reading => {
  const line = lines + 1
  if (text.trim() === '') return [undefined, { lines: line, begun }]
  const read = decodeEntry(text, line)
  const place = { lines: line, begun: true }
  if (isLeft(read) || (read.right.type === 'began') !== begun) return [read, place]
  const expected = begun ? 'an entry that is not "began": the journal has begun' : '"began", which stands first in a journal'
  return [damage(line, { path: 'type', expected, got: shown(read.right.type) }), place]
}

const readEnd = ({ lines, begun }: Place): Either<Damage, Entry> | undefined =>
  begun ? undefined : damage(lines + 1, { path: '', expected: 'a journal, which begins with "began"', got: 'nothing' })

const damage = (line: number, problem: Problem): Either<Damage, never> => left({ line, problems: [problem] })

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
