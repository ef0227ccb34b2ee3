import type { Command } from 'commander'
import { isLeft } from 'fp-ts/lib/Either'
import { catchError, connect, EMPTY, fromEventPattern, lastValueFrom, map, merge, type Observable, takeUntil, tap, throwError } from 'rxjs'
import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import { checkedHotspots } from '../../lib/hotspot/hotspotOptions'
import { type HotspotSpell, hotspotSpells, type SpellEvent } from '../../lib/hotspot/hotspotSpells'
import { type Observed, observed, partOf } from '../../lib/hotspot/seriesOf'
import { type Watch, type WatchedSlot, watchedHotspots } from '../../lib/hotspot/watchedHotspots'
import type { Observation } from '../../lib/protocol/observation'
import { type InputError, isInputError, refusals } from '../experiment/inputError'
import { isSourceFault } from '../monitors/sourceFault'
import { action, type Ending, ended, refused } from './action'
import { seedFrom } from './flags'
import { addHotspotsFlags, type HotspotsFlags, type HotspotsWishes, readHotspotsFlags } from './hotspotsFlags'
import { type ObservedSource, observedSource } from './hotspotsSource'
import { hotspotsSentence, hotspotsText, spellJson, spellLine, type WatchedHotspots } from './hotspotsText'
import { terminalLine } from './progress'

/** Adds `hotspots`: who is a hotspot, of what, since when and until when, in what monitors have observed. */
export const addHotspotsCommand = (program: Command): Command =>
  addHotspotsFlags(
    program
      .command('hotspots')
      .description(
        'who is a hotspot, of which resource, since when and until when, in what monitors have observed: a file or folder, a Prometheus server, or a day made up'
      )
      .argument(
        '[path]',
        'a CSV file of observations (time,name,cpu,..), PlanetLab’s files as CloudSim ships them (a folder, or a line for each VM), or a folder of Bitbrains’ CSV files (default: a day made up)'
      )
  )
    .addHelpText('after', examples)
    .action(
      action((signal, path: string | undefined, _flags: HotspotsFlags, command: Command) =>
        hotspots(path, command.optsWithGlobals(), signal)
      )
    )

const examples = `
Examples:
  transhume hotspots
  transhume hotspots planetlab/20110303 --threshold 0.9 --k 4 --n 6
  transhume hotspots observations.csv --network 1Gbit/s --json
  transhume hotspots --prometheus http://127.0.0.1:9090 --preset libvirt --every 1min --follow
  transhume hotspots --prometheus http://127.0.0.1:9090 --query 'cpu=last_over_time(vm_cpu[$step])' --label domain --from 2026-03-01T00:00:00Z`

const hotspots = async (path: string | undefined, given: HotspotsFlags, signal: AbortSignal): Promise<Ending> => {
  const problems: InputError[] = []
  const wishes = readHotspotsFlags(path, given, problems)
  if (problems.length > 0) return refused(...problems)
  const rule = refusals('--threshold, --k, --n, --window', () => ruleOf(wishes))
  if (isInputError(rule)) return refused({ ...rule, expected: rule.expected.replace(/^\w+: /, '') })
  const line = terminalLine({ quiet: given.quiet === true })
  const told = (text: string): void => {
    line.clear()
    process.stderr.write(`${text}\n`)
  }
  const opened = opening(() =>
    observedSource(path, wishes, { seed: seedFrom(given.seed) ?? 1, follow: given.follow === true, now: Date.now() / 1000, told })
  )
  if (isInputError(opened)) return refused(opened)
  if (isLeft(opened)) return refused(opened.left)
  const source = opened.right
  const found = {
    spells: [] as HotspotSpell[],
    seen: new Set<string>(),
    resources: new Set<string>(),
    slots: 0,
    lost: 0,
    late: new Map<string, number>()
  }
  const heard = (event: SpellEvent): void => {
    if (event.type !== 'begins') found.spells.push(event.spell)
    if (given.follow !== true || event.type === 'lasts') return
    line.clear()
    process.stdout.write(`${wishes.format === 'json' ? spellJson(source, event) : spellLine(source, event)}\n`)
  }
  const counted = (slot: WatchedSlot): void => {
    found.slots = Math.max(found.slots, Math.round((slot.at - source.from) / source.everyNs) + 1)
    found.lost += slot.lost
    found.late.set(slot.resource, slot.late)
    line.show(
      () => `${found.slots} slots, ${found.seen.size} ${source.of === 'vm' ? 'VMs' : 'hosts'}, ${found.spells.length} hotspots ended`
    )
  }
  const seen = ({ name, of }: Observation): unknown => of === source.of && found.seen.add(name)
  const fault = await watching(source.observations.pipe(tap(seen)), watchesOf(wishes, rule), {
    source,
    wishes,
    counted,
    heard,
    known: found.resources,
    signal
  })
  line.clear()
  const isFollowed = given.follow === true
  if (signal.aborted && !isFollowed) return { type: 'interrupted' }
  if (!isFollowed && fault === undefined && found.seen.size === 0)
    return refused({ path: source.source, expected: `observations of a ${source.of} at that time`, got: 'none' })
  const whole: WatchedHotspots = {
    source,
    rule: { threshold: wishes.threshold, k: wishes.k, n: wishes.n, window: wishes.window },
    names: found.seen.size,
    resources: [...found.resources],
    slots: found.slots,
    lost: found.lost,
    late: [...found.late.values()].reduce((sum, late) => sum + late, 0),
    spells: [...found.spells].sort((a, b) => a.since - b.since),
    ...(fault !== undefined && { ended: `${fault.path}: ${fault.expected} (got ${fault.got})` })
  }
  if (isFollowed && wishes.format === 'text') process.stdout.write(`${hotspotsSentence(whole)}\n`)
  if (!isFollowed && (fault === undefined || found.slots > 0)) process.stdout.write(`${hotspotsText(wishes.format, whole)}\n`)
  return fault === undefined ? ended : refused(fault)
}

const ruleOf = ({ threshold, k, n, window }: HotspotsWishes): HotspotOptions =>
  checkedHotspots({ threshold, k, n, window, comesLater: true })

/** A source's first look at what it reads may find it wrong. */
const opening = <A>(open: () => A): A | InputError => {
  try {
    return open()
  } catch (error) {
    if (!isSourceFault(error)) throw error
    return error.input
  }
}

/**
 * What is watched: parts of what there is, which are no more than all of it; and what has a limit, up to twice that, in parts of it. The threshold is of capacities: limits are themselves the threshold.
 */
const watchesOf = ({ network, swap }: HotspotsWishes, rule: HotspotOptions): readonly Watch[] => {
  const most =
    (figure: Observed, limit: number): Observed =>
    (observation) => {
      const value = figure(observation)
      return value === undefined ? undefined : Math.min(limit, value)
    }
  const limited: HotspotOptions = { ...rule, threshold: 1, range: [0, 2] }
  return [
    { resource: 'cpu', figure: most(observed.cpu, 1), options: rule },
    ...(network === undefined
      ? []
      : [
          {
            resource: 'network',
            figure: most(
              partOf(observed.network, () => network),
              1
            ),
            options: rule
          }
        ]),
    { resource: 'memory', figure: most(observed.memory, 1), options: rule },
    {
      resource: 'swap',
      figure: most(
        partOf(observed.swap, () => swap),
        2
      ),
      options: limited
    },
    { resource: 'response', figure: most(observed.response, 2), options: limited }
  ]
}

type Watching = {
  readonly source: ObservedSource
  readonly wishes: HotspotsWishes
  readonly counted: (slot: WatchedSlot) => void
  readonly heard: (event: SpellEvent) => void
  readonly known: Set<string>
  readonly signal: AbortSignal
}

/** Watches until the source ends or Ctrl-C is pressed: what went wrong with the source, if anything did. What had been found by then is told all the same. */
const watching = async (
  observations: Observable<Observation>,
  watches: readonly Watch[],
  { source: { names, room, of, everyNs, from }, wishes: { patience }, counted, heard, known, signal }: Watching
): Promise<InputError | undefined> => {
  let fault: InputError | undefined
  const aborted = fromEventPattern(
    (stop) => signal.addEventListener('abort', stop),
    (stop) => signal.removeEventListener('abort', stop)
  )
  const events = observations.pipe(
    takeUntil(aborted),
    catchError((error: unknown) => {
      if (!isSourceFault(error)) return throwError(() => error)
      fault = error.input
      return EMPTY
    }),
    connect((shared) =>
      merge(
        ...watches.map((watch) =>
          shared.pipe(
            tap((observation) => watch.figure(observation) !== undefined && observation.of === of && known.add(watch.resource)),
            watchedHotspots(names, watch, { of, room, everyNs, from, patience }),
            tap(counted),
            hotspotSpells()
          )
        )
      )
    ),
    map(heard)
  )
  try {
    await lastValueFrom(events, { defaultValue: undefined })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const full = refusals('--vms', () => {
      throw error
    })
    if (isInputError(full)) fault = { ...full, expected: full.expected.replace(/^\w+: /, '') }
  }
  return fault
}
