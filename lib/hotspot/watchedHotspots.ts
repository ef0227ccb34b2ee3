import { map, Observable, type OperatorFunction } from 'rxjs'
import type { Observation } from '../protocol/observation'
import type { Time } from '../time/time'
import { hotspotColumns } from './hotspotColumns'
import { type HotspotOptions, sandpiperHotspots } from './hotspotOptions'
import { inSlots, type Slot, type SlotOptions } from './inSlots'
import { type Observed, seriesOf } from './seriesOf'

/** A resource that is watched: what it is called, the figure of it, and when that is a hotspot (default Sandpiper's). */
export type Watch = { readonly resource: string; readonly figure: Observed; readonly options?: HotspotOptions }

/** A hotspot in a slot: of whom; the figure there, how many of the last n slots are above the threshold, and what is predicted of the next (NaN where nothing is). */
export type Hotspot = {
  readonly name: string
  readonly value: number
  readonly above: number
  readonly n: number
  readonly predicted: number
}

/** What a slot says of a resource: when it began, its hotspots in the order of names, of how many names nothing was known in it, and how many samples came too late for their slot so far. */
export type WatchedSlot = {
  readonly at: Time
  readonly resource: string
  readonly hotspots: readonly Hotspot[]
  readonly lost: number
  readonly late: number
}

/**
 * Sandpiper's detector on what monitors report: observations in any order, in, a row for each time slot out. It is `seriesOf`, `inSlots` and `hotspotColumns` one after the other, so what those say holds: a slot of which nothing came counts as not above, and
 * losing a report never makes a hotspot; reports that come twice, or in another order within `patience` slots, change nothing; later ones are dropped and counted. That needs figures within the `range` of the options, which is 0 to 1 by default.
 *
 *     observations.pipe(watchedHotspots(names, { resource: 'cpu', figure: observed.cpu }, { everyNs: 10e9 }))
 *
 * The state is born with each subscription. Cost: that of those. Errors: `RangeError` naming the option, when built.
 */
export const watchedHotspots = (
  names: readonly string[],
  { resource, figure, options = {} }: Watch,
  { of, ...slots }: SlotOptions & { readonly of?: Observation['of'] }
): OperatorFunction<Observation, WatchedSlot> => {
  const [samples, inRows] = [seriesOf(names, [figure], { of }), inSlots(names.length, slots)]
  hotspotColumns(names.length, options)
  const { n } = { ...sandpiperHotspots, ...options }
  return (observations) =>
    new Observable((observer) => {
      const columns = hotspotColumns(names.length, options)
      const watchedIn = ({ at, values, late }: Slot): WatchedSlot => {
        const { series, predicted } = columns.push(values)
        const hotspots = Array.from(
          series,
          (s, i): Hotspot => ({ name: names[s], value: values[s], above: columns.above(s), n, predicted: predicted[i] })
        )
        return { at, resource, hotspots, lost: values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0), late }
      }
      return observations.pipe(samples, inRows, map(watchedIn)).subscribe(observer)
    })
}
