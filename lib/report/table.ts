import { nanoseconds, type TimeUnit } from '../time/time'
import { type Column, columns, outcomeInWords, type Run, type Scale } from './columns'
import { grid, type Head, type TableForm } from './grid'
import { decimalsFor, formatNumber } from './numbers'

/**
 * The comparison of several runs: a row for each, a column for each metric with its unit in the header, numbers right-aligned, no colours. A metric that no
 * run has is left out; in `text` so is the outcome where all completed, and a line says so. `csv` leaves nothing out and has base units (ns, bytes,
 * fractions) and full precision.
 *
 *     table()([{ name: 'pre-copy', metrics }, { name: 'post-copy', metrics }])
 *
 * `unit`: the ticks of the journals measured (default nanoseconds).
 */
export const table =
  ({ form = 'text', unit = nanoseconds }: { readonly form?: TableForm; readonly unit?: TimeUnit } = {}) =>
  (runs: readonly Run[]): string => {
    if (form === 'csv') return csv(columns(unit), runs)
    const shown = shownColumns(runs, unit)
    const outcomes = runs.map(({ metrics }) => outcomeInWords(metrics.outcome))
    const allCompleted = form === 'text' && outcomes.every((words) => words === 'completed')
    const rows = runs.map(({ name }, i) => [name, ...shown.map(({ cells }) => cells[i]), ...(allCompleted ? [] : [outcomes[i]])])
    const heads = [technique, ...shown.map(({ column, scale }) => figures(column.name, scale.unit)), ...(allCompleted ? [] : [outcome])]
    return grid(form, heads, rows) + (allCompleted ? '\nAll completed.' : '')
  }

/** The columns that some run has a value for, each in a scale that suits all of its values, with the text of its cells. */
export const shownColumns = (
  runs: readonly Run[],
  unit: TimeUnit = nanoseconds
): readonly { readonly column: Column; readonly scale: Scale; readonly cells: readonly string[] }[] =>
  columns(unit).flatMap((column) => {
    const values = runs.map(({ metrics }) => column.value(metrics))
    const known = values.filter((value) => value !== undefined)
    if (known.length === 0) return []
    const scale = scaleFor(column.scales, known)
    const decimals = decimalsFor(known.map((value) => value / scale.size))
    const cells = values.map((value) => (value === undefined ? '-' : formatNumber(value / scale.size, decimals)))
    return [{ column, scale, cells }]
  })

/**
 * The largest scale in which the largest value is at least 1 and the smallest a tenth, so that 0.5 ms is seen beside 1 s; when there is none, the smallest scale
 * in which the largest value has at most five digits.
 */
const scaleFor = (scales: readonly Scale[], values: readonly number[]): Scale => {
  const sizes = values.map(Math.abs).filter((value) => value > 0)
  const [smallest, largest] = [Math.min(...sizes), Math.max(0, ...sizes)]
  const short = scales.filter(({ size }) => largest / size < 1e5)
  return short.find(({ size }) => smallest / size >= 0.1 && largest / size >= 1) ?? short[short.length - 1] ?? scales[0]
}

const csv = (all: readonly Column[], runs: readonly Run[]): string => {
  const base = ({ scales }: Column): string => (scales[scales.length - 1].unit === '%' ? 'fraction' : scales[scales.length - 1].unit)
  const rows = runs.map(({ name, metrics }) => [
    name,
    ...all.map(({ value }) => String(value(metrics) ?? '')),
    outcomeInWords(metrics.outcome)
  ])
  return grid('csv', [technique, ...all.map((column) => figures(column.name, base(column))), outcome], rows)
}

const technique: Head = { name: 'technique', unit: '', align: 'left' }
const outcome: Head = { name: 'outcome', unit: '', align: 'left' }
const figures = (name: string, unit: string): Head => ({ name, unit, align: 'right' })
