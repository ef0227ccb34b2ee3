import type { OperatorFunction } from 'rxjs'
import { fairShares } from '../network/fairShares'
import type { Data } from '../protocol/data'
import type { Entry } from '../protocol/journal'
import type { GuestView } from '../protocol/pipeline'
import { migrationOf, type Signal } from '../protocol/signal'
import { type Fold, fold } from '../stream/fold'
import { mealy } from '../stream/mealy'
import { type Heard, hear, hearOrder, hearTimeBounded, type Known, nothingHeard } from './forecastHeard'
import { forecastOfJourney, ofHop } from './forecastHops'
import type { Forecast } from './forecastOf'
import type { ForecastOptions } from './forecastOptions'

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
    return known === undefined || known === before.known[migration!]
      ? [[], state]
      : [[forecastOfJourney(migration!, known, options)], state]
  }, nobody(options))

/** The last forecast of each migration of a stream, as a fold: for who looks now and then, since nothing is reckoned before it is asked for. */
export const forecasting = (options: ForecastOptions = {}): Fold<Told, Readonly<Record<string, Forecast>>> =>
  fold<Told, Readonly<Record<string, Forecast>>, Listening>({
    init: () => nobody(options),
    step: (state, told) => listen(state, told, options)[0],
    done: ({ known }) =>
      Object.fromEntries(Object.entries(known).map(([migration, one]) => [migration, forecastOfJourney(migration, one, options)]))
  })

type Listening = {
  readonly guests: Readonly<Record<string, GuestView>>
  readonly world: Data
  readonly known: Readonly<Record<string, Heard>>
}

const nobody = ({ guests = {} }: ForecastOptions): Listening => ({ guests, world: null, known: {} })

const listen = (state: Listening, told: Told, options: ForecastOptions): readonly [Listening, string | undefined] => {
  if (told.type === 'began') return [{ ...state, guests: told.guests, world: told.world }, undefined]
  const migration = migrationIn(told)
  const guest = state.guests[migration]
  if (guest === undefined) return [state, undefined]
  const before = state.known[migration] ?? unheard(guest, migration, state.world, options)
  const heard = heardOf(before, told, options)
  if (told.type === 'commanded' && heard === before) return [state, undefined]
  const now = heard === before ? state : { ...state, known: { ...state.known, [migration]: heard } }
  return [now, told.type === 'commanded' ? undefined : migration]
}

const migrationIn = (told: Exclude<Told, { readonly type: 'began' }>): string => {
  switch (told.type) {
    case 'commanded':
      return told.command.to.migration
    case 'signalled':
      return migrationOf(told.signal)
    case 'ended':
      return told.migration
    default:
      return migrationOf(told)
  }
}

const heardOf = (before: Heard, told: Exclude<Told, { readonly type: 'began' }>, options: ForecastOptions): Heard => {
  if (told.type === 'ended') return { ...before, at: told.at, stage: 'over', ended: true }
  if (told.type === 'commanded') return hearOrder(before, told.command, told.at)
  const ofThis = ofHop(options, before.hop)
  const heard = hear(before, told.type === 'signalled' ? told.signal : told, ofThis)
  return ofThis.timeBounded === undefined ? heard : hearTimeBounded(heard, ofThis.timeBounded.intervalNs)
}

const unheard = (guest: GuestView, migration: string, world: Data, options: ForecastOptions): Heard => {
  const first = ofHop(options, 0)
  const { contextBytes, zeroPages, bytesPerSecond, pages, blocks, files } = first
  const stated = statedOf(world, migration)
  const known: Known = {
    ...stated,
    contextBytes: (contextBytes ?? stated.contextBytes ?? 0) + (guest.deviceStateBytes ?? 0),
    zeroPages: zeroPages ?? stated.zeroPages,
    bytesPerSecond: bytesPerSecond ?? stated.bytesPerSecond,
    pages,
    blocks,
    ...files
  }
  return nothingHeard(guest, known, first)
}

/** What a world's description in a journal states: the execution context of a guest, its pages without content, what its link leaves one sender and a disk's devices, and how fast files are written and read. */
const statedOf = (world: Data, migration: string): Partial<Known> => {
  const guest = fieldOf(fieldOf(world, 'guests'), migration)
  const link = fieldOf(world, 'link')
  const capacity = numberIn(link, 'bytesPerSecond')
  const bytesPerSecond =
    capacity === undefined
      ? undefined
      : fairShares({ capacity, demands: [Number.POSITIVE_INFINITY, numberIn(link, 'applicationBytesPerSecond') ?? 0] })[0]
  // A world that speaks of a guest's context speaks of its pages without content where it has some.
  const contextBytes = numberIn(guest, 'contextBytes')
  const zeroPages = numberIn(guest, 'zeroPages') ?? (contextBytes === undefined ? undefined : 0)
  const disk = fieldOf(guest, 'disk')
  const devices = ['readBytesPerSecond', 'writeBytesPerSecond'].map((name) => numberIn(disk, name) ?? Number.POSITIVE_INFINITY)
  return {
    contextBytes,
    zeroPages,
    bytesPerSecond,
    diskBytesPerSecond: Math.min(...devices),
    dumpBytesPerSecond: rateIn(fieldOf(world, 'source'), 'dumpBytesPerSecond'),
    rebuildBytesPerSecond: rateIn(fieldOf(world, 'target'), 'rebuildBytesPerSecond')
  }
}

/** A host that is described and states no rate takes no time. */
const rateIn = (host: Data, name: string): number | undefined =>
  numberIn(host, name) ?? (host === undefined ? undefined : Number.POSITIVE_INFINITY)

const numberIn = (of: Data, name: string): number | undefined => {
  const found = fieldOf(of, name)
  return typeof found === 'number' ? found : undefined
}

const fieldOf = (of: Data, name: string): Data =>
  typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Readonly<Record<string, Data>>)[name] : undefined
