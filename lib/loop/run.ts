import { Observable, Subject } from 'rxjs'
import type { Command } from '../protocol/command'
import type { Entry } from '../protocol/journal'
import type { Carrier, Outcome, Pipeline } from '../protocol/pipeline'
import { begin, carry } from '../protocol/pipeline'
import { migrationOf } from '../protocol/signal'
import type { World } from '../protocol/world'
import type { Seed } from '../random/random'
import type { Time } from '../time/time'
import { formatTime, seconds } from '../time/time'
import type { Timeline } from '../time/timeline'
import { timeline as newTimeline } from '../time/timeline'

/**
 * `seed` of the world's chances (default 1). `startAt`: virtual time at which the migrations begin, the guests running since 0 (default 0). `until`: virtual
 * time at which a run is ended as limited (default one hour). `maxEntries`: entries at which it is ended as limited (default 50 million). `timeline`: where to
 * run (default: a new one, run at once); given, whoever gave it runs it.
 */
export type RunOptions = {
  readonly seed?: Seed
  readonly startAt?: Time
  readonly until?: Time
  readonly maxEntries?: number
  readonly timeline?: Timeline
}

/**
 * Ties pipelines to a world on a timeline: the journal of one run, as a cold Observable that completes when every migration has ended or a limit has
 * stopped it. One pipeline migrates every guest of the world; a record of them, those that it names, at once.
 *
 *     run(precopy(), datacentre({ guests: { db: vm({ ... }) } }), { seed: 1 }).subscribe(console.log)
 *
 * Both rims are wired before the first command leaves, and a step of a pipeline is complete before the world hears of it or the pipeline of an answer. Cost: about a microsecond an entry, besides the world's own.
 */
export const run = (
  pipelines: Pipeline | Readonly<Record<string, Pipeline>>,
  world: World,
  { seed = 1, startAt = 0, until = seconds(3600), maxEntries = 50_000_000, timeline: given }: RunOptions = {}
): Observable<Entry> => {
  const named = typeof pipelines === 'function' ? Object.fromEntries(Object.keys(world.guests).map((name) => [name, pipelines])) : pipelines
  if (!Number.isSafeInteger(startAt) || startAt < 0) throw new RangeError(`run: startAt must be an integer from 0 on (got ${startAt})`)
  for (const name of Object.keys(named))
    if (!(name in world.guests)) throw new RangeError(`run: the world must have a guest for each pipeline (got none called ${name})`)
  return new Observable<Entry>((journal) => {
    const timeline = given ?? newTimeline()
    const commands = new Subject<Command>()
    const carriers = new Map<string, Carrier>()
    const open = new Set(Object.keys(named))
    const orders: Command[] = []
    const entriesAtOnce = ENTRIES_AT_ONCE * Object.keys(world.guests).length
    let delivering = false
    let entries = 0
    let instant = -1
    let before = 0

    const note = (entry: Entry): void => {
      if (entry.at !== instant) {
        instant = entry.at
        before = entries
      }
      entries++
      journal.next(entry)
    }
    const end = (migration: string, outcome: Outcome): void => {
      open.delete(migration)
      note({ type: 'ended', at: timeline.now(), migration, outcome })
      if (open.size > 0) return
      journal.complete()
      if (given === undefined) timeline.stop()
    }
    const limited = (limit: string): void => {
      for (const migration of [...open]) end(migration, { type: 'limited', limit })
    }
    /** Hands the orders over one by one; what a world answers at once waits until the pipeline's step is complete. */
    const deliver = (): void => {
      if (delivering) return
      delivering = true
      for (let command = orders.shift(); command !== undefined && !journal.closed; command = orders.shift()) commands.next(command)
      delivering = false
    }
    const go = (migration: string, [carrier, given]: readonly [Carrier, readonly Command[]]): void => {
      carriers.set(migration, carrier)
      for (const command of given) {
        note({ type: 'commanded', at: timeline.now(), command })
        orders.push(command)
      }
      deliver()
      if (carrier.phase.type === 'done') end(migration, carrier.phase.value)
      else if (entries >= maxEntries) limited(`${maxEntries} journal entries`)
      else if (entries - before >= entriesAtOnce) limited(`${entriesAtOnce} journal entries at one instant: time does not pass`)
    }

    /** An exception of a pipeline ends the run as an error: RxJS would report it elsewhere, later, and let the run go on without it. */
    const attempt = (act: () => void): void => {
      try {
        act()
      } catch (bug) {
        journal.error(bug)
        if (given === undefined) timeline.stop()
      }
    }

    note({ type: 'began', at: timeline.now(), version: 1, seed, guests: world.guests, world: world.description })
    journal.add(
      world.signals({ commands: commands.asObservable(), timeline, seed }).subscribe({
        next: (signal) => {
          if (journal.closed) return
          note({ type: 'signalled', at: timeline.now(), signal })
          const migration = migrationOf(signal)
          const carrier = open.has(migration) ? carriers.get(migration) : undefined
          if (carrier !== undefined) attempt(() => go(migration, carry(migration, carrier, signal)))
        },
        error: (bug) => {
          journal.error(bug)
          if (given === undefined) timeline.stop()
        }
      })
    )
    journal.add(
      timeline.schedule(
        () =>
          attempt(() => {
            for (const [migration, pipeline] of Object.entries(named)) go(migration, begin(migration, pipeline(world.guests[migration])))
          }),
        startAt
      )
    )
    journal.add(timeline.schedule(() => limited(`${formatTime(until)} of simulated time`), until))
    if (given !== undefined) return
    timeline.run(until)
    if (open.size > 0 && !journal.closed) limited('nothing more can happen')
  })
}

/** More than this many entries a guest without a tick of time between them are a loop that no limit of time would end. */
const ENTRIES_AT_ONCE = 100_000
