import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Choice } from './choices'
import { restless } from './judge'
import { CHOICE_NS, replayedJournal, replayOf } from './replayOf'
import type { Choosing, Scope } from './scope'
import type { Walk } from './walk'
import { walk } from './walk'
import { withoutTimes } from './withoutTimes'

/**
 * The journal of one path, as the simulated data centre gives it: choice i at `(i + 1) * CHOICE_NS`. A pipeline that looks at times, which are all 0 in an exploration, may
 * decide otherwise there: then it is the exploration's own journal, its times being the numbers of choices and its first entry saying `explored`. Throws `RangeError` when a
 * choice is not possible where it stands.
 */
export const journalOfPath = (pipeline: Pipeline | Choosing, path: readonly Choice[], scope: Scope = {}): Journal => {
  const along = walk(pipeline, scope)
  for (const choice of path) along.take(choice)
  return journalAlong(pipeline, path, scope, along).journal
}

/** The same for a path that has been walked; `replayed`: whether it is the data centre's journal. A pipeline that never rests is not run there. @internal */
export const journalAlong = (
  pipeline: Pipeline | Choosing,
  path: readonly Choice[],
  scope: Scope,
  along: Walk
): { readonly journal: Journal; readonly replayed: boolean } => {
  if (along.wrong() === restless) return { journal: along.journal, replayed: false }
  const explored = withoutTimes(along.journal, 1)
  const journal = replayedJournal(replayOf(pipeline, path, scope))
  const replayed = withoutTimes(journal, CHOICE_NS)
  const same = explored.length === replayed.length && explored.every((entry, i) => entry === replayed[i])
  return same ? { journal, replayed: true } : { journal: along.journal, replayed: false }
}
