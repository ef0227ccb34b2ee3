import { observedFields } from '../../lib/codec/observationCsv'
import type { Observation, ObservedField } from '../../lib/protocol/observation'

/** A query in PromQL for each figure that is to be observed. `$step` in it stands for the step, as `10s`, and `$range` for a range that has several samples in it. */
export type PrometheusQueries = { readonly [field in ObservedField]?: string }

/**
 * What to ask of which server. `url`: of the server, with its path where it is behind another (`http://127.0.0.1:9090`); name and password in it are sent as such. `label`: whose value is the name of a VM or host (default `instance`); of each query there must be one series for each name. `everySeconds`: the step
 * between two samples. Times count from `fromSeconds` (since 1970).
 *
 * `rangeSeconds`: what `$range` stands for (default: the step, or 60 if that is more, as there mostly are samples every 15 s). `pointsPerRequest`: samples of a series in one request at most (default 11,000, which is as many as a server gives). `timeoutSeconds`: how long an answer may take (default 30). `headers`: for servers that want more. `warned`: is told warnings of the server.
 */
export type PrometheusOptions = {
  readonly url: string
  readonly queries: PrometheusQueries
  readonly label?: string
  readonly of?: Observation['of']
  readonly fromSeconds: number
  readonly everySeconds: number
  readonly rangeSeconds?: number
  readonly pointsPerRequest?: number
  readonly timeoutSeconds?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly warned?: (warning: string) => void
}

/** Options as a request needs them. @internal */
export type CheckedPrometheus = {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly queries: readonly (readonly [field: ObservedField, query: string])[]
} & Required<Pick<PrometheusOptions, 'label' | 'of' | 'fromSeconds' | 'everySeconds' | 'pointsPerRequest' | 'timeoutSeconds' | 'warned'>>

/** See `PrometheusOptions`. Throws `RangeError` naming the option. @internal */
export const checkedPrometheus = (options: PrometheusOptions): CheckedPrometheus => {
  const { url, queries, label = 'instance', of = 'vm', fromSeconds, everySeconds, headers = {}, warned = () => {} } = options
  const { pointsPerRequest = MOST_POINTS, timeoutSeconds = 30, rangeSeconds = Math.max(60, everySeconds) } = options
  const refuse = (rule: string, got: unknown): never => {
    throw new RangeError(`prometheus: ${rule} (got ${got})`)
  }
  const base = URL.canParse(url) ? new URL(url) : undefined
  if (base === undefined || !/^https?:$/.test(base.protocol)) return refuse('url must be one of http or https', url)
  if (!(everySeconds >= 0.001 && Math.abs(everySeconds * 1000 - Math.round(everySeconds * 1000)) < 1e-6))
    refuse('everySeconds must be a whole number of ms above 0', everySeconds)
  if (!Number.isFinite(fromSeconds)) refuse('fromSeconds must be a time in s', fromSeconds)
  if (!(Number.isInteger(pointsPerRequest) && pointsPerRequest >= 1 && pointsPerRequest <= MOST_POINTS))
    refuse(`pointsPerRequest must be from 1 to ${MOST_POINTS}`, pointsPerRequest)
  if (!(rangeSeconds >= 0.001)) refuse('rangeSeconds must be 0.001 or more', rangeSeconds)
  if (!(timeoutSeconds > 0)) refuse('timeoutSeconds must be above 0', timeoutSeconds)
  const asked = observedFields.flatMap((field) => {
    const query = queries[field]
    return query === undefined
      ? []
      : [[field, query.replaceAll('$step', promDuration(everySeconds)).replaceAll('$range', promDuration(rangeSeconds))] as const]
  })
  if (asked.length === 0) refuse('queries must be one or more', 'none')
  const basic: Readonly<Record<string, string>> =
    base.username === ''
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`).toString('base64')}`
        }
  base.username = ''
  base.password = ''
  base.search = ''
  base.hash = ''
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  const endpoint = new URL('api/v1/query_range', base).href
  return {
    endpoint,
    headers: { ...basic, ...headers },
    queries: asked,
    label,
    of,
    fromSeconds,
    everySeconds,
    pointsPerRequest,
    timeoutSeconds,
    warned
  }
}

/** Points of a series beyond which a server refuses a range (`exceeded maximum resolution of 11,000 points per timeseries`, web/api/v1/api.go). */
const MOST_POINTS = 11_000

/** A duration as PromQL has it. */
const promDuration = (seconds: number): string => (Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`)
