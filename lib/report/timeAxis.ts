import type { Time } from '../time/time'

/**
 * A time axis in text, two lines: a ruler with ticks at round times, and their labels. `columns` show `span` ticks from 0 on; `formatted` writes a time.
 * The ticks stand 1, 2 or 5 times a power of ten apart, as near as their labels allow.
 */
export const timeAxis = (axis: TimeAxis): readonly [ruler: string, labels: string] => {
  const ruler = Array.from({ length: axis.columns }, () => '─')
  let labels = ''
  for (const { column, start, label } of firstThatFits(axis)) {
    ruler[column] = '┬'
    labels = labels.padEnd(start) + label
  }
  return [ruler.join(''), labels]
}

/** See `timeAxis`. */
export type TimeAxis = { readonly span: Time; readonly columns: number; readonly formatted: (ticks: Time) => string }

type Tick = { readonly column: number; readonly start: number; readonly label: string }

const firstThatFits = (axis: TimeAxis): readonly Tick[] => {
  for (let power = 1; ; power *= 10) {
    for (const step of [power, 2 * power, 5 * power]) {
      if ((step / axis.span) * axis.columns < 3) continue
      const ticks = ticksEvery(step, axis)
      if (ticks.every(({ start }, i) => i === 0 || start >= ticks[i - 1].start + ticks[i - 1].label.length + 2)) return ticks
    }
  }
}

/** Labels stand centred under their ticks, but for the first and the last, which stay within the axis. */
const ticksEvery = (step: Time, { span, columns, formatted }: TimeAxis): readonly Tick[] =>
  Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => {
    const label = i === 0 ? '0' : formatted(i * step)
    const column = Math.min(columns - 1, Math.floor(((i * step) / span) * columns))
    return { column, start: Math.max(0, Math.min(columns - label.length, column - (label.length >> 1))), label }
  })
