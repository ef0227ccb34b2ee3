import type { Pages } from '../protocol/command'
import type { Entry } from '../protocol/journal'
import type { Fold } from '../stream/fold'
import { overSignals } from './overSignals'

/**
 * Pages transferred: the pages of every `sent` answer; a page sent twice counts twice, a page skipped does not. (Hines & Gopalan, VEE 2009, §3, "pages
 * transferred".)
 */
export const pagesTransferred: Fold<Entry, number> = overSignals({
  init: () => 0,
  step: (sum, signal) => (signal.type === 'sent' && signal.of === undefined ? sum + numberOf(signal.pages) : sum),
  done: (sum) => sum
})

/** How many pages a set or a sequence has. */
export const numberOf = (pages: Pages): number => (pages.type === 'PageSet' ? pages.count : pages.length)
