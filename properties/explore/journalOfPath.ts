import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Choice } from './choices'
import { CHOICE_NS, replayedJournal, replayOf } from './replayOf'
import type { Choosing, Scope } from './scope'
import { walk } from './walk'
import { withoutTimes } from './withoutTimes'

/**
 * The journal of one path, as the simulated data centre gives it: choice i at `(i + 1) * CHOICE_NS`. A pipeline that looks at times, which are all 0 in an exploration, may
 * decide otherwise there: then it is the exploration's own journal, its times being the numbers of choices. Throws `RangeError` when a choice is not possible where it stands.
 */
export const journalOfPath = (pipeline: Pipeline | Choosing, path: readonly Choice[], scope: Scope = {}): Journal => {
  const along = walk(pipeline, scope)
  for (const choice of path) along.take(choice)
  const explored = withoutTimes(along.journal, 1)
  const journal = replayedJournal(replayOf(pipeline, path, scope))
  const replayed = withoutTimes(journal, CHOICE_NS)
  return explored.length === replayed.length && explored.every((entry, i) => entry === replayed[i]) ? journal : along.journal
}
