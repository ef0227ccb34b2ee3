import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either'
import { isBitbrainsHeader } from '../../lib/codec/bitbrainsCsv'
import { observationCsv } from '../../lib/codec/observationCsv'
import { fileLines } from './fileLines'

/** What a file or folder of recorded utilisations can be: see `csvObservations`, `planetLabObservations`, `bitbrainsObservations`. */
export type TraceFormat = 'observations' | 'planetlab' | 'bitbrains'

/**
 * What stands at a path, by the first line of it, or of the first file below it: Bitbrains, whose columns have names of their own; PlanetLab, whose first line is a percentage, or (in a file that holds all VMs) a name and percentages; else a CSV file of
 * observations. Throws what the file system refuses.
 */
export const traceFormat = (path: string): E.Either<string, TraceFormat> => {
  const first = firstFile(path)
  if (first === undefined) return E.left(`${path}: a folder with a file for each VM (got a folder without files)`)
  const line = fileLines(first).next()
  if (line.done === true) return E.left(`${first}: a first line that says what the file holds (got an empty file)`)
  const { text } = line.value
  if (isBitbrainsHeader(text)) return E.right('bitbrains')
  const cells = text.split(',')
  if (isPercent(cells[cells.length - 1])) return E.right('planetlab')
  const columns = observationCsv(text)
  return E.isLeft(columns) ? E.left(`${first}: line ${line.value.number}: ${columns.left}`) : E.right('observations')
}

const isPercent = (cell: string): boolean => /^\s*\d+(\.\d+)?\s*$/.test(cell)

/** The file itself, or the first below a folder, those called `.csv` before others. */
const firstFile = (path: string): string | undefined => {
  if (!statSync(path).isDirectory()) return path
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  const files = entries.filter((entry) => !entry.isDirectory())
  const file = files.find(({ name }) => name.endsWith('.csv')) ?? files[0]
  if (file !== undefined) return join(path, file.name)
  for (const { name } of entries) {
    const found = firstFile(join(path, name))
    if (found !== undefined) return found
  }
  return undefined
}
