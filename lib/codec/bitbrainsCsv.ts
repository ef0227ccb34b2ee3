import * as E from 'fp-ts/lib/Either'
import { excerpt } from './decode'
import type { LineReader } from './observationCsv'

/** A row of a VM's file of the Bitbrains traces, in s since 1970, MHz, bytes and bytes/s. `cpu` is the part used of the CPU provisioned. Memory that is provisioned as 0 is not known, and neither is what is used of it. */
export type BitbrainsRow = {
  readonly seconds: number
  readonly cores: number
  readonly capacityMhz: number
  readonly usedMhz: number
  readonly cpu: number
  readonly allottedBytes?: number
  readonly memoryBytes?: number
  readonly receivedBytesPerSecond: number
  readonly sentBytesPerSecond: number
}

/**
 * Rows of the traces of Bitbrains' data centre in the Grid Workloads Archive, GWA-T-12 (http://gwa.ewi.tudelft.nl/datasets/gwa-t-12-bitbrains; Shen et al., CCGrid 2015): `fastStorage` and `Rnd`, a file for each VM, a row every
 * five minutes, cells apart by `;` and a tab. The first line names them; which it does in other orders is read, too.
 *
 * As they are published they differ from what their first line says: `Timestamp [ms]` is in s since 1970 (1376314846 is 12 August 2013; numbers from 1e11 on are read as ms). KB are 1,024 bytes: memory is provisioned in powers of two of them. Of
 * the rows of fastStorage 3 % use more than 100 % of their CPU (up to 112.5), a sixth have no memory provisioned, and a sixth do not follow the one before by 300 s: some after twice that or more, some at the same time.
 */
export const bitbrainsCsv = (header: string): E.Either<string, LineReader<BitbrainsRow>> => {
  const found = cellsOf(header.replace(/^\uFEFF/, ''))
  const missing = columns.filter((column) => !found.includes(column))
  if (missing.length > 0) return E.left(`there must be columns ${missing.join(', ')} (got "${excerpt(header)}")`)
  const places = columns.map((column) => found.indexOf(column))
  return E.right((line) => {
    const cells = cellsOf(line)
    if (cells.length !== found.length) return E.left(`there must be ${found.length} cells, as in the first line (got ${cells.length})`)
    const values = places.map((place) => numberOf(cells[place]))
    const wrong = values.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY))
    if (wrong >= 0) return E.left(`${columns[wrong]} must be a number from 0 on (got "${excerpt(cells[places[wrong]])}")`)
    const [timestamp, cores, capacityMhz, usedMhz, percent, provisioned, used, received, sent] = values
    return E.right({
      seconds: timestamp >= MILLISECONDS ? timestamp / 1000 : timestamp,
      cores,
      capacityMhz,
      usedMhz,
      cpu: percent / 100,
      ...(provisioned > 0 ? { allottedBytes: provisioned * 1024, memoryBytes: used * 1024 } : {}),
      receivedBytesPerSecond: received * 1024,
      sentBytesPerSecond: sent * 1024
    })
  })
}

/** Whether a line is the first of such a file. */
export const isBitbrainsHeader = (line: string): boolean => cellsOf(line.replace(/^\uFEFF/, '')).includes('CPU usage [%]')

const columns = [
  'Timestamp [ms]',
  'CPU cores',
  'CPU capacity provisioned [MHZ]',
  'CPU usage [MHZ]',
  'CPU usage [%]',
  'Memory capacity provisioned [KB]',
  'Memory usage [KB]',
  'Network received throughput [KB/s]',
  'Network transmitted throughput [KB/s]'
] as const

/** In s this is the year 5138, in ms 1973. */
const MILLISECONDS = 1e11

const cellsOf = (line: string): readonly string[] => line.split(';').map((cell) => cell.trim())

const numberOf = (cell: string): number => (cell === '' ? Number.NaN : Number(cell))
