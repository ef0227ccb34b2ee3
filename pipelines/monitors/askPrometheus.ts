import { isLeft } from 'fp-ts/lib/Either'
import { asyncScheduler, catchError, Observable, type SchedulerLike, throwError, timeout } from 'rxjs'
import { formatProblems } from '../../lib/codec/decode'
import { type PrometheusSeries, prometheusAnswer } from '../../lib/codec/prometheusAnswer'
import type { CheckedPrometheus } from './prometheusOptions'
import { type SourceFault, sourceFault } from './sourceFault'

/** A range of a query, in s since 1970, both ends in it. */
export type AskedRange = { readonly query: string; readonly from: number; readonly until: number }

/** A fault of a server or of the way to it, which may be over the next time it is asked; not one of what was asked. */
export type PassingFault = SourceFault & { readonly passing: true }

/** Whether a fault may pass. */
export const isPassing = (error: unknown): error is PassingFault => error instanceof Error && 'passing' in error

/**
 * The series of a range query, as a cold Observable of one list. It is asked by POST, so that queries may be long, and by GET where a server has no POST. Who does not listen any more aborts the request.
 *
 * Errors, in the error channel: a `SourceFault` that names the server's address and says what it said, or what is in the way of it: it refuses the query; it cannot be reached; it does not answer in time; it answers otherwise than Prometheus. Those
 * that may pass are `PassingFault`s.
 */
export const askPrometheus = (
  { endpoint, headers, everySeconds, timeoutSeconds, warned }: CheckedPrometheus,
  { query, from, until }: AskedRange,
  scheduler: SchedulerLike = asyncScheduler
): Observable<readonly PrometheusSeries[]> =>
  new Observable<readonly PrometheusSeries[]>((observer) => {
    const abort = new AbortController()
    const parameters = new URLSearchParams({
      query,
      start: inMs(from),
      end: inMs(until),
      step: inMs(everySeconds),
      timeout: `${timeoutSeconds}s`
    })
    const ask = async (): Promise<readonly PrometheusSeries[]> => {
      const posted = await fetch(endpoint, { method: 'POST', headers, body: parameters, signal: abort.signal })
      const isGetWanted = posted.status === 405 || posted.status === 501
      const answer = isGetWanted ? await fetch(`${endpoint}?${parameters}`, { headers, signal: abort.signal }) : posted
      return seriesIn(endpoint, query, answer, await answer.text(), warned)
    }
    ask().then(
      (series) => {
        observer.next(series)
        observer.complete()
      },
      (error: unknown) => observer.error(error)
    )
    return () => abort.abort()
  }).pipe(
    timeout({
      first: timeoutSeconds * 1000 + GRACE_MS,
      scheduler,
      with: () => throwError(() => passing(endpoint, `an answer within ${timeoutSeconds} s (got none)`))
    }),
    catchError((error: unknown) =>
      throwError(() => (error instanceof TypeError ? passing(endpoint, `a server that can be reached (got ${reasonOf(error)})`) : error))
    )
  )

/** The server gives up a query after the same time, and says so, when it is heard. */
const GRACE_MS = 250

const passing = (endpoint: string, problem: string): PassingFault =>
  Object.assign(sourceFault(endpoint, problem), { passing: true as const })

const seriesIn = (
  endpoint: string,
  query: string,
  { status, statusText, headers }: Response,
  body: string,
  warned: (warning: string) => void
): readonly PrometheusSeries[] => {
  const parsed = jsonIn(body)
  if (parsed === undefined) {
    const kind = headers.get('content-type')?.split(';')[0] ?? 'something'
    const problem = `an answer of Prometheus' HTTP API (got HTTP ${status} ${statusText}, ${kind})`
    throw status >= 500 || status === 429 ? passing(endpoint, problem) : sourceFault(endpoint, problem)
  }
  const answer = prometheusAnswer(parsed.json)
  if (isLeft(answer))
    throw sourceFault(endpoint, `an answer of Prometheus' HTTP API (got HTTP ${status}: ${formatProblems(answer.left.slice(0, 3))})`)
  answer.right.warnings.forEach(warned)
  if (answer.right.type === 'series') return answer.right.series
  const { errorType, error } = answer.right
  if (errorType === 'bad_data' || errorType === 'execution')
    throw sourceFault(endpoint, `a query that it accepts, instead of ${query} (got ${errorType}: ${error})`)
  throw passing(endpoint, `series for ${query} (got ${errorType}: ${error})`)
}

const jsonIn = (body: string): { readonly json: unknown } | undefined => {
  try {
    return { json: JSON.parse(body) }
  } catch {
    return undefined
  }
}

const inMs = (seconds: number): string => String(Math.round(seconds * 1000) / 1000)

/** Why a request came to nothing, in words. */
const reasonOf = ({ cause, message }: TypeError): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  if (code === undefined) return cause instanceof Error ? cause.message : message
  return reasons[code] ?? code
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody who listens there',
  ECONNRESET: 'a connection that broke',
  UND_ERR_SOCKET: 'a connection that broke',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no answer about the name of the host',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no way to the host',
  ETIMEDOUT: 'no answer',
  UND_ERR_CONNECT_TIMEOUT: 'no answer'
}
