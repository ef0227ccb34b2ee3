import type { Order } from '../../lib/protocol/command'
import type { Entry } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
import { type Fold, mapFold } from '../../lib/stream/fold'
import type { Time } from '../../lib/time/time'
import { type Breach, breaches } from './watcher'

/** Where a journal breaks an invariant: the number of the entry from 0 on, its time, the migration, and what is wrong in a sentence. */
export type Violation = { readonly entry: number; readonly at: Time; readonly migration: string; readonly problem: string }

/** What an entry is called: an order by its type, a signal by its type, and `began` and `ended`. */
export type Heard = 'began' | 'ended' | Order['type'] | Signal['type']

/** The first entry of a journal: the guests, and what the world says of itself. */
export type Began = Extract<Entry, { readonly type: 'began' }>

/** An order in a journal. */
export type Commanded = Extract<Entry, { readonly type: 'commanded' }>

/** A migration's orders: those without an answer, by number, and the one that the entry at hand answers, if it does. */
export type Orders = { readonly pending: ReadonlyMap<number, Commanded>; readonly answered: Commanded | undefined }

/** Reports that the entry at hand breaks the invariant. */
export type Tell = (problem: string) => void

/**
 * How an invariant judges one migration (or, `of: 'journal'`, all of a journal together), by what it remembers.
 *
 * - `init`: the memory at the first entry. `step`: the memory after an entry; it may change its own; `orders` are those of the entry's migration. `done`: what is wrong at the end of the journal, if
 *   anything; it changes nothing.
 * - `again`: the memory when a migration begins anew, with a `preselect` after its `release` (`hop`: the guest moves on from where it is) or after an `abandon`
 *   (`retry`). Absent: it is carried on. Always: a memory whose size depends on the guest's pages and on the requests outstanding, and not on how long a run is.
 */
export type Rule<S> = {
  readonly init: (began: Began | undefined, migration: string) => S
  readonly step: (memory: S, entry: Entry, tell: Tell, orders: Orders) => S
  readonly again?: (memory: S, how: Again, tell: Tell) => S
  readonly done?: (memory: S) => string | undefined
}

/** How a migration begins anew. */
export type Again = 'hop' | 'retry'

/** What an invariant is called and says. `oracle`: which of the seven oracles of a faithful migration it is (or is part of). */
export type InvariantOptions = {
  readonly name: string
  readonly sentence: string
  readonly oracle?: 'O1' | 'O2' | 'O3' | 'O4' | 'O5' | 'O6' | 'O7'
  /** `control`: looks at orders, answers and counts. `pages`: looks at page sets, a few nanoseconds a page. Default `control`. */
  readonly plane?: 'control' | 'pages'
  /** Whether each migration is judged alone, or all of a journal together. Default `migration`. */
  readonly of?: 'migration' | 'journal'
  /**
   * Whether it judges pages: `each`: those of a guest's memory and the blocks of its disk, each by itself, as if there were nothing else; `memory`: it hears nothing of a
   * disk. Absent: it hears all as it comes.
   */
  readonly stores?: 'each' | 'memory'
  /** The entries it hears (default all): what it does not hear costs it nothing. */
  readonly hears?: readonly Heard[]
}

/** A sentence that holds of every run, and the fold that finds where a journal breaks it: the first 100 places, then how many more there were. */
export type Invariant = InvariantOptions & {
  readonly plane: 'control' | 'pages'
  readonly of: 'migration' | 'journal'
  readonly rule: Rule<unknown>
  readonly fold: Fold<Entry, readonly Violation[]>
}

/**
 * An invariant from its name, its sentence and how it judges (see `Rule`).
 *
 * Laws: each migration of a journal is judged alone (unless `of: 'journal'`); the violations come in the order of the journal's entries, those of its end last, each
 * at its migration's last entry. Cost: that of `step`, and about ten nanoseconds.
 */
export const invariant = <S>(parts: InvariantOptions & Rule<S>): Invariant => {
  const { init, step, again, done, plane = 'control', of = 'migration', ...options } = parts
  const named = { ...options, plane, of, rule: { init, step, again, done } as unknown as Rule<unknown> }
  const alone = breaches([{ ...named, fold: NOTHING }])
  return { ...named, fold: mapFold((all: readonly Breach[]) => all.map(({ violation }) => violation))(alone) }
}

const NOTHING: Invariant['fold'] = { init: () => null, step: () => null, done: () => [] }
