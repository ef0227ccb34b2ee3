import type * as fc from 'fast-check'
import type { World } from '../lib/protocol/world'
import type { Time } from '../lib/time/time'
import type { WorldPlan } from './arbitraries/worldPlan'
import type { Invariant } from './invariants/invariant'
import type { Sometimes } from './sometimes'

/**
 * - `runs`: how many worlds (default 100). `seed`: of the swarm (default: one that fast-check draws; it is in the result). `path`: a counterexample's; then that
 *   one run is made and no other.
 * - `worlds`: the swarm (default `worldPlans`). `world`: what makes a plan's world (default `worldOf`). `wrap`: what is done to each world before it runs. `until`: the time after
 *   which a run is ended as limited (default `untilOf`).
 * - `invariants`: what must hold (default all). `sometimes`: what is counted.
 * - `repeat`: which runs are made twice and must give the same journal, at twice the cost: all, none, or the first and every n-th after it (default 16, which
 *   costs a tenth of the time). A run that a path leads to is always made twice, unless it is none.
 * - `maxEntries`: journal entries at which a run is ended as limited (default 20,000).
 * - `progress`: told after every run, those of shrinking too. `stop`: asked before every run; `true` ends the search, and the result says so.
 */
export type CheckOptions = {
  readonly runs?: number
  readonly seed?: number
  readonly path?: string
  readonly worlds?: fc.Arbitrary<WorldPlan>
  readonly world?: (plan: WorldPlan) => World
  readonly wrap?: (world: World) => World
  readonly until?: (plan: WorldPlan) => Time
  readonly invariants?: readonly Invariant[]
  readonly repeat?: boolean | number
  readonly sometimes?: readonly Sometimes[]
  readonly maxEntries?: number
  readonly progress?: (progress: Progress) => void
  readonly stop?: () => boolean
}

/**
 * How far a check is: so many runs without a violation; or a violation met and shrunk so many times, with so many smaller runs tried in vain, to a
 * journal of so many entries.
 */
export type Progress =
  | { readonly type: 'searching'; readonly runs: number; readonly of: number }
  | {
      readonly type: 'shrinking'
      readonly runs: number
      readonly invariant: string
      readonly shrinks: number
      readonly tried: number
      readonly entries: number
    }

/** A swarm in which everything held: how many runs, the seed, whether somebody stopped it before its end, and in how many runs each thing happened. */
export type Passed = {
  readonly runs: number
  readonly seed: number
  readonly interrupted: boolean
  readonly sometimes: Readonly<Record<string, number>>
}
