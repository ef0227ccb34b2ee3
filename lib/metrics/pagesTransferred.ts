import type { Entry } from '../protocol/journal'
import type { Fold } from '../stream/fold'
import { overSignals } from './overSignals'
import { sentOf } from './sentOf'

/**
 * Pages transferred: the pages of every `sent` answer, and those that had left of sends that were given up; a page sent twice counts twice, a page skipped does not. (Hines &
 * Gopalan, VEE 2009, §3, "pages transferred".)
 */
export const pagesTransferred: Fold<Entry, number> = overSignals({
  init: () => 0,
  step: (sum, signal) => sum + (sentOf(signal, undefined)?.pages ?? 0),
  done: (sum) => sum
})
