import type { Point, Series } from '../metrics/timeSeries'
import { convertTime, formatTime, nanoseconds, type Time, type TimeUnit } from '../time/time'
import { decimalsFor, formatNumber } from './numbers'
import { timeAxis } from './timeAxis'

/** One run to be drawn. */
export type Drawn = { readonly name: string; readonly series: Series }

/** What is drawn over time: the pages known to be left to send, or the megabytes sent so far. */
export type Quantity = 'pagesLeft' | 'megabytesSent'

/**
 * A chart in text of several runs, one under the other on one scale of time (from each run's first command) and one of height, without colours. Over
 * each run stand its total time and when it was down; shading as high as the chart marks the downtime, and the line under it says where the guest ran.
 *
 *     pre-copy: 800 ms in all, down 40 ms after 710 ms, 2 rounds
 *     1,000  █▇▅▃▂            ░░
 *            ██████▆▅▃▁ ▇▅▃▂▁ ▓░
 *         0 ─┴─────────┴──────▓▓══
 *
 * `width`: columns of the drawing, at least 40 (default 100); titles and the last line may need 75. `height`: lines of each run, 1 or more (default 5).
 * `unit`: the ticks of the series. A pause shorter than a column is drawn a column wide.
 */
export const chart = ({
  quantity = 'pagesLeft',
  width = 100,
  height = 5,
  unit = nanoseconds
}: ChartOptions = {}): ((runs: readonly Drawn[]) => string) => {
  if (!Number.isInteger(width) || width < 40) throw new RangeError(`chart: width must be an integer >= 40 (got ${width})`)
  if (!Number.isInteger(height) || height < 1) throw new RangeError(`chart: height must be an integer >= 1 (got ${height})`)
  return (runs) => {
    const most = Math.max(0, ...runs.flatMap(({ series }) => series.points.map((point) => heightOf(point, quantity) ?? 0))) || 1
    const label = quantity === 'pagesLeft' ? formatNumber(most) : formatNumber(most, decimalsFor([most]))
    const gutter = Math.max(label.length, 1) + 1
    const frame = {
      quantity,
      height,
      most,
      label,
      gutter,
      columns: width - gutter,
      span: Math.max(1, ...runs.map(({ series }) => series.to - series.from))
    }
    const formatted = (ticks: Time): string => formatTime(convertTime(Math.round(ticks), { from: unit, to: nanoseconds }))
    return [
      quantity === 'pagesLeft' ? 'pages left to send' : 'MB sent (10^6 bytes)',
      ...runs.flatMap((run) => ['', titleOf(run, formatted), ...drawn(run.series, frame)]),
      '',
      ...timeAxis({ span: frame.span, columns: frame.columns, formatted }).map((line) => ' '.repeat(gutter) + line),
      `${marks.source} runs at the source   ${marks.down} down   ${marks.target} runs at the target   ${marks.round} a round begins`
    ].join('\n')
  }
}

/** See `chart`. */
export type ChartOptions = {
  readonly quantity?: Quantity
  readonly width?: number
  readonly height?: number
  readonly unit?: TimeUnit
}

type Frame = {
  readonly quantity: Quantity
  readonly height: number
  readonly most: number
  readonly label: string
  readonly gutter: number
  readonly columns: number
  readonly span: Time
}

const marks = { source: '─', down: '▓', target: '═', round: '┴', band: '░' }
const eighths = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

const heightOf = ({ pagesLeft, bytes }: Point, quantity: Quantity): number | undefined =>
  quantity === 'pagesLeft' ? pagesLeft : bytes / 1e6

const titleOf = ({ name, series }: Drawn, formatted: (ticks: Time) => string): string => {
  const { from, to, downtimes, rounds, faults } = series
  const down = downtimes.reduce((sum, pause) => sum + pause.to - pause.from, 0)
  const when = downtimes.length === 1 ? `after ${formatted(downtimes[0].from - from)}` : `in ${downtimes.length} pauses`
  return [
    `${name}: ${formatted(to - from)} in all`,
    downtimes.length === 0 ? 'never down' : `down ${formatted(down)} ${when}`,
    ...(rounds.length === 0 ? [] : [counted(rounds.length, 'round')]),
    ...(faults === 0 ? [] : [counted(faults, 'fault')])
  ].join(', ')
}

const counted = (n: number, what: string): string => `${formatNumber(n)} ${what}${n === 1 ? '' : 's'}`

const drawn = (series: Series, { quantity, height, most, label, gutter, columns, span }: Frame): readonly string[] => {
  const width = span / columns
  const column = (at: Time): number => Math.min(columns - 1, Math.floor((at - series.from) / width))
  const last = column(series.to)
  const values = highest(series, quantity, columns, width)
  const down = Array.from({ length: columns }, () => false)
  for (const pause of series.downtimes)
    for (let c = column(pause.from); c <= column(Math.max(pause.from, pause.to - 1)); c++) down[c] = true
  const rounds = new Set(series.rounds.map(column))
  const cell = (c: number, line: number): string => {
    const filled = Math.max(0, Math.min(8, Math.ceil((values[c] / most) * height * 8) - (height - 1 - line) * 8))
    return down[c] ? (filled > 0 ? marks.down : marks.band) : eighths[filled]
  }
  const where = (c: number): string => {
    if (c > last) return ' '
    if (down[c]) return marks.down
    if (rounds.has(c)) return marks.round
    return series.switched !== undefined && c >= column(series.switched) ? marks.target : marks.source
  }
  const all = [...down.keys()]
  const lines = Array.from(
    { length: height },
    (_, line) => `${(line === 0 ? label : '').padStart(gutter - 1)} ${all.map((c) => cell(c, line)).join('')}`
  )
  return [...lines, `${'0'.padStart(gutter - 1)} ${all.map(where).join('')}`].map((line) => line.trimEnd())
}

/** The highest value in each column, between points on straight lines; a jump has two points of one time. */
const highest = ({ points, from, to }: Series, quantity: Quantity, columns: number, width: Time): readonly number[] => {
  const values = new Array<number>(columns).fill(0)
  const raise = (c: number, value: number): unknown => (values[c] = Math.max(values[c], value))
  const known = points.flatMap((point): readonly (readonly [Time, number])[] => {
    const value = heightOf(point, quantity)
    return value === undefined ? [] : [[point.at - from, value]]
  })
  if (known.length > 0) known.push([Math.max(to - from, known[known.length - 1][0]), known[known.length - 1][1]])
  for (let i = 1; i < known.length; i++) {
    const [[t0, v0], [t1, v1]] = [known[i - 1], known[i]]
    const [first, final] = [Math.floor(t0 / width), Math.min(columns - 1, Math.floor(t1 / width))]
    for (let c = Math.max(0, first); c <= final; c++) {
      const at = (t: Time): number => (t1 === t0 ? Math.max(v0, v1) : v0 + ((v1 - v0) * (t - t0)) / (t1 - t0))
      raise(c, Math.max(at(Math.max(t0, c * width)), at(Math.min(t1, (c + 1) * width))))
    }
  }
  return values
}
