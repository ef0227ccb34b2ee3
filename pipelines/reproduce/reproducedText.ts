import type { Seed } from '../../lib/random/random'
import { grid, type Head, type TableForm } from '../../lib/report/grid'
import { decimalsFor, formatNumber } from '../../lib/report/numbers'
import type { Cell, Reproduced, ReproducedColumn, ReproducedTable, Reproduction } from './reproduction'

/** How a reproduction is to be written. */
export type ReproducedForm = TableForm | 'json'

/** A reproduction that was run: what it is, under which seed, and what it came to. */
export type Ran = { readonly reproduction: Omit<Reproduction, 'run'>; readonly seed: Seed; readonly reproduced: Reproduced }

/**
 * A reproduction written out: its tables with their units, its verdicts (`holds` or `misses`), and its notes. `csv` has full precision, an empty line between tables and the verdicts
 * as the last of them; `json` has everything.
 */
export const reproducedText = (form: ReproducedForm, ran: Ran): string =>
  form === 'json' ? json(ran) : form === 'csv' ? csv(ran) : form === 'markdown' ? markdown(ran) : text(ran)

/** The list of what can be reproduced, a line each: name, sentence, source. */
export const listText = (form: ReproducedForm, reproductions: readonly Omit<Reproduction, 'run'>[]): string => {
  const rows = reproductions.map(({ name, sentence, source }) => ({ name, sentence, source }))
  if (form === 'json') return JSON.stringify(rows, null, 2)
  if (form !== 'text')
    return grid(
      form,
      ['name', 'sentence', 'source'].map((name): Head => ({ name, unit: '', align: 'left' })),
      rows.map(({ name, sentence, source }) => [name, sentence, source])
    )
  const width = Math.max(0, ...rows.map(({ name }) => name.length))
  return rows.map(({ name, sentence, source }) => `${name.padEnd(width)}  ${sentence} (${source})`).join('\n')
}

const text = ({ reproduction, seed, reproduced }: Ran): string =>
  [
    `${reproduction.name}: ${reproduction.sentence}`,
    `source: ${reproduction.source}; seed ${JSON.stringify(seed)}`,
    ...reproduced.tables.flatMap((table) => ['', table.title, gridOf('text', table)]),
    ...(reproduced.verdicts.length > 0 ? [''] : []),
    ...reproduced.verdicts.map(({ text, holds }) => `${holds ? 'holds ' : 'misses'}  ${text}`),
    ...(reproduced.notes.length > 0 ? [''] : []),
    ...reproduced.notes
  ].join('\n')

const markdown = ({ reproduction, seed, reproduced }: Ran): string =>
  [
    `## ${reproduction.name}`,
    `${reproduction.sentence}. Source: ${reproduction.source}; seed ${JSON.stringify(seed)}.`,
    ...reproduced.tables.flatMap((table) => [`### ${table.title}`, gridOf('markdown', table)]),
    ...(reproduced.verdicts.length > 0 ? [verdictsOf('markdown', reproduced)] : []),
    ...reproduced.notes
  ].join('\n\n')

const csv = ({ reproduced }: Ran): string =>
  [
    ...reproduced.tables.map((table) => gridOf('csv', table)),
    ...(reproduced.verdicts.length > 0 ? [verdictsOf('csv', reproduced)] : [])
  ].join('\n\n')

const json = ({ reproduction: { name, sentence, source }, seed, reproduced: { tables, verdicts, notes } }: Ran): string =>
  JSON.stringify(
    {
      name,
      sentence,
      source,
      seed,
      tables: tables.map(({ title, columns, rows }) => ({
        title,
        columns: columns.map(({ name, unit }) => ({ name, unit })),
        rows: rows.map((row) => row.map((cell) => cell ?? null))
      })),
      verdicts,
      notes
    },
    null,
    2
  )

const gridOf = (form: TableForm, { columns, rows }: ReproducedTable): string => {
  const cells = columns.map((column, i) => {
    const values = rows.map((row) => row[i])
    return form === 'csv' ? values.map((value) => String(value ?? '')) : shownIn(column, values)
  })
  const heads = columns.map(
    ({ name, unit = '' }, i): Head => ({ name, unit, align: rows.some((row) => typeof row[i] === 'number') ? 'right' : 'left' })
  )
  return grid(
    form,
    heads,
    rows.map((_, row) => cells.map((column) => column[row]))
  )
}

const shownIn = ({ decimals }: ReproducedColumn, values: readonly Cell[]): readonly string[] => {
  const figures = values.filter((value) => typeof value === 'number')
  const places = decimals ?? decimalsFor(figures)
  return values.map((value) => (typeof value === 'number' ? formatNumber(value, places) : (value ?? '-')))
}

const verdictsOf = (form: 'markdown' | 'csv', { verdicts }: Reproduced): string =>
  grid(
    form,
    [
      { name: 'verdict', unit: '', align: 'left' },
      { name: 'of', unit: '', align: 'left' }
    ],
    verdicts.map(({ text, holds }) => [holds ? 'holds' : 'misses', text])
  )
