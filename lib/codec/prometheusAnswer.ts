import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as t from 'io-ts'
import { decode, type Problem } from './decode'
import { finite } from './quantities'
import { refined } from './refined'
import { oneOf, text } from './text'

/** A series of a range query: its labels (`__name__` among them, where the query kept it), and its samples in s since 1970. What has no sample at a step is left out of them; NaN and infinities are numbers here. */
export type PrometheusSeries = {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly (readonly [seconds: number, value: number])[]
}

/** What a server says to a range query: series, or what it refused and why (`bad_data`: the query; `timeout`, `execution`, `unavailable`, ..), and warnings besides. */
export type PrometheusAnswer =
  | { readonly type: 'series'; readonly series: readonly PrometheusSeries[]; readonly warnings: readonly string[] }
  | { readonly type: 'refused'; readonly errorType: string; readonly error: string; readonly warnings: readonly string[] }

/** The answer of Prometheus' HTTP API, version 1, to `query_range`, out of its JSON (https://prometheus.io/docs/prometheus/latest/querying/api/). Fields that are not known here are let be. */
export const prometheusAnswer = (json: unknown): E.Either<readonly Problem[], PrometheusAnswer> =>
  pipe(
    decode(status)(json),
    E.chain(
      (head): E.Either<readonly Problem[], PrometheusAnswer> =>
        head.status === 'error'
          ? pipe(
              decode(refusal)(json),
              E.map(({ errorType, error, warnings = [] }) => ({ type: 'refused', errorType, error, warnings }))
            )
          : pipe(
              decode(matrix)(json),
              E.map(({ data, warnings = [] }) => ({
                type: 'series',
                series: data.result.map(({ metric, values = [] }) => ({ labels: metric, samples: values })),
                warnings
              }))
            )
    )
  )

/** A number as the API writes it. */
const numberOrNone = new t.Type<number, unknown>(
  'a number as text',
  t.number.is,
  (u, context) => {
    const known = typeof u === 'string' ? (named[u] ?? (u.trim() === '' ? undefined : Number(u))) : undefined
    return known === undefined || (Number.isNaN(known) && u !== 'NaN') ? t.failure(u, context) : t.success(known)
  },
  String
)

const named: Readonly<Record<string, number>> = { '+Inf': Number.POSITIVE_INFINITY, '-Inf': Number.NEGATIVE_INFINITY, NaN: Number.NaN }

const labels = refined(
  'labels with their values',
  (u): u is Readonly<Record<string, string>> =>
    typeof u === 'object' && u !== null && !Array.isArray(u) && Object.values(u).every((value) => typeof value === 'string')
)

const warnings = t.partial({ warnings: t.readonlyArray(text, 'a list of strings') })

const status = t.type({ status: oneOf('success', 'error') }, 'an object')

const refusal = t.intersection([t.type({ status: t.literal('error'), errorType: text, error: text }, 'an object'), warnings], 'an object')

/** `values` is missing where a series has none but histograms, which say no single figure. */
const series = t.intersection([
  t.type({ metric: labels }, 'an object'),
  t.partial({ values: t.readonlyArray(t.tuple([finite, numberOrNone], 'a time and a number'), 'a list of samples') })
])

const matrix = t.intersection(
  [
    t.type(
      {
        status: t.literal('success'),
        data: t.type({ resultType: oneOf('matrix'), result: t.readonlyArray(series, 'a list of series') }, 'an object')
      },
      'an object'
    ),
    warnings
  ],
  'an object'
)
