import { asyncScheduler, concatMap, forkJoin, from, map, type Observable, type SchedulerLike } from 'rxjs'
import type { PrometheusSeries } from '../../lib/codec/prometheusAnswer'
import { timedSince } from '../../lib/codec/timedObservation'
import type { Observation, ObservedField } from '../../lib/protocol/observation'
import { askPrometheus } from './askPrometheus'
import { type CheckedPrometheus, checkedPrometheus, type PrometheusOptions } from './prometheusOptions'
import { sourceFault } from './sourceFault'

/**
 * The observations that a Prometheus server has kept, from `fromSeconds` to `untilSeconds` (both in it), as a cold Observable in the order of time: one for each name and step of which any query has a sample. Asked in ranges of `pointsPerRequest` steps, one after the other, the
 * queries of a range side by side. A step without a sample, or with NaN or an infinity, is not known.
 *
 * A plain metric is not missing at once when its samples are: the server repeats the last for 5 minutes (its `--query.lookback-delta`) unless it was marked as stale. `last_over_time(metric[$step])` says nothing more than there is.
 *
 * Errors: `RangeError` naming the option, when built; in the error channel, behind all ranges that were answered, those of `askPrometheus`, and a `SourceFault` where a query's series have no such label or are several of one name.
 */
export const prometheusObservations = (
  options: PrometheusOptions & { readonly untilSeconds: number },
  scheduler: SchedulerLike = asyncScheduler
): Observable<Observation> => {
  const checked = checkedPrometheus(options)
  const { untilSeconds } = options
  if (!(untilSeconds >= checked.fromSeconds))
    throw new RangeError(`prometheus: untilSeconds must be fromSeconds or later (got ${untilSeconds})`)
  return observationsBetween(
    checked,
    { first: 0, last: Math.floor((untilSeconds - checked.fromSeconds) / checked.everySeconds + 1e-6) },
    scheduler
  )
}

/** Steps since `fromSeconds`, both in it. @internal */
export type Steps = { readonly first: number; readonly last: number }

/** The observations of some steps. @internal */
export const observationsBetween = (
  checked: CheckedPrometheus,
  { first, last }: Steps,
  scheduler: SchedulerLike
): Observable<Observation> => {
  const { fromSeconds, everySeconds, pointsPerRequest, queries } = checked
  const at = (step: number): number => fromSeconds + step * everySeconds
  function* ranges(): Generator<Steps> {
    for (let step = first; step <= last; step += pointsPerRequest) yield { first: step, last: Math.min(last, step + pointsPerRequest - 1) }
  }
  return from(ranges()).pipe(
    concatMap((range) =>
      forkJoin(
        queries.map(([field, query]) =>
          askPrometheus(checked, { query, from: at(range.first), until: at(range.last) }, scheduler).pipe(
            map((series) => ({ field, query, series }))
          )
        )
      )
    ),
    concatMap((answers) => joined(checked, answers))
  )
}

type Answered = { readonly field: ObservedField; readonly query: string; readonly series: readonly PrometheusSeries[] }

/** Answers to several queries as observations: those of one name and time together, in the order of time and then of coming. */
const joined = ({ endpoint, label, of, fromSeconds }: CheckedPrometheus, answers: readonly Answered[]): readonly Observation[] => {
  const since = timedSince(fromSeconds)
  const byTime = new Map<number, Map<string, { [field in ObservedField]?: number }>>()
  for (const { field, query, series } of answers) {
    const seen = new Set<string>()
    for (const { labels, samples } of series) {
      const name = labels[label]
      if (name === undefined)
        throw sourceFault(endpoint, `a label ${label} on every series of ${query} (got ${Object.keys(labels).join(', ') || 'no labels'})`)
      if (seen.has(name))
        throw sourceFault(endpoint, `one series for each ${label} of ${query}, as by sum by (${label}) (..) (got several of ${name})`)
      seen.add(name)
      for (const [seconds, value] of samples) {
        if (!Number.isFinite(value)) continue
        const names = byTime.get(seconds) ?? new Map<string, { [field in ObservedField]?: number }>()
        byTime.set(seconds, names)
        names.set(name, { ...names.get(name), [field]: value })
      }
    }
  }
  return [...byTime]
    .sort(([one], [other]) => one - other)
    .flatMap(([seconds, names]) => [...names].map(([name, fields]) => since({ seconds, name, of, ...fields })))
}
