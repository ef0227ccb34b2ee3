import { migrationOfEntry } from '../../lib/metrics/perMigration'
import type { Entry } from '../../lib/protocol/journal'
import { type Fold, fold } from '../../lib/stream/fold'
import type { Time } from '../../lib/time/time'
import type { Began, Commanded, Heard, Invariant, Orders, Tell, Violation } from './invariant'
import { asOfDisk, beganOfDisk, storeOf } from './stores'

/** An invariant that does not hold, and where. */
export type Breach = { readonly invariant: string; readonly sentence: string; readonly violation: Violation }

/**
 * Several invariants over the entries of one journal, as they come: a kernel. `see` takes an entry in and answers what it breaks, in the order of the
 * invariants. `end` answers what the end of the journal breaks, and changes nothing. Of each invariant a hundred violations are told as they happen; then it is silent, and the
 * end tells how many more there were.
 */
export type Watcher = { readonly see: (entry: Entry) => readonly Breach[]; readonly end: () => readonly Breach[] }

/** How many violations of one invariant are told one by one. */
const TOLD_AT_MOST = 100

/** Makes a new `Watcher` each time it is called. Cost of an entry: a look-up, and the steps of the invariants that hear it. */
export const watcher = (invariants: readonly Invariant[]): (() => Watcher) => {
  const hearers = hearing(invariants)
  return () => watching(invariants, hearers)
}

const watching = (invariants: readonly Invariant[], hearers: Hearers): Watcher => {
  const together = invariants.map(({ of, rule }) => (of === 'journal' ? rule.init(undefined, '') : undefined))
  const migrations = new Map<string, Migration>()
  const counts = new Int32Array(invariants.length)
  let found: Breach[] = NONE
  let entries = 0
  let began: Began | undefined
  let latest: Migration | undefined
  let hearer = 0

  const tell: Tell = (problem) => {
    if (++counts[hearer] > TOLD_AT_MOST) return
    if (found === NONE) found = []
    found.push(breach(invariants[hearer], latest!, problem))
  }

  const tellOfDisk: Tell = (problem) => tell(`of the disk: ${problem}`)

  const migrationOf = (name: string): Migration => {
    if (latest?.name === name) return latest
    latest = migrations.get(name)
    if (latest !== undefined) return latest
    const memories = invariants.map(({ of, rule }) => (of === 'migration' ? rule.init(began, name) : undefined))
    const ofDisk = beganOfDisk(began, name)
    const disk = ofDisk && invariants.map(({ stores, rule }) => (stores === 'each' ? rule.init(ofDisk, name) : undefined))
    latest = { name, memories, disk, entry: 0, at: 0, since: 'begun', pending: new Map(), answered: undefined }
    migrations.set(name, latest)
    return latest
  }

  const beginAgain = (migration: Migration): void => {
    const how = migration.since === 'released' ? 'hop' : 'retry'
    migration.since = 'begun'
    for (hearer = 0; hearer < invariants.length; hearer++) {
      const { of, rule } = invariants[hearer]
      if (of !== 'migration' || rule.again === undefined) continue
      migration.memories[hearer] = rule.again(migration.memories[hearer], how, tell)
      if (migration.disk?.[hearer] !== undefined) migration.disk[hearer] = rule.again(migration.disk[hearer], how, tellOfDisk)
    }
  }

  const start = (entry: Began): void => {
    began = entry
    for (hearer = 0; hearer < invariants.length; hearer++) {
      const { of, rule } = invariants[hearer]
      if (of === 'journal') together[hearer] = rule.init(entry, '')
    }
  }

  return {
    see: (entry) => {
      const number = entries++
      const name = migrationOfEntry(entry)
      found = NONE
      if (name === undefined) {
        start(entry as Began)
        return found
      }
      const kind = kindOf(entry)
      const migration = migrationOf(name)
      migration.entry = number
      migration.at = entry.at
      note(migration, entry)
      if (kind === 'released') migration.since = 'released'
      else if (kind === 'abandon') migration.since = 'abandoned'
      else if (kind === 'preselect' && migration.since !== 'begun') beginAgain(migration)
      const those = hearers.get(kind) ?? hearers.get('')!
      const { memories, disk } = migration
      const store = storeOf(entry, kind)
      for (let i = 0; i < those.length; i++) {
        hearer = those[i]
        const { of, rule, stores } = invariants[hearer]
        if (of === 'migration') {
          if (stores === undefined || store !== 'disk') memories[hearer] = rule.step(memories[hearer], entry, tell, migration)
          if (stores === 'each' && disk !== undefined && store !== 'memory')
            disk[hearer] = rule.step(disk[hearer], asOfDisk(entry), tellOfDisk, migration)
        } else together[hearer] = rule.step(together[hearer], entry, tell, migration)
      }
      return found
    },
    end: () =>
      invariants.flatMap((one, i) => {
        const { of, rule } = one
        const over = (memory: unknown, last: Migration): readonly Breach[] => {
          const problem = rule.done?.(memory)
          return problem === undefined ? [] : [breach(one, last, problem)]
        }
        if (latest === undefined) return []
        const ends =
          of === 'journal'
            ? over(together[i], latest)
            : [...migrations.values()].flatMap((m) => [
                ...over(m.memories[i], m),
                ...(one.stores === 'each' && m.disk ? over(m.disk[i], m) : [])
              ])
        const more = counts[i] - TOLD_AT_MOST
        return more > 0 ? [...ends, breach(one, latest, `and so ${more} more times`)] : ends
      })
  }
}

/**
 * What several invariants find in a journal, in one pass.
 *
 * Law: for each invariant, `breaches(all)` gives the violations of its own fold, in their order. Cost: see `watcher`.
 */
export const breaches = (invariants: readonly Invariant[]): Fold<Entry, readonly Breach[]> => {
  const start = watcher(invariants)
  return fold<Entry, readonly Breach[], { readonly watcher: Watcher; readonly found: Breach[] }>({
    init: () => ({ watcher: start(), found: [] }),
    step: (state, entry) => {
      for (const one of state.watcher.see(entry)) state.found.push(one)
      return state
    },
    done: ({ watcher, found }) => [...found, ...watcher.end()]
  })
}

/** One migration: what each invariant remembers of it, its orders, its last entry, and whether it may begin anew. */
type Migration = Mutable<Orders> & {
  readonly name: string
  readonly memories: unknown[]
  /** The same of its guest's disk, by those that judge each store. */
  readonly disk: unknown[] | undefined
  readonly pending: Map<number, Commanded>
  entry: number
  at: Time
  since: 'begun' | 'released' | 'abandoned'
}
type Mutable<A> = { -readonly [K in keyof A]: A[K] }

const NONE: Breach[] = []

const breach = ({ name, sentence }: Invariant, { entry, at, name: migration }: Migration, problem: string): Breach => ({
  invariant: name,
  sentence,
  violation: { entry, at, migration, problem }
})

const note = (migration: Migration, entry: Entry): void => {
  migration.answered = undefined
  if (entry.type === 'commanded') migration.pending.set(entry.command.to.n, entry)
  else if (entry.type === 'signalled' && 'to' in entry.signal) {
    const { n } = entry.signal.to
    migration.answered = migration.pending.get(n)
    if (migration.answered !== undefined) migration.pending.delete(n)
  }
}

const kindOf = (entry: Entry): Heard =>
  entry.type === 'commanded' ? entry.command.order.type : entry.type === 'signalled' ? entry.signal.type : entry.type

/** Which invariants hear each kind of entry, by their places; under '' those that hear all. */
type Hearers = ReadonlyMap<Heard | '', readonly number[]>

const hearing = (invariants: readonly Invariant[]): Hearers => {
  const kinds = new Set(invariants.flatMap(({ hears = [] }) => hears))
  const who = (kind: Heard | ''): readonly number[] =>
    invariants.flatMap(({ hears }, i) => (hears === undefined || (kind !== '' && hears.includes(kind)) ? [i] : []))
  return new Map([...kinds, '' as const].map((kind) => [kind, who(kind)]))
}
