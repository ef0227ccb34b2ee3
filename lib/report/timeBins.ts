import type { Time } from '../time/time'

/**
 * Bins of one width from `origin` on, for a time whose end is not known beforehand: when it is reached, the width doubles and bins are added up in pairs, so that there are never more than `most`
 * (an even number). Rows are of numbers that may be added. @internal
 */
export type TimeBins = { readonly origin: Time; readonly most: number; readonly rows: Float64Array[]; width: Time }

/** Bins of a tick each, and no rows. @internal */
export const timeBins = (origin: Time, most: number): TimeBins => ({ origin, most, rows: [], width: 1 })

/** A row of zeros. @internal */
export const binRow = ({ rows, most }: TimeBins): Float64Array => {
  const row = new Float64Array(most)
  rows.push(row)
  return row
}

/** The bin of the tick that ends at a time (of the first, at the origin), after the bins have become wide enough for it. Cost: each doubling goes over all rows. @internal */
export const binBefore = (bins: TimeBins, at: Time): number => {
  const tick = Math.max(0, at - bins.origin - 1)
  while (tick >= bins.width * bins.most) widen(bins)
  return Math.floor(tick / bins.width)
}

const widen = (bins: TimeBins): void => {
  bins.width *= 2
  for (const row of bins.rows) {
    for (let i = 0; i < bins.most; i += 2) row[i / 2] = row[i] + row[i + 1]
    row.fill(0, bins.most / 2)
  }
}

/** Adds `rate` for each tick between two times to a row, as far as it is behind the origin. The bins must reach `to`: see `binBefore`. @internal */
export const spread = ({ origin, width }: TimeBins, row: Float64Array, from: Time, to: Time, rate: number): void => {
  if (rate === 0) return
  for (let at = Math.max(origin, from); at < to; ) {
    const bin = Math.floor((at - origin) / width)
    const end = Math.min(to, origin + (bin + 1) * width)
    row[bin] += rate * (end - at)
    at = end
  }
}

/** Puts an amount into a row, into its bin `last` as far as there is room, and the rest into those before; what finds no room anywhere goes into `last`. @internal */
export const poured = (row: Float64Array, last: number, amount: number, room: (bin: number) => number): void => {
  let left = amount
  for (let bin = last; bin >= 0 && left > 0; bin--) {
    const part = Math.min(left, Math.max(0, room(bin) - row[bin]))
    row[bin] += part
    left -= part
  }
  row[last] += left
}
