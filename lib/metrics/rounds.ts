import type { Entry } from '../protocol/journal'
import type { Fold } from '../stream/fold'
import { overSignals } from './overSignals'

/** Rounds: how many `round` signals there were; the final copy of a paused guest is no round unless the world calls it one. (Clark et al., NSDI 2005, §3.1.) */
export const rounds: Fold<Entry, number> = overSignals({
  init: () => 0,
  step: (sum, signal) => (signal.type === 'round' && signal.of === undefined ? sum + 1 : sum),
  done: (sum) => sum
})
