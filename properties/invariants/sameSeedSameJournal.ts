import { encodeEntry } from '../../lib/codec/journal'
import { migrationOfEntry } from '../../lib/metrics/perMigration'
import type { Entry, Journal } from '../../lib/protocol/journal'
import type { Violation } from './invariant'

/**
 * Same seed, same journal, to the byte: the first entry at which two runs of one seed differ in their encoding, or `undefined`. `run` makes the journal of
 * a run from the beginning, each time it is called.
 */
export const sameSeedSameJournal = (run: () => Journal): Violation | undefined => firstDifference(run(), run())

/** The first entry at which a journal is not encoded as another is, as a violation; `undefined` when they are the same to the byte. */
export const firstDifference = (first: Journal, second: Journal): Violation | undefined => {
  const length = Math.max(first.length, second.length)
  for (let entry = 0; entry < length; entry++) {
    const [a, b] = [line(first[entry]), line(second[entry])]
    if (a === b) continue
    const known = first[entry] ?? second[entry]
    return {
      entry,
      at: known.at,
      migration: migrationOfEntry(known) ?? '',
      problem: `entry ${entry} is ${a} in one run and ${b} in the other`
    }
  }
  return undefined
}

const line = (entry: Entry | undefined): string => (entry === undefined ? 'missing' : encodeEntry(entry))
