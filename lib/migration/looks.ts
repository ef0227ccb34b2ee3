import type { Data } from '../protocol/data'
import type { GuestView } from '../protocol/pipeline'
import type { Time } from '../time/time'

/**
 * What somebody who watches a migration from outside sees when he looks: when, how long after the push began, how many dirty-log syncs there have been (QEMU's iterations: the first is
 * one), what remains, the bandwidth of the last window (0: none has ended yet), and whether he looks because the log has just been read.
 */
export type Look = {
  readonly at: Time
  readonly elapsedNs: Time
  readonly syncs: number
  readonly remainingBytes: number
  readonly bytesPerSecond: number
  readonly synced: boolean
  readonly guest: GuestView
}

/** What he decides: another downtime limit from now on, that post-copy is to begin, or to give the migration up, and why. Nothing said, nothing changes. */
export type Verdict = { readonly downtimeLimitNs?: Time; readonly postcopy?: boolean; readonly giveUp?: string }

/**
 * Somebody who watches a migration (KubeVirt watches QEMU so): he looks every `everyNs`, and with `atSyncs` whenever the log has been read as well, from which on he waits anew. `look` decides,
 * and says what to remember, all of which is data. Any value of this type; without memory:
 *
 *     looking(seconds(1), ({ elapsedNs }) =>
 *       elapsedNs > seconds(60) ? { giveUp: 'a minute has passed' } : { downtimeLimitNs: milliseconds(300) + elapsedNs / 60 }
 *     )
 */
export type LookRule<S extends Data = Data> = {
  readonly name: string
  readonly everyNs: Time
  readonly atSyncs?: boolean
  readonly start: S
  look(state: S, look: Look): readonly [Verdict, S]
}

/** A rule that looks every so often and remembers nothing. Throws `RangeError` unless the time is an integer above 0. */
export const looking = (everyNs: Time, look: (look: Look) => Verdict): LookRule<null> =>
  checkedLooks({ name: 'looking', everyNs, start: null, look: (_, seen) => [look(seen), null] })

/** The same rule; throws `RangeError` unless its time is an integer above 0. @internal */
export const checkedLooks = <S extends Data>(rule: LookRule<S>): LookRule<S> => {
  if (!(Number.isSafeInteger(rule.everyNs) && rule.everyNs > 0))
    throw new RangeError(`looks: everyNs of ${rule.name} must be an integer above 0 (got ${rule.everyNs})`)
  return rule
}

/** What came of the looks so far: when the next is due, the limit in force, what the rule remembers, and what it has decided for good. @internal */
export type Looked = {
  readonly nextAt: Time
  readonly downtimeLimitNs: Time
  readonly state: Data
  readonly postcopy: boolean
  readonly giveUp: string | null
}

/** Nobody has looked yet at a push that begins now. @internal */
export const unlooked = ({ everyNs, start }: LookRule, at: Time, downtimeLimitNs: Time): Looked => ({
  nextAt: at + everyNs,
  downtimeLimitNs,
  state: start,
  postcopy: false,
  giveUp: null
})

/** What is seen of a push, whenever that is. @internal */
export type Sight = Omit<Look, 'at' | 'elapsedNs' | 'synced'> & { readonly startedAt: Time }

/** All the looks that were due until now, each at its own time, by what is known now. What has been decided for good ends them. @internal */
export const lookedUntil = (rule: LookRule, before: Looked, at: Time, sight: Sight): Looked => {
  let looked = before
  while (looked.nextAt <= at && !hasDecided(looked)) {
    const due = looked.nextAt
    looked = lookedOnce(rule, looked, due, sight, false)
  }
  return looked
}

/** The looks until a sync, and one at it where the rule looks then. @internal */
export const lookedAtSync = (rule: LookRule, before: Looked, at: Time, sight: Sight): Looked => {
  const looked = lookedUntil(rule, before, at, sight)
  return rule.atSyncs !== true || hasDecided(looked) ? looked : lookedOnce(rule, looked, at, sight, true)
}

/** Whether anything has been decided for good. @internal */
export const hasDecided = ({ postcopy, giveUp }: Looked): boolean => postcopy || giveUp !== null

// A forecast looks some thousand times ahead: the records are written out, because spreading them took most of its time.
const lookedOnce = (rule: LookRule, looked: Looked, at: Time, sight: Sight, synced: boolean): Looked => {
  const { startedAt, syncs, remainingBytes, bytesPerSecond, guest } = sight
  const elapsedNs = at - startedAt
  const [verdict, state] = rule.look(looked.state, { at, elapsedNs, syncs, remainingBytes, bytesPerSecond, synced, guest })
  const { downtimeLimitNs = looked.downtimeLimitNs, postcopy = false, giveUp = null } = verdict
  if (!(downtimeLimitNs >= 0)) throw new RangeError(`looks: downtimeLimitNs of ${rule.name} must be at least 0 (got ${downtimeLimitNs})`)
  return { nextAt: at + rule.everyNs, downtimeLimitNs, state, postcopy, giveUp }
}
