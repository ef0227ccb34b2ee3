import type { OperatorFunction } from 'rxjs'
import type { Data } from '../protocol/data'
import type { Entry } from '../protocol/journal'
import type { GuestView } from '../protocol/pipeline'
import { migrationOf, type Signal } from '../protocol/signal'
import { type Fold, fold } from '../stream/fold'
import { mealy } from '../stream/mealy'
import { type Heard, hear, nothingHeard } from './forecastHeard'
import { type Forecast, forecastOf } from './forecastOf'
import { type ForecastOptions, usualRules } from './forecastOptions'

export type { Forecast } from './forecastOf'
export type { ForecastOptions, ForecastRules, WindowsAhead } from './forecastOptions'

/** What a forecast may be made from: the entries of a journal, under way or recorded, or signals alone (then the guests must be told in `ForecastOptions`). */
export type Told = Entry | Signal

/**
 * How far a migration is and how it goes on: a forecast for each signal that tells something (rounds, progress, what was sent, readings of the dirty log, the stages).
 *
 *     run(precopy({ until }), world).pipe(forecast({ rules: { until } })).subscribe(({ fraction, remaining }) => ...)
 *     signals   reserved selected round progress progress sent synced round ... suspended ... released
 *     forecast              f      f      f        f      f     f      f          f           f
 *
 * Several migrations are told apart by their names. It is pure and hears only what has happened; rules are asked about rounds that it makes up, and hold what they say. Cost: O(1) a signal, and the rounds looked ahead
 * (`roundsToCome`) while a push is under way.
 */
export const forecast = (options: ForecastOptions = {}): OperatorFunction<Told, Forecast> =>
  mealy<Listening, Told, Forecast>((before, told) => {
    const [state, migration] = listen(before, told, options)
    const known = migration === undefined ? undefined : state.known[migration]
    return known === undefined || known === before.known[migration!] ? [[], state] : [[forecastOf(migration!, known, options)], state]
  }, nobody(options))

/** The last forecast of each migration of a stream, as a fold: for who looks now and then, since nothing is reckoned before it is asked for. */
export const forecasting = (options: ForecastOptions = {}): Fold<Told, Readonly<Record<string, Forecast>>> =>
  fold<Told, Readonly<Record<string, Forecast>>, Listening>({
    init: () => nobody(options),
    step: (state, told) => listen(state, told, options)[0],
    done: ({ known }) =>
      Object.fromEntries(Object.entries(known).map(([migration, one]) => [migration, forecastOf(migration, one, options)]))
  })

type Listening = {
  readonly guests: Readonly<Record<string, GuestView>>
  readonly world: Data
  readonly known: Readonly<Record<string, Heard>>
}

const nobody = ({ guests = {} }: ForecastOptions): Listening => ({ guests, world: null, known: {} })

const listen = (
  state: Listening,
  told: Told,
  { rules = usualRules, contextBytes, batches }: ForecastOptions
): readonly [Listening, string | undefined] => {
  if (told.type === 'began') return [{ ...state, guests: told.guests, world: told.world }, undefined]
  if (told.type === 'commanded') return [state, undefined]
  const migration = told.type === 'signalled' ? migrationOf(told.signal) : told.type === 'ended' ? told.migration : migrationOf(told)
  const guest = state.guests[migration]
  if (guest === undefined) return [state, undefined]
  const before =
    state.known[migration] ?? nothingHeard(guest, contextBytes ?? contextIn(state.world, migration), rules, batches !== undefined)
  const heard: Heard =
    told.type === 'ended' ? { ...before, at: told.at, stage: 'over' } : hear(before, told.type === 'signalled' ? told.signal : told, rules)
  return heard === before ? [state, migration] : [{ ...state, known: { ...state.known, [migration]: heard } }, migration]
}

/** The execution context that a world's description in a journal states for a guest; 0 where it states none. */
const contextIn = (world: Data, migration: string): number => {
  const guest = fieldOf(fieldOf(world, 'guests'), migration)
  const bytes = fieldOf(guest, 'contextBytes')
  return typeof bytes === 'number' ? bytes : 0
}

const fieldOf = (of: Data, name: string): Data =>
  typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Readonly<Record<string, Data>>)[name] : undefined
