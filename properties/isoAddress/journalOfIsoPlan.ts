import type { Journal } from '../../lib/protocol/journal'
import type { ChipWiring } from '../../lib/world/mppaWiring'
import { ranThreads, type ThreadProgram, type Wanderer, wandering } from '../../pipelines/isoThreads'
import { type IsoPlan, isoOptionsOf, PLAN_SLOT_BYTES } from './isoPlan'

/** Programs for the threads of a plan: each wanders as many steps as the plan gives it, with chances from the plan's seed. */
export const wanderersOfIsoPlan = ({ nodes, threads, slotBytes = PLAN_SLOT_BYTES, seed }: IsoPlan): readonly ThreadProgram<Wanderer>[] =>
  threads.map(({ node, steps }, i) =>
    wandering({
      thread: `t${i}`,
      node,
      nodes,
      steps: steps.length,
      bytes: slotBytes / 2,
      largeBytes: 3 * slotBytes,
      large: 30,
      seed
    })
  )

/** The journal of a plan, whose threads wander about (see `wanderersOfIsoPlan`). `wiring`: of its chip, so that one serves many. */
export const journalOfIsoPlan = (plan: IsoPlan, wiring?: ChipWiring): Journal =>
  ranThreads(isoOptionsOf(plan, wiring), wanderersOfIsoPlan(plan)).journal
