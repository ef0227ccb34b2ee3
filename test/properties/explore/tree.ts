import type { Pipeline } from '../../../lib/protocol/pipeline'
import { begin } from '../../../lib/protocol/pipeline'
import { asking } from '../../../properties/explore/asking'
import { choices } from '../../../properties/explore/choices'
import { dataKey } from '../../../properties/explore/dataKey'
import { chancesOf, firstState, MIGRATION, pipelineOf, viewOf } from '../../../properties/explore/firstState'
import { hearingAnew } from '../../../properties/explore/hearing'
import { judge } from '../../../properties/explore/judge'
import { numbering } from '../../../properties/explore/numbering'
import type { Choosing, Scope } from '../../../properties/explore/scope'
import type { State } from '../../../properties/explore/state'
import { copyOf } from '../../../properties/explore/state'
import { stepping } from '../../../properties/explore/stepping'

/** How migrations may end, as text, and the depth of the shortest violations with their names; and how many paths there are. */
export type Tree = {
  readonly outcomes: ReadonlySet<string>
  readonly depth: number | undefined
  readonly wrong: ReadonlySet<string>
  readonly paths: number
}

/** Every path by itself, depth first, down to the shortest violation: an exploration that takes no two states to be the same and keeps nothing but the path. */
export const tree = (pipeline: Pipeline | Choosing, scope: Scope, most = Infinity): Tree => {
  const numbered = numbering()
  const asked = asking()
  const chances = chancesOf(scope)
  const [first, saving] = firstState(scope, numbered)
  const outcomes = new Set<string>()
  let wrong = new Set<string>()
  let limit = most
  let paths = 0
  let found: string | undefined
  const steps = stepping({
    migration: MIGRATION,
    saving,
    hearing: hearingAnew(MIGRATION, numbered),
    witness: (entry, state) => {
      found ??= judge(entry, state)?.invariant
    },
    restless: () => {
      found ??= 'ends'
    }
  })
  const descend = (state: State, depth: number): void => {
    if (state.outcome !== undefined) {
      outcomes.add(dataKey(state.outcome))
      paths++
      return
    }
    if (depth >= limit) return
    steps.enter(state)
    for (const choice of choices(state, chances))
      for (const said of [[], [true]]) {
        const after = copyOf(state)
        asked.answer(said)
        found = undefined
        steps.take(after, choice, 0)
        if (said.length > 0 && asked.count() === 0) continue
        if (found === undefined) {
          descend(after, depth + 1)
          continue
        }
        if (depth + 1 < limit) wrong = new Set()
        limit = depth + 1
        wrong.add(found)
      }
  }
  const [carrier, commands] = begin(MIGRATION, pipelineOf(pipeline, asked.choose)(viewOf(scope)))
  steps.begin(first, { carrier, phase: numbered('first'), commands })
  descend(first, 0)
  return { outcomes, depth: wrong.size > 0 ? limit : undefined, wrong, paths }
}
