/**
 * Series of one VM over slots of `everySeconds`, from rows that come in any order: of several in a slot, the one taken last counts, of those taken at once the one that came last. `first` is the number of the first slot since second 0 (NaN
 * while there is none); slots without a row are NaN. A kernel: rows are added, then it is read.
 */
export type SlotSeries<F extends string> = {
  readonly add: (seconds: number, figures: Readonly<Record<F, number>>) => void
  readonly ends: () => { readonly first: number; readonly last: number }
  /** The series of a figure from slot `from` on, `slots` long: `outside` before the first row and after the last, NaN where there is none between. */
  readonly series: (figure: F, from: number, slots: number, outside: number) => Float64Array
}

/** See `SlotSeries`. Memory: 8 bytes a row for its time and each figure. */
export const slotSeries = <F extends string>(figures: readonly F[], everySeconds: number): SlotSeries<F> => {
  const times: number[] = []
  const columns = new Map<F, number[]>(figures.map((figure) => [figure, []]))
  let [first, last] = [Number.NaN, Number.NaN]
  const slotOf = (seconds: number): number => Math.floor(seconds / everySeconds)
  return {
    add: (seconds, row) => {
      const slot = slotOf(seconds)
      if (!(slot >= first)) first = slot
      if (!(slot <= last)) last = slot
      times.push(seconds)
      for (const [figure, column] of columns) column.push(row[figure])
    },
    ends: () => ({ first, last }),
    series: (figure, from, slots, outside) => {
      const series = new Float64Array(slots).fill(outside)
      if (times.length > 0) series.fill(Number.NaN, Math.max(0, first - from), Math.max(0, Math.min(slots, last - from + 1)))
      const taken = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY)
      const values = columns.get(figure) ?? []
      for (const [i, seconds] of times.entries()) {
        const slot = slotOf(seconds) - from
        if (slot < 0 || slot >= slots || seconds < taken[slot]) continue
        taken[slot] = seconds
        series[slot] = values[i]
      }
      return series
    }
  }
}
