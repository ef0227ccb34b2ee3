import Table from 'cli-table3'

/** A column's head: its name, its unit (`''`: none), and whether its cells stand at the left, as words do, or at the right, as numbers. */
export type Head = { readonly name: string; readonly unit: string; readonly align: 'left' | 'right' }

/** How a grid of cells is to be written: lines for a terminal, Markdown, or comma-separated values for a program. */
export type TableForm = 'text' | 'markdown' | 'csv'

/**
 * Rows of text under their heads. `text`: names, then units, then a rule, columns as wide as their widest cell. `markdown`: `name, unit` in one head. `csv`: `name (unit)`,
 * cells quoted where they must be. A cell for each head in every row.
 */
export const grid = (form: TableForm, heads: readonly Head[], rows: readonly (readonly string[])[]): string => forms[form](heads, rows)

type Write = (heads: readonly Head[], rows: readonly (readonly string[])[]) => string

const text: Write = (heads, rows) => {
  const table = new Table({
    chars: { ...bare, 'top-mid': '', mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '', middle: '' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1, compact: true },
    colAligns: heads.map(({ align }) => align)
  })
  table.push(heads.map(({ name }) => name))
  table.push(heads.map(({ unit }) => unit))
  for (const row of rows) table.push([...row])
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
  const width = Math.max(...lines.map((line) => line.length))
  return [...lines.slice(0, 2), '─'.repeat(width), ...lines.slice(2)].join('\n')
}

const bare = {
  top: '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  right: ''
}

const markdown: Write = (heads, rows) => {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`
  const rule = heads.map(({ align }) => (align === 'left' ? ':--' : '--:'))
  return [heads.map(({ name, unit }) => (unit === '' ? name : `${name}, ${unit}`)), rule, ...rows].map(line).join('\n')
}

const csv: Write = (heads, rows) => {
  const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell)
  return [heads.map(({ name, unit }) => (unit === '' ? name : `${name} (${unit})`)), ...rows]
    .map((cells) => cells.map(quoted).join(','))
    .join('\n')
}

const forms: Readonly<Record<TableForm, Write>> = { text, markdown, csv }
