import type { Observable } from 'rxjs'
import { observationCsv } from '../../lib/codec/observationCsv'
import { type TimedObservation, timedSince } from '../../lib/codec/timedObservation'
import type { Observation } from '../../lib/protocol/observation'
import { rowsOf } from './fileLines'
import { inTurns } from './inTurns'

/** The midnight (UTC) before a time in s, from which a source's times count when nobody says otherwise: so that slots of minutes and hours begin with those of the clock. */
export const midnightBefore = (seconds: number): number => Math.floor(seconds / DAY) * DAY

const DAY = 86_400

/**
 * The observations of a CSV file (`observationCsv`) in the order in which they stand there, as a cold Observable that reads while it goes. Times count from `fromSeconds` (since 1970; default: the midnight before the first row).
 *
 * Errors, in the error channel and behind all rows that came before: a `SourceFault` that names the file and the line; what the file system refuses.
 */
export const csvObservations = (path: string, { fromSeconds }: { readonly fromSeconds?: number } = {}): Observable<Observation> =>
  inTurns(function* () {
    let since: ((row: TimedObservation) => Observation) | undefined
    for (const row of csvRows(path)) {
      since ??= timedSince(fromSeconds ?? midnightBefore(row.seconds))
      yield since(row)
    }
  })

/** The rows of such a file, read as they are asked for. Throws a `SourceFault`, or what the file system refuses. */
export const csvRows = (path: string): Generator<TimedObservation> => rowsOf(path, observationCsv)
