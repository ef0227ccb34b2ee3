import { readdirSync, statSync } from 'node:fs'
import { type Either, isLeft, left, map, right } from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Observable } from 'rxjs'
import type { TimedObservation } from '../../lib/codec/timedObservation'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import type { Observation } from '../../lib/protocol/observation'
import { key, type Seed } from '../../lib/random/random'
import type { Time } from '../../lib/time/time'
import { type InputError, isInputError, refusals } from '../experiment/inputError'
import { readUtilisations } from '../managers/readUtilisations'
import { bitbrainsObservations, bitbrainsRows, bitbrainsVms } from '../monitors/bitbrainsObservations'
import { csvObservations, csvRows, midnightBefore } from '../monitors/csvObservations'
import { followPrometheus } from '../monitors/followPrometheus'
import { inTurns } from '../monitors/inTurns'
import { planetLabObservations } from '../monitors/planetLabObservations'
import { prometheusObservations } from '../monitors/prometheusObservations'
import { isSourceFault } from '../monitors/sourceFault'
import { traceFormat } from '../monitors/traceFormat'
import { usualInterval } from '../monitors/usualInterval'
import type { HotspotsWishes } from './hotspotsFlags'

/**
 * Where observations come from: in words; the names that are known beforehand, and for how many more there is room; of whom; how long a slot is; what times count from, in s (since 1970, or since a beginning of their own), and the time of the first slot.
 */
export type ObservedSource = {
  readonly source: string
  readonly names: readonly string[]
  readonly room: number
  readonly of: Observation['of']
  readonly everyNs: Time
  readonly fromSeconds: number
  readonly from: Time
  readonly observations: Observable<Observation>
}

/** What hears of troubles that pass, and of warnings. */
export type Told = (text: string) => void

/** The source that the command line asks for. Throws what the file system refuses. */
export const observedSource = (
  path: string | undefined,
  wishes: HotspotsWishes,
  { seed, follow, now, told }: { readonly seed: Seed; readonly follow: boolean; readonly now: number; readonly told: Told }
): Either<InputError, ObservedSource> => {
  if (wishes.prometheus !== undefined) return server(wishes.prometheus, wishes, { follow, now, told })
  if (path !== undefined) return recorded(path, wishes)
  return wishes.of === 'host' ? left(nothingOfHosts) : right(madeUp(wishes, seed))
}

/** PlanetLab, Bitbrains and the day made up have VMs alone. */
const nothingOfHosts: InputError = { path: '--of', expected: 'vm, as there is nothing of hosts', got: 'host' }

const FIVE_MINUTES: Time = 300e9

const madeUp = ({ vms = 200, every = FIVE_MINUTES, of = 'vm' }: HotspotsWishes, seed: Seed): ObservedSource => {
  const series = utilisationDay({ key: key(seed), vms })
  const names = series.map((_, vm) => `vm${String(vm).padStart(String(vms - 1).length, '0')}`)
  return {
    source: `a day made up, with statistics like those of PlanetLab’s VMs of 3 March 2011; seed ${JSON.stringify(seed)}`,
    names,
    room: 0,
    of,
    everyNs: every,
    fromSeconds: 0,
    from: 0,
    observations: inTurns(function* () {
      for (let slot = 0; slot < series[0].length; slot++)
        for (const [vm, name] of names.entries()) yield { name, of: 'vm', at: slot * FIVE_MINUTES, cpu: series[vm][slot] }
    })
  }
}

const recorded = (path: string, { every, of = 'vm' }: HotspotsWishes): Either<InputError, ObservedSource> => {
  const format = traceFormat(path)
  if (isLeft(format)) return left({ path, expected: 'utilisations of VMs', got: format.left })
  if (of === 'host' && format.right !== 'observations') return left(nothingOfHosts)
  const whole = { source: `${path} (${format.right})`, room: 0, of }
  if (format.right === 'planetlab') {
    const names = planetLabNames(path)
    if (isLeft(names)) return left({ path, expected: 'utilisations of VMs', got: names.left })
    const everyNs = every ?? FIVE_MINUTES
    return right({ ...whole, names: names.right, everyNs, fromSeconds: 0, from: 0, observations: planetLabObservations(path, { everyNs }) })
  }
  if (format.right === 'bitbrains') {
    const vms = bitbrainsVms(path)
    const firsts = vms.flatMap((vm) => [...first(bitbrainsRows(vm))])
    if (firsts.length === 0) return left({ path, expected: 'observations of VMs', got: 'none' })
    const earliest = firsts.reduce((least, { seconds }) => Math.min(least, seconds), Number.POSITIVE_INFINITY)
    const everyNs = every ?? FIVE_MINUTES
    return right({
      ...whole,
      names: vms.map(({ name }) => name),
      everyNs,
      ...beginning(earliest, everyNs),
      observations: bitbrainsObservations(path)
    })
  }
  const { names, earliest } = surveyed(path, of)
  if (names.length === 0) return left({ path, expected: `observations of a ${of}`, got: 'none' })
  const everyNs = every ?? usualInterval(untilFault(csvRows(path))) ?? FIVE_MINUTES
  return right({ ...whole, names, everyNs, ...beginning(earliest, everyNs), observations: csvObservations(path) })
}

/** Times count from the midnight before the first; the first slot is that in which it lies. */
const beginning = (earliest: number, everyNs: Time): { readonly fromSeconds: number; readonly from: Time } => {
  const fromSeconds = midnightBefore(earliest)
  return { fromSeconds, from: Math.floor(Math.round((earliest - fromSeconds) * 1e6) / (everyNs / 1e3)) * everyNs }
}

const planetLabNames = (path: string): Either<string, readonly string[]> =>
  statSync(path).isDirectory()
    ? right(readdirSync(path).sort())
    : pipe(
        readUtilisations(path),
        map(({ names }) => names)
      )

/** Who is in a file, and when it begins: its first time, as that is what its times count from. */
const surveyed = (path: string, of: Observation['of']): { readonly names: readonly string[]; readonly earliest: number } => {
  const names = new Set<string>()
  let earliest = Number.NaN
  for (const row of untilFault(csvRows(path))) {
    if (Number.isNaN(earliest)) earliest = row.seconds
    if (row.of === of) names.add(row.name)
  }
  return { names: [...names], earliest }
}

/** What comes before a line that is wrong: that line is told when it is its turn. */
function* untilFault(rows: Iterable<TimedObservation>): Generator<TimedObservation> {
  try {
    yield* rows
  } catch (error) {
    if (!isSourceFault(error)) throw error
  }
}

function* first<A>(all: Iterable<A>): Generator<A> {
  for (const one of all) {
    yield one
    return
  }
}

const server = (
  url: string,
  { queries, chosen, label, of, every = 60e9, from, until, window, vms: room = 4096 }: HotspotsWishes,
  { follow, now, told }: { readonly follow: boolean; readonly now: number; readonly told: Told }
): Either<InputError, ObservedSource> => {
  const everySeconds = every / 1e9
  const ends = until ?? now
  const whole = (seconds: number): number => Math.floor(seconds / everySeconds) * everySeconds
  const fromSeconds = whole(from ?? ends - window * everySeconds)
  const asked = {
    url,
    queries: { ...chosen?.queries, ...queries },
    label: label ?? chosen?.label ?? 'instance',
    of: of ?? chosen?.of ?? 'vm',
    fromSeconds,
    everySeconds,
    warned: (warning: string) => told(`the server warns: ${warning}`)
  }
  const observations = refusals('--prometheus', () =>
    follow
      ? followPrometheus({ ...asked, troubled: ({ message }) => told(message) })
      : prometheusObservations({ ...asked, untilSeconds: Math.max(ends, fromSeconds) })
  )
  if (isInputError(observations)) return left({ ...observations, expected: observations.expected.replace(/^prometheus: /, '') })
  return right({ source: new URL(url).host, names: [], room, of: asked.of, everyNs: every, fromSeconds, from: 0, observations })
}
