import { asyncScheduler, catchError, concat, defer, EMPTY, exhaustMap, type Observable, type SchedulerLike, throwError, timer } from 'rxjs'
import type { Observation } from '../../lib/protocol/observation'
import { isPassing } from './askPrometheus'
import { observationsBetween } from './prometheusObservations'
import { checkedPrometheus, type PrometheusOptions } from './prometheusOptions'

/**
 * `fromSeconds`: from when on observations are wanted, which may lie back. `againSteps`: how many steps are asked for once more each time, because they may have come late (default 1; what is told twice changes nothing behind `inSlots`). `patience`: how
 * often in a row the server may fail before its error is passed on (default 5); what it has kept meanwhile comes later. `troubled`: is told each time.
 */
export type FollowOptions = PrometheusOptions & {
  readonly againSteps?: number
  readonly patience?: number
  readonly troubled?: (error: Error) => void
}

/**
 * The observations of a Prometheus server as they come: asked for every `everySeconds`, of all steps since the last that was answered. It ends only by an error, or when nobody listens. Time is the scheduler's.
 *
 * Errors: as of `prometheusObservations`; those that may pass only after `patience` of them.
 */
export const followPrometheus = (options: FollowOptions, scheduler: SchedulerLike = asyncScheduler): Observable<Observation> => {
  const checked = checkedPrometheus(options)
  const { againSteps = 1, patience = 5, troubled = () => {} } = options
  if (!(Number.isInteger(againSteps) && againSteps >= 0))
    throw new RangeError(`prometheus: againSteps must be an integer from 0 on (got ${againSteps})`)
  if (!(Number.isInteger(patience) && patience >= 0))
    throw new RangeError(`prometheus: patience must be an integer from 0 on (got ${patience})`)
  return defer(() => {
    let answered = -1
    let failures = 0
    return timer(0, checked.everySeconds * 1000, scheduler).pipe(
      exhaustMap(() => {
        const last = Math.floor((scheduler.now() / 1000 - checked.fromSeconds) / checked.everySeconds + 1e-6)
        if (last <= answered) return EMPTY
        const steps = { first: Math.max(0, answered + 1 - againSteps), last }
        return concat(
          observationsBetween(checked, steps, scheduler),
          defer(() => {
            answered = last
            failures = 0
            return EMPTY
          })
        ).pipe(
          catchError((error: Error) => {
            if (!isPassing(error) || ++failures > patience) return throwError(() => error)
            troubled(error)
            return EMPTY
          })
        )
      })
    )
  })
}
