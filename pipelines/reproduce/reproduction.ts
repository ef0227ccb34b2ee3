import type { Seed } from '../../lib/random/random'

/** A cell: a figure in its column's unit, words, or nothing where there is no figure. */
export type Cell = number | string | undefined

/** A column of a reproduced table; `decimals` of its figures (default: as many as the smallest of them needs, at most three). */
export type ReproducedColumn = { readonly name: string; readonly unit?: string; readonly decimals?: number }

/** A table of a reproduction: what the model gave beside what was published, a cell for each column in every row. */
export type ReproducedTable = {
  readonly title: string
  readonly columns: readonly ReproducedColumn[]
  readonly rows: readonly (readonly Cell[])[]
}

/** Whether something that was aimed at, in words with its figures, came out. A miss stays a miss: the notes say why. */
export type Verdict = { readonly text: string; readonly holds: boolean }

/** What a reproduction came to. */
export type Reproduced = {
  readonly tables: readonly ReproducedTable[]
  readonly verdicts: readonly Verdict[]
  readonly notes: readonly string[]
}

/**
 * What a reproduction is run with: the seed of its chances, what a user has recorded for those that want it (CPU utilisations, with the path they come from), and where it tells how far it is. `progress` says what is worked on now; awaited, it lets the process hear
 * Ctrl-C, and throws when that was pressed, so await it between runs, every second or so.
 */
export type ReproduceOptions = {
  readonly seed: Seed
  readonly recorded?: { readonly path: string; readonly series: readonly Float64Array[] }
  readonly progress: (what: string) => Promise<void>
}

/** A published measurement made again: its name on the command line, what it is in a sentence, and where it was published. */
export type Reproduction = {
  readonly name: string
  readonly sentence: string
  readonly source: string
  readonly run: (options: ReproduceOptions) => Reproduced | Promise<Reproduced>
}
