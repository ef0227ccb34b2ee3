import type { Journal } from '../lib/protocol/journal'
import type { WorldPlan } from './arbitraries/worldPlan'
import type { Breach } from './invariants/watcher'

/**
 * The smallest world found in which an invariant does not hold: which, where, and how to see it again (`check(pipeline, { seed, path })`).
 *
 * - `runs`: how many it took to meet the first violation. `shrinks`: how many smaller ones led from there to this. `interrupted`: whether there may be one
 *   that is smaller still, because somebody stopped the search for it.
 * - `pipeline`: its name. `plan`: of the world. `world`: the plan on one line. `entries`: the journal; `journal`: the same as JSON lines.
 */
export type Counterexample = Breach & {
  readonly seed: number
  readonly path: string
  readonly runs: number
  readonly shrinks: number
  readonly interrupted: boolean
  readonly pipeline: string
  readonly plan: WorldPlan
  readonly world: string
  readonly entries: Journal
  readonly journal: string
}
