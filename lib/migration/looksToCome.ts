import type { Time } from '../time/time'
import { hasDecided, type Looked, type LookRule, lookedUntil, type Sight } from './looks'

/** So much of the time looked ahead passes at least between two looks made up: the farther ahead, the rarer. */
const RARER = 128

/**
 * The looks of who watches a push from outside, made up for a send to come: from `from` until it is due (`dueAt`, by the limit in force), or until something has been decided for good. The rule is
 * asked about what would be seen then (`sightAt`); `since` is the moment from which all this is looked ahead. It ends when the send does, which a look may bring about. Cost: 128 looks for the first 128 of the
 * rule's times, and 128 more for each e-fold of the time beyond.
 */
export const looksToCome = (
  rule: LookRule,
  before: Looked,
  {
    since,
    from,
    dueAt,
    sightAt
  }: {
    readonly since: Time
    readonly from: Time
    readonly dueAt: (downtimeLimitNs: Time) => Time
    readonly sightAt: (at: Time) => Sight
  }
): readonly [looked: Looked, endsAt: Time] => {
  let looked = before
  let lastAt = from
  while (!hasDecided(looked)) {
    const due = Math.max(lastAt, dueAt(looked.downtimeLimitNs))
    const { nextAt } = looked
    if (nextAt > due) return [looked, due]
    lastAt = Math.max(from, nextAt)
    looked = lookedUntil(rule, looked, nextAt, sightAt(lastAt))
    looked = { ...looked, nextAt: Math.max(looked.nextAt, nextAt + Math.ceil((nextAt - since) / RARER)) }
  }
  return [looked, lastAt]
}
