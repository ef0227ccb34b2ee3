import type { Seed } from '../random/random'
import type { Time } from '../time/time'
import type { Command } from './command'
import type { Data } from './data'
import type { GuestView, Outcome } from './pipeline'
import type { Signal } from './signal'

/**
 * One entry of a journal, in the order things happened. `began` stands first; `commanded` and `signalled` are the two rims of the loop; `ended` stands
 * once for each migration. Everything else known about a run (metrics, invariants, tables, charts) is read from these.
 */
export type Entry =
  | {
      readonly type: 'began'
      readonly at: Time
      readonly version: 1
      readonly seed: Seed
      readonly guests: Readonly<Record<string, GuestView>>
      readonly world: Data
    }
  | { readonly type: 'commanded'; readonly at: Time; readonly command: Command }
  | { readonly type: 'signalled'; readonly at: Time; readonly signal: Signal }
  | { readonly type: 'ended'; readonly at: Time; readonly migration: string; readonly outcome: Outcome }

/** A journal: what happened in one run. */
export type Journal = readonly Entry[]
