import type { Entry } from '../protocol/journal'
import { migrationOf } from '../protocol/signal'
import { type Fold, fold } from '../stream/fold'

/**
 * A fold of one migration's entries as a fold of a whole journal: its result for each migration that the journal speaks of, by name, in order of
 * appearance. `began` belongs to all of them.
 *
 * Law: `runFold(perMigration(f), journal)[m] = runFold(f, the entries of journal that are began or of m)`.
 */
export const perMigration = <A>(one: Fold<Entry, A>): Fold<Entry, Readonly<Record<string, A>>> =>
  fold<Entry, Readonly<Record<string, A>>, Shared>({
    init: () => ({ began: undefined, states: new Map() }),
    step: (shared, entry) => {
      const migration = migrationOfEntry(entry)
      if (migration === undefined) return { ...shared, began: entry }
      const known = shared.states.has(migration)
      const state = known ? shared.states.get(migration) : shared.began ? one.step(one.init(), shared.began) : one.init()
      shared.states.set(migration, one.step(state, entry))
      return shared
    },
    done: ({ states }) => Object.fromEntries([...states].map(([migration, state]) => [migration, one.done(state)]))
  })

/** The migration an entry belongs to; `undefined` for `began`, which belongs to all. */
export const migrationOfEntry = (entry: Entry): string | undefined => {
  if (entry.type === 'began') return undefined
  if (entry.type === 'ended') return entry.migration
  return entry.type === 'commanded' ? entry.command.to.migration : migrationOf(entry.signal)
}

type Shared = { readonly began: Entry | undefined; readonly states: Map<string, unknown> }
