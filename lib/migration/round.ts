import type { PageSet } from '../memory/pageSet'
import type { Data } from '../protocol/data'
import type { GuestView } from '../protocol/pipeline'
import type { Time } from '../time/time'
import { type Recollection, recollect } from './recollection'

/**
 * One pass over a set of pages while the guest runs (Clark et al., NSDI 2005, §5.3), as the sender saw it.
 *
 * `round` counts from 1. `pages` were sent and `skipped` left out; `bytes` is on the wire, page headers included. `dirtied` is the number of pages in the
 * dirty-log sync that ended the round. `granted` is the bandwidth that the pacing gave the round, in bytes per second; absent where it was left to the link.
 * Times are nanoseconds.
 */
export type Round = {
  readonly round: number
  readonly pages: number
  readonly skipped: number
  readonly bytes: number
  readonly startedAt: Time
  readonly endedAt: Time
  readonly dirtied: number
  readonly granted?: number
}

/**
 * All that a rule may look at after a round: plain data, of bounded size however many rounds there were.
 *
 * `bytes` and `pages` are the totals since `startedAt`. `recent` holds the dirty sets of the latest rounds, newest first, as many as the push remembers
 * (three unless told otherwise). `owed` is the residual: pages dirtied, skipped or held back, and not sent since. `throttle` is the fraction of its time that
 * is taken from the guest now. `noted` is what the push was told to remember besides (see `Recollection`); absent where it was told nothing.
 */
export type Pushed = {
  readonly guest: GuestView
  readonly startedAt: Time
  readonly bytes: number
  readonly pages: number
  readonly last: Round
  readonly previous: Round | null
  readonly recent: readonly PageSet[]
  readonly owed: PageSet
  readonly throttle: number
  readonly noted?: Readonly<Record<string, Data>>
}

/** Bytes per second that a round put on the wire; 0 when it sent nothing, `Infinity` when it sent something in no time. */
export const bandwidthOf = (round: Round): number => perSecond(round.bytes, round)

/**
 * Pages per second dirtied while a round ran: distinct pages, since a dirty log counts a page once between two syncs. 0 when nothing was dirtied, `Infinity`
 * when something was in no time.
 */
export const dirtyRateOf = (round: Round): number => perSecond(round.dirtied, round)

const perSecond = (amount: number, { startedAt, endedAt }: Round): number => (amount === 0 ? 0 : (amount * 1e9) / (endedAt - startedAt))

/** What a round came to, before it is numbered. */
export type RoundResult = Omit<Round, 'round' | 'dirtied'> & {
  /** The sync that ended it. */
  readonly dirty: PageSet
  /** What is owed after it. */
  readonly owed: PageSet
}

/** One more round: the totals grow, and at most `remember` dirty sets are kept. */
export const afterRound = (
  before: Pushed | null,
  { dirty, owed, ...made }: RoundResult,
  known: Pick<Pushed, 'guest' | 'startedAt' | 'throttle'> & { readonly remember: number; readonly notes?: readonly Recollection[] }
): Pushed => {
  const pushed = {
    guest: known.guest,
    startedAt: known.startedAt,
    throttle: known.throttle,
    bytes: (before?.bytes ?? 0) + made.bytes,
    pages: (before?.pages ?? 0) + made.pages,
    last: { ...made, round: (before?.last.round ?? 0) + 1, dirtied: dirty.count },
    previous: before?.last ?? null,
    recent: [dirty, ...(before?.recent ?? [])].slice(0, known.remember),
    owed
  }
  const noted = recollect(known.notes ?? [], before?.noted, pushed)
  return noted === undefined ? pushed : { ...pushed, noted }
}
