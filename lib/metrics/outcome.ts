import type { Entry } from '../protocol/journal'
import type { Outcome } from '../protocol/pipeline'
import { type Fold, fold } from '../stream/fold'

/** How the migration ended; `undefined` while it has not. */
export const outcome: Fold<Entry, Outcome | undefined> = fold<Entry, Outcome | undefined, Outcome | undefined>({
  init: () => undefined,
  step: (state, entry) => (entry.type === 'ended' ? entry.outcome : state),
  done: (state) => state
})
