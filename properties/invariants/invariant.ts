import { migrationOfEntry } from '../../lib/metrics/perMigration'
import type { Entry } from '../../lib/protocol/journal'
import { type Fold, fold } from '../../lib/stream/fold'
import type { Time } from '../../lib/time/time'

/** Where a journal breaks an invariant: the number of the entry from 0 on, its time, the migration, and what is wrong in a sentence. */
export type Violation = { readonly entry: number; readonly at: Time; readonly migration: string; readonly problem: string }

/** A sentence that holds of every run, and the fold that finds where a journal breaks it. */
export type Invariant = { readonly name: string; readonly sentence: string; readonly fold: Fold<Entry, readonly Violation[]> }

/**
 * An invariant from what it remembers of one migration. `init`: the memory at its first entry. `step`: the memory after an entry; `tell` reports that the
 * entry breaks the invariant. `done`: what is wrong at the end of the journal, if anything, reported at the migration's last entry.
 *
 * Law: each migration of a journal is judged alone. Cost: that of `step`.
 */
export const invariant = <S>(parts: {
  readonly name: string
  readonly sentence: string
  readonly init: () => S
  readonly step: (memory: S, entry: Entry, tell: (problem: string) => void) => S
  readonly done?: (memory: S) => string | undefined
}): Invariant => ({
  name: parts.name,
  sentence: parts.sentence,
  fold: fold<Entry, readonly Violation[], State<S>>({
    init: () => ({ entries: 0, memories: new Map(), violations: [] }),
    step: (state, entry) => {
      const number = state.entries++
      const migration = migrationOfEntry(entry)
      if (migration === undefined) return state
      const known = state.memories.get(migration)
      const place = { entry: number, at: entry.at, migration }
      const memory = parts.step(known === undefined ? parts.init() : known.memory, entry, (problem) => {
        state.violations.push({ ...place, problem })
      })
      state.memories.set(migration, { memory, last: place })
      return state
    },
    done: ({ memories, violations }) => [
      ...violations,
      ...[...memories.values()].flatMap(({ memory, last }) => {
        const problem = parts.done?.(memory)
        return problem === undefined ? [] : [{ ...last, problem }]
      })
    ]
  })
})

type Place = Omit<Violation, 'problem'>
type State<S> = {
  entries: number
  readonly memories: Map<string, { readonly memory: S; readonly last: Place }>
  readonly violations: Violation[]
}
