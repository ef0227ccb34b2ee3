import * as E from 'fp-ts/lib/Either'

/** CPU utilisations of VMs as they were recorded: their names, and a series of parts of 1 for each. */
export type Utilisations = { readonly names: readonly string[]; readonly series: readonly Float64Array[] }

/**
 * Utilisations out of comma-separated text, a line for each VM: its name, then its samples in percent. All lines have as many. What is wrong is said with the line it is in. Cost: O(text).
 *
 *     vm0000,6,2,4,4
 */
export const utilisationsOfCsv = (text: string): E.Either<string, Utilisations> => {
  const names: string[] = []
  const series: Float64Array[] = []
  for (const [i, line] of linesOf(text).entries()) {
    const [name, ...cells] = line.split(',')
    const samples = percents(cells)
    if (typeof samples === 'string') return E.left(`line ${i + 1}: ${samples}`)
    if (series.length > 0 && samples.length !== series[0].length)
      return E.left(`line ${i + 1}: every line must have as many samples as the first, ${series[0].length} (got ${samples.length})`)
    names.push(name)
    series.push(samples)
  }
  return series.length === 0 ? E.left('there must be a line for each VM (got none)') : E.right({ names, series })
}

/** One VM's series out of a file as PlanetLab's CoMon data come with CloudSim: a sample in percent on each line. */
export const planetLabSeries = (text: string): E.Either<string, Float64Array> => {
  const samples = percents(linesOf(text))
  return typeof samples === 'string' ? E.left(samples) : E.right(samples)
}

/** One line of such a file: a part of 1. */
export const planetLabSample = (line: string): E.Either<string, number> => {
  const part = percent(line)
  return part === undefined ? E.left(`a sample must be a percentage from 0 to 100 (got ${JSON.stringify(line)})`) : E.right(part)
}

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

const percents = (cells: readonly string[]): Float64Array | string => {
  const samples = new Float64Array(cells.length)
  for (const [i, cell] of cells.entries()) {
    const part = percent(cell)
    if (part === undefined) return `sample ${i + 1} must be a percentage from 0 to 100 (got ${JSON.stringify(cell)})`
    samples[i] = part
  }
  return cells.length === 0 ? 'there must be samples (got none)' : samples
}

/** A part of 1 out of a percentage. */
const percent = (cell: string): number | undefined => {
  const value = cell.trim() === '' ? Number.NaN : Number(cell)
  return value >= 0 && value <= 100 ? value / 100 : undefined
}
