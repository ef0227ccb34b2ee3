import { map, mergeMap, Observable, type OperatorFunction } from 'rxjs'
import type { Observation } from '../protocol/observation'
import type { Time } from '../time/time'
import { hotspotColumns } from './hotspotColumns'
import { type HotspotOptions, sandpiperHotspots } from './hotspotOptions'
import { inSlots, type SeriesSample, type Slot, type SlotOptions } from './inSlots'
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

/**
 * What a slot says of a resource: when it began, its hotspots in the order of names, of how many names nothing came in it after something had come before, and how many samples came too late for their slot so far.
 */
export type WatchedSlot = {
  readonly at: Time
  readonly resource: string
  readonly hotspots: readonly Hotspot[]
  readonly lost: number
  readonly late: number
}

/** See `SlotOptions`. `of`: whom (default VMs). `room`: for how many names more there is room, in the order in which they come (default 0: others are not watched). */
export type WatchOptions = SlotOptions & { readonly of?: Observation['of']; readonly room?: number }

/**
 * Sandpiper's detector on what monitors report: observations in, in any order, a row for each time slot out. It is `seriesOf`, `inSlots` and `hotspotColumns` one after the other, so what those say holds: a slot of which nothing came counts as not above, and losing it never makes a hotspot;
 * reports that come twice, or in another order within `patience` slots, change nothing; later ones are dropped and counted. That needs figures within the `range` of the options, which is 0 to 1 by default, and one report in a slot: of several the last counts, and without it the one before.
 *
 *     observations.pipe(watchedHotspots(names, { resource: 'cpu', figure: observed.cpu }, { everyNs: 10e9 }))
 *
 * With `comesLater` in the options a name is watched from its first report on, so that a VM that is started later has no lost slots before; then a first report that is lost is not seen to be.
 *
 * The state is born with each subscription. Cost: that of those. Errors: `RangeError` naming the option, when built; in the error channel where there is no room for a name.
 */
export const watchedHotspots = (
  names: readonly string[],
  { resource, figure, options = {} }: Watch,
  { of, room = 0, ...slots }: WatchOptions
): OperatorFunction<Observation, WatchedSlot> => {
  if (!(Number.isInteger(room) && room >= 0)) throw new RangeError(`watchedHotspots: room must be an integer from 0 on (got ${room})`)
  const size = names.length + room
  seriesOf(names, [figure], { of })
  hotspotColumns(size, options)
  const inRows = inSlots(size, slots)
  const { n } = { ...sandpiperHotspots, ...options }
  return (observations) =>
    new Observable((observer) => {
      const columns = hotspotColumns(size, options)
      const { known, samples } =
        room === 0 ? { known: names, samples: seriesOf(names, [figure], { of }) } : namesAsTheyCome(names, figure, { of, size })
      const begun = new Uint8Array(size)
      const lostIn = (values: Float64Array): number =>
        values.reduce((lost, value, s) => {
          if (!Number.isNaN(value)) begun[s] = 1
          return lost + (Number.isNaN(value) ? begun[s] : 0)
        }, 0)
      const watchedIn = ({ at, values, late }: Slot): WatchedSlot => {
        const { series, predicted } = columns.push(values)
        const hotspots = Array.from(
          series,
          (s, i): Hotspot => ({ name: known[s], value: values[s], above: columns.above(s), n, predicted: predicted[i] })
        )
        return { at, resource, hotspots, lost: lostIn(values), late }
      }
      return observations.pipe(samples, inRows, map(watchedIn)).subscribe(observer)
    })
}

type NamesThatCame = { readonly known: readonly string[]; readonly samples: OperatorFunction<Observation, SeriesSample> }

/** `seriesOf` for names that are not known yet: each has the next place when it comes first. */
const namesAsTheyCome = (
  names: readonly string[],
  figure: Observed,
  { of = 'vm', size }: { readonly of?: Observation['of']; readonly size: number }
): NamesThatCame => {
  const known = [...names]
  const places = new Map(known.map((name, i) => [name, i]))
  const samples = mergeMap((observation: Observation): readonly SeriesSample[] => {
    const value = observation.of === of ? figure(observation) : undefined
    if (value === undefined || !Number.isFinite(value)) return []
    let series = places.get(observation.name)
    if (series === undefined) {
      if (known.length === size)
        throw new RangeError(`watchedHotspots: there must be room for all names (got ${observation.name} beyond ${size})`)
      series = known.push(observation.name) - 1
      places.set(observation.name, series)
    }
    return [{ series, at: observation.at, value }]
  })
  return { known, samples }
}
