import type { Entry } from '../protocol/journal'
import type { Fold } from '../stream/fold'
import { overSignals } from './overSignals'

/**
 * Faults: how many `faulted` signals there were, each a stop of the guest at its first access to a page that was missing at the target ("network faults"
 * in Hines & Gopalan, VEE 2009).
 */
export const faults: Fold<Entry, number> = overSignals({
  init: () => 0,
  step: (sum, signal) => (signal.type === 'faulted' ? sum + 1 : sum),
  done: (sum) => sum
})
