import { map, Observable, type OperatorFunction } from 'rxjs'
import { type HotspotRow, hotspotColumns } from './hotspotColumns'
import type { HotspotOptions } from './hotspotOptions'

/** What a detector says after a slot: whether there is a hotspot, how many of the last n samples are above the threshold, and what is predicted for the next slot (NaN before the first sample). */
export type HotspotVerdict = { readonly hot: boolean; readonly above: number; readonly predicted: number }

/**
 * Sandpiper's hotspot detector on a stream of samples, one a slot, NaN where it was lost: a hotspot is sustained, and goes on, in prediction (Wood et al., NSDI 2007, hotspot detection). See `inSlots` for samples that come when they
 * like.
 *
 *     from([0.5, 0.9, 0.9, 0.9]).pipe(hotspots({ k: 2, n: 3 }), map(({ hot }) => hot))    // false, false, false, true: at the third, 0.744 is predicted
 *
 * The state is born with each subscription. Laws: no hotspot without k of n above; a lost sample never makes one. Cost: a pass over the window for each sample. Throws `RangeError` naming the option.
 */
export const hotspots = (options: HotspotOptions = {}): OperatorFunction<number, HotspotVerdict> => {
  hotspotColumns(1, options)
  return (samples) =>
    new Observable((observer) => {
      const columns = hotspotColumns(1, options)
      return samples
        .pipe(
          map((sample) => {
            const { series } = columns.push([sample])
            return { hot: series.length > 0, above: columns.above(0), predicted: columns.forecast(0) }
          })
        )
        .subscribe(observer)
    })
}

/**
 * The same for so many series at once: rows of one sample each in, the hotspots of each slot out. Law: a series is in the row when `hotspots` says so of it alone. Cost: see `hotspotColumns`. Throws `RangeError` naming the option; a row
 * of another length goes to the error channel.
 *
 *     rows.pipe(hotspotsOf(30_000), filter(({ series }) => series.length > 0))
 */
export const hotspotsOf = (series: number, options: HotspotOptions = {}): OperatorFunction<ArrayLike<number>, HotspotRow> => {
  hotspotColumns(0, options)
  if (!(Number.isInteger(series) && series >= 0)) throw new RangeError(`hotspots: series must be an integer from 0 on (got ${series})`)
  return (rows) =>
    new Observable((observer) => {
      const columns = hotspotColumns(series, options)
      return rows.pipe(map(columns.push)).subscribe(observer)
    })
}
