import { Observable, type OperatorFunction } from 'rxjs'
import type { Time } from '../time/time'

/** A sample of one series: when it was taken, by the clock of who takes it, in ns. */
export type Sample = { readonly at: Time; readonly value: number }

/** A sample of a series that stands at `series` in a row. */
export type SeriesSample = Sample & { readonly series: number }

/** Slots of so many ns, the first from `from` on (default 0). A slot is closed when a sample of a slot more than `patience` later comes (default 1), of any series. */
export type SlotOptions = { readonly everyNs: Time; readonly from?: Time; readonly patience?: number }

/** What one slot holds: when it begins, a value of each series (NaN: lost), and how many samples came too late for a closed slot so far. */
export type Slot = { readonly at: Time; readonly values: Float64Array; readonly late: number }

/**
 * Samples that come when they like, into rows of one value per series and time slot, in order and without a gap; what every detector here takes.
 *
 * - A slot of which nothing came for a series holds NaN there: lost, or no longer there. Slots of which nothing came at all are rows of NaN.
 * - Of several in one slot the one taken last counts; of those taken at the same time the one that came last (a repeated report changes nothing).
 * - Order of arrival changes nothing as long as a sample is at most `patience` slots late; what comes later is dropped, and counted. What was taken before `from` is late.
 * - At completion the slots that are open are given out, up to the latest sample.
 *
 * Cost: O(1) a sample, one row of `series` numbers a slot. Throws `RangeError` naming the option when built; a sample that is no number, or of a series that is not there, goes to the error channel.
 */
export const inSlots = (series: number, { everyNs, from = 0, patience = 1 }: SlotOptions): OperatorFunction<SeriesSample, Slot> => {
  if (!(Number.isInteger(series) && series >= 0)) throw new RangeError(`inSlots: series must be an integer from 0 on (got ${series})`)
  if (!(Number.isSafeInteger(everyNs) && everyNs > 0))
    throw new RangeError(`inSlots: everyNs must be a whole number of ns above 0 (got ${everyNs})`)
  if (!(Number.isSafeInteger(from) && from >= 0)) throw new RangeError(`inSlots: from must be a time in ns from 0 on (got ${from})`)
  if (!(Number.isInteger(patience) && patience >= 0))
    throw new RangeError(`inSlots: patience must be a number of slots from 0 on (got ${patience})`)
  return (samples) =>
    new Observable((observer) => {
      const open: Open[] = []
      let first = 0
      let late = 0
      const opened = (): Open => ({ values: new Float64Array(series).fill(Number.NaN), taken: new Float64Array(series).fill(-1) })
      const close = (): void => {
        const { values } = open.shift() ?? opened()
        observer.next({ at: from + first++ * everyNs, values, late })
      }
      return samples.subscribe({
        next: ({ at, value, series: s }) => {
          if (!(Number.isSafeInteger(at) && Number.isFinite(value) && Number.isInteger(s) && s >= 0 && s < series)) {
            observer.error(
              new RangeError(
                `inSlots: a sample must be a number, taken at a time in ns, of one of ${series} series (got ${value} at ${at} of ${s})`
              )
            )
            return
          }
          const slot = Math.floor((at - from) / everyNs)
          if (slot < first) {
            late++
            return
          }
          while (slot > first + patience && !observer.closed) close()
          while (open.length <= slot - first) open.push(opened())
          const { values, taken } = open[slot - first]
          if (at < taken[s]) return
          values[s] = value
          taken[s] = at
        },
        error: (error: unknown) => observer.error(error),
        complete: () => {
          while (open.length > 0 && !observer.closed) close()
          observer.complete()
        }
      })
    })
}

type Open = { readonly values: Float64Array; readonly taken: Float64Array }
