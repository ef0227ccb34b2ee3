import { Observable, takeWhile } from 'rxjs'
import type { Observation } from '../protocol/observation'
import { observationsOf } from '../protocol/observationsOf'
import { fleetDay } from './fleetDay'
import type { FleetDayOptions } from './fleetOptions'

/**
 * What monitors report of a day of a simulated fleet, as a cold Observable: at each look the observations of all VMs and hosts (`observationsOf`), as they are before the manager decides. It carries out what the manager decides, so that what is observed is of the fleet as it is
 * managed. Errors: `RangeError` naming the option, when built.
 */
export const fleetObservations = (options: FleetDayOptions): Observable<Observation> => {
  fleetDay(options)
  return new Observable((observer) =>
    fleetDay(options, (view) => {
      for (const observation of observationsOf(view)) observer.next(observation)
    })
      .pipe(takeWhile(() => !observer.closed))
      .subscribe({ error: (error: unknown) => observer.error(error), complete: () => observer.complete() })
  )
}
