import { mergeMap, type OperatorFunction } from 'rxjs'
import type { Observation } from '../protocol/observation'
import type { SeriesSample } from './inSlots'

/** A figure of an observation that makes a series; `undefined` where the observation does not tell it. */
export type Observed = (observation: Observation) => number | undefined

/** The figures that hotspots are looked for in: a part of what there is (`cpu`, `memory` used of the allotted), bytes/s (`network`, both ways; `swap`, both ways), or s by s promised (`response`: above 1 a promise is broken). */
export const observed = {
  cpu: ({ cpu }) => cpu,
  network: ({ networkBytesPerSecond, receivedBytesPerSecond, sentBytesPerSecond }) =>
    networkBytesPerSecond ?? together(receivedBytesPerSecond, sentBytesPerSecond),
  swap: ({ swapBytesPerSecond, swapReadBytesPerSecond, swapWrittenBytesPerSecond }) =>
    swapBytesPerSecond ?? together(swapReadBytesPerSecond, swapWrittenBytesPerSecond),
  memory: ({ memoryBytes, allottedBytes }) => ratio(memoryBytes, allottedBytes),
  response: ({ responseSeconds, promisedSeconds }) => ratio(responseSeconds, promisedSeconds)
} as const satisfies Readonly<Record<string, Observed>>

/** A figure as a part of how much there is of it: `partOf(observed.network, () => 125e6)` is the use of a gigabit. */
export const partOf =
  (figure: Observed, capacity: (name: string) => number): Observed =>
  (observation) =>
    ratio(figure(observation), capacity(observation.name))

/**
 * Observations as the samples of series, for `inSlots`: a series for each name and figure, that of name `i` and figure `f` at `i * figures.length + f`.
 *
 *     observations.pipe(seriesOf(names, [observed.cpu]), inSlots(names.length, { everyNs }), map(({ values }) => values), hotspotsOf(names.length))
 *
 * What an observation does not tell, or tells as no finite number, makes no sample: it is lost. Observations of other names, and of hosts where VMs are asked for (`of`, default VMs), make none either.
 * Law: the samples of a stream are those of its observations one by one, in their order. Cost: O(figures) an observation. Throws `RangeError` when a name stands twice.
 */
export const seriesOf = (
  names: readonly string[],
  figures: readonly Observed[],
  { of = 'vm' }: { readonly of?: Observation['of'] } = {}
): OperatorFunction<Observation, SeriesSample> => {
  const places = new Map(names.map((name, i) => [name, i]))
  if (places.size !== names.length) throw new RangeError(`seriesOf: names must differ (got ${names.length - places.size} twice)`)
  return mergeMap((observation) => {
    const place = observation.of === of ? places.get(observation.name) : undefined
    if (place === undefined) return []
    return figures.flatMap((figure, f): readonly SeriesSample[] => {
      const value = figure(observation)
      return value === undefined || !Number.isFinite(value) ? [] : [{ series: place * figures.length + f, at: observation.at, value }]
    })
  })
}

/** What is known of two directions. */
const together = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0)

const ratio = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined || !(other > 0) ? undefined : one / other
