import * as E from 'fp-ts/lib/Either'
import type { ObservedField } from '../protocol/observation'
import { excerpt } from './decode'
import type { TimedObservation } from './timedObservation'

/** Reads a line of a file: what it says, or what is wrong with it, as `expected X (got Y)`. */
export type LineReader<A> = (line: string) => E.Either<string, A>

/**
 * Observations out of comma-separated text, an observation a line. The first line names the columns, in any order: `time` and `name`, and any of `of` (`vm`, which is the default, or `host`) and of the fields of
 * `Observation`. `time` is in s (of 1970 or of a beginning of one's own) or as in RFC 3339. An empty cell, or `NaN`, is not known. Cells may stand in double quotes, a double quote in them twice.
 *
 *     time,name,cpu,sentBytesPerSecond
 *     2026-03-01T12:00:00Z,web1,0.82,1200000
 *     2026-03-01T12:00:00Z,web2,,340
 */
export const observationCsv = (header: string): E.Either<string, LineReader<TimedObservation>> => {
  const columns = cellsOf(header.replace(/^\uFEFF/, ''))
  if (columns === undefined) return E.left('a double quote does not end')
  const known: readonly string[] = ['time', 'name', 'of', ...observedFields]
  const unknown = columns.find((column) => !known.includes(column))
  if (unknown !== undefined) return E.left(`no such column (the columns are ${known.join(', ')}) (got ${shownText(unknown)})`)
  const twice = columns.find((column, i) => columns.indexOf(column) !== i)
  if (twice !== undefined) return E.left(`every column must be named once (got ${shownText(twice)} twice)`)
  for (const needed of ['time', 'name'])
    if (!columns.includes(needed)) return E.left(`there must be a column ${needed} (got ${columns.join(', ')})`)
  return E.right((line) => lineRead(columns, line))
}

/** The fields of an observation that a column may have. */
export const observedFields = [
  'cpu',
  'receivedBytesPerSecond',
  'sentBytesPerSecond',
  'networkBytesPerSecond',
  'swapReadBytesPerSecond',
  'swapWrittenBytesPerSecond',
  'swapBytesPerSecond',
  'allottedBytes',
  'memoryBytes',
  'requestsPerSecond',
  'droppedPerSecond',
  'serviceSeconds',
  'responseSeconds',
  'promisedSeconds',
  'responseBytes',
  'interarrivalVariance',
  'serviceVariance'
] as const satisfies readonly ObservedField[]

const lineRead = (columns: readonly string[], line: string): E.Either<string, TimedObservation> => {
  const cells = cellsOf(line)
  if (cells === undefined) return E.left('a double quote does not end')
  if (cells.length !== columns.length) return E.left(`there must be ${columns.length} cells, as in the first line (got ${cells.length})`)
  const fields: Record<string, number> = {}
  let [seconds, name, of]: readonly [number, string, string] = [Number.NaN, '', 'vm']
  for (const [i, column] of columns.entries()) {
    const cell = cells[i].trim()
    if (column === 'name') name = cell
    else if (column === 'of') of = cell === '' ? 'vm' : cell
    else if (column === 'time') {
      seconds = secondsOf(cell)
      if (Number.isNaN(seconds)) return E.left(`time must be in s or as in RFC 3339 (got ${shownText(cell)})`)
    } else if (cell !== '' && cell !== 'NaN') {
      const value = Number(cell)
      if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return E.left(`${column} must be a number from 0 on (got ${shownText(cell)})`)
      fields[column] = value
    }
  }
  if (name === '') return E.left('name must not be empty (got "")')
  if (of !== 'vm' && of !== 'host') return E.left(`of must be vm or host (got ${shownText(of)})`)
  return E.right({ seconds, name, of, ...fields })
}

const shownText = (text: string): string => `"${excerpt(text)}"`

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** Seconds that a text tells, as a number or by RFC 3339 (since 1970); NaN where it is neither. */
export const secondsOf = (text: string): number => {
  if (rfc3339.test(text)) return Date.parse(text.toUpperCase().replace(' ', 'T')) / 1000
  const seconds = text === '' ? Number.NaN : Number(text)
  return Math.abs(seconds) < LATEST ? seconds : Number.NaN
}

/** The year 10000. */
const LATEST = 253_402_300_800

/** The cells of a line; `undefined` where a double quote does not end. */
const cellsOf = (line: string): readonly string[] | undefined => {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim())
  const cells: string[] = []
  let rest: string | undefined = line
  while (rest !== undefined) {
    const quoted: RegExpExecArray | null = /^\s*"((?:[^"]|"")*)"\s*(?:,|$)/.exec(rest)
    const plain: RegExpExecArray | null = quoted === null ? /^([^",]*)(?:,|$)/.exec(rest) : null
    const found: RegExpExecArray | null = quoted ?? plain
    if (found === null) return undefined
    cells.push(quoted === null ? found[1].trim() : found[1].replaceAll('""', '"'))
    rest = found[0].endsWith(',') ? rest.slice(found[0].length) : undefined
  }
  return cells
}
