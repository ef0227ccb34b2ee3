import { formatTime, type Time } from '../time/time'
import { chipColours, levelOf, stateColours } from './chipColours'
import { type StateRows, type ThreadState, threadStates } from './chipThreads'
import { label, line, short } from './spaceTimeSvgShapes'

/** A time axis of a drawing: from `left` to `right` in pixels, and the windows of `width` ticks that begin at `from`; the last ends at `until`. @internal */
export type ChipAxis = {
  readonly left: number
  readonly right: number
  readonly from: Time
  readonly until: Time
  readonly width: Time
  readonly windows: number
}

/** Where a time stands. @internal */
export const xAt = ({ left, right, from, until }: ChipAxis, at: Time): number =>
  until === from ? left : left + ((Math.max(from, Math.min(at, until)) - from) / (until - from)) * (right - left)

/** Where a window begins; of the one behind the last: where the axis ends. */
const edge = (axis: ChipAxis, window: number): number =>
  window >= axis.windows ? axis.right : xAt(axis, Math.min(axis.until, axis.from + window * axis.width))

/** How long each window lasts. @internal */
export const durations = ({ from, until, width, windows }: ChipAxis): readonly number[] =>
  Array.from({ length: windows }, (_, i) => Math.max(0, Math.min(until, from + (i + 1) * width) - (from + i * width)))

/** Windows of equal value one after the other, as one. */
const runs = <A>(
  windows: number,
  value: (window: number) => A
): readonly { readonly from: number; readonly to: number; readonly value: A }[] => {
  const found: { from: number; to: number; value: A }[] = []
  for (let i = 0; i < windows; i++) {
    const one = value(i)
    const last = found[found.length - 1]
    if (last !== undefined && last.value === one) last.to = i + 1
    else found.push({ from: i, to: i + 1, value: one })
  }
  return found
}

/** Ticks of the axis at round times, 1, 2 or 5 times a power of ten apart: rules over a height, and their labels above it and below. @internal */
export const timeTicks = (axis: ChipAxis, top: number, bottom: number): readonly string[] => {
  const { from, until, left, right } = axis
  let step = 1
  const factors = [2, 2.5, 2]
  for (let i = 0; (until - from) / step > 8; i++) step *= factors[i % 3]
  const ticks: Time[] = []
  for (let at = Math.ceil(from / step) * step; at <= until; at += step) ticks.push(at)
  return [
    ...ticks.map((at) => line({ x: xAt(axis, at), y: top }, { x: xAt(axis, at), y: bottom }, { colour: chipColours.rule, width: 1 })),
    ...[top - 5, bottom + 13].flatMap((y) =>
      ticks.map((at) => label({ x: xAt(axis, at), y }, formatTime(at), { anchor: 'middle', fill: chipColours.quiet }))
    ),
    line({ x: left, y: top }, { x: right, y: top }, { colour: chipColours.edge, width: 1 }),
    line({ x: left, y: bottom }, { x: right, y: bottom }, { colour: chipColours.edge, width: 1 })
  ]
}

/** A strip of colours by load, a path for each. @internal */
export const heatStrip = (
  axis: ChipAxis,
  { y, height }: Band,
  load: (window: number) => number,
  colours: readonly string[]
): readonly string[] => {
  const paths = new Map<number, string>()
  for (const { from, to, value } of runs(axis.windows, (i) => levelOf(load(i))))
    if (value >= 0) {
      const [x, end] = [edge(axis, from), edge(axis, to)]
      paths.set(value, `${paths.get(value) ?? ''}M${short(x)} ${short(y)}H${short(end)}V${short(y + height)}H${short(x)}z`)
    }
  return [...paths].sort(([a], [b]) => a - b).map(([level, d]) => `<path d="${d}" fill="${colours[level]}"/>`)
}

/** Where a lane is drawn. @internal */
export type Band = { readonly y: number; readonly height: number }

/** Heights from the bottom of a lane, as parts of it, as one shape. @internal */
export const heightShape = (
  axis: ChipAxis,
  band: Band,
  { low = () => 0, high }: { readonly low?: (window: number) => number; readonly high: (window: number) => number },
  fill: string
): string => {
  const yOf = (part: number): number => band.y + band.height * (1 - Math.min(1, part))
  const d = runs(axis.windows, (i) => `${short(yOf(low(i)))} ${short(yOf(high(i)))}`)
    .map(({ from, to, value }) => {
      const [bottom, top] = value.split(' ')
      const [x, end] = [short(edge(axis, from)), short(edge(axis, to))]
      return bottom === top ? '' : `M${x} ${bottom}V${top}H${end}V${bottom}z`
    })
    .join('')
  return d === '' ? '' : `<path d="${d}" fill="${fill}"/>`
}

/** Thread states on top of each other, the running ones below; the lane is `scale` threads high. @internal */
export const stateShapes = (axis: ChipAxis, band: Band, { rows }: StateRows, scale: number): readonly string[] => {
  const lasts = durations(axis)
  const upTo = (state: ThreadState, window: number): number =>
    lasts[window] === 0
      ? 0
      : threadStates.slice(0, threadStates.indexOf(state) + 1).reduce((sum, one) => sum + rows[one][window], 0) / lasts[window] / scale
  return threadStates
    .map((state, i) =>
      heightShape(
        axis,
        band,
        { low: i === 0 ? undefined : (window) => upTo(threadStates[i - 1], window), high: (window) => upTo(state, window) },
        stateColours[state]
      )
    )
    .filter((shape) => shape !== '')
}
