import * as O from 'fp-ts/lib/Option'
import { type OperatorFunction, takeWhile } from 'rxjs'
import { complement, difference, full, intersection, type PageSet, union } from '../memory/pageSet'
import type { GuestView } from '../protocol/pipeline'
import { mealy } from '../stream/mealy'
import { type Pacing, unlimited } from './pacing'
import { begun, copied, type Sending } from './precopyRoundsSending'
import type { Recollection } from './recollection'
import { afterRound, type Pushed, type Round } from './round'
import { none, type SkipRule } from './skipRule'
import type { StopRule } from './stopRule'
import type { TimedBatch } from './timedBatch'

/**
 * The guest; the link in bytes per second and its header bytes a page (default 8, as QEMU 10.2 sends); when to stop; what to skip and how to pace (default:
 * nothing, and as the link allows); how many rounds' dirty sets the rules see (default 3), and what they need remembered besides.
 */
export type PrecopyOptions = {
  readonly guest: GuestView
  readonly bytesPerSecond: number
  readonly headerBytes?: number
  readonly until: StopRule
  readonly skip?: SkipRule
  readonly pacing?: Pacing
  readonly remember?: number
  readonly notes?: readonly Recollection[]
}

/** A round, with what is owed after it, and why pre-copy stopped with it (`null`: it goes on). */
export type PrecopyRound = Round & { readonly owed: PageSet; readonly stopped: string | null }

/**
 * Page accesses in, pre-copy rounds out: what pre-copy would do to this memory over this link, without a world. Round 1, of all pages, begins with the first
 * batch; each further round sends what was dirtied in the one before and is not held back. Completes with the round at which the stop rule stops, whose `owed`
 * is the residual; or with its input, the round under way being left out.
 *
 *     accesses  |----|----|----|----|----|----|
 *     rounds    ..........1......2...3|            a round comes out with the batch in which it ends
 *
 * A write at the instant a page is transmitted, or later, leaves it owed; a write at the instant of a sync belongs to the next round. The guest is not
 * slowed. A round with nothing to send lasts until the end of the batch. Throws `RangeError` on a rate, header or memory of rounds that is out of
 * range; an access beyond the guest's memory goes to the error channel as one. Cost: some 10 ns an access, and with a peek some 100.
 */
export const precopyRounds = (options: PrecopyOptions): OperatorFunction<TimedBatch, PrecopyRound> => {
  const step = precopyStep(options)
  return (batches) =>
    batches.pipe(
      mealy(step, null),
      takeWhile(({ stopped }) => stopped === null, true)
    )
}

/** What `precopyRounds` remembers between batches: the round under way, the pages not written since the last sync, and what was pushed. */
export type Precopying = {
  readonly startedAt: number
  readonly sending: Sending
  readonly clean: PageSet
  readonly held: PageSet
  readonly pushed: Pushed | null
} | null

/** The pure step of `precopyRounds`: one batch of accesses, the rounds that end in it. `null` before the first batch. */
export const precopyStep = (given: PrecopyOptions) => {
  const options = checked(given)
  return (before: Precopying, batch: TimedBatch): readonly [readonly PrecopyRound[], Precopying] => {
    const rounds: PrecopyRound[] = []
    let state = before ?? started(options, batch.fromNs)
    for (let i = 0; ; ) {
      const [sending, clean, used, endedAt] = copied(state.sending, state.clean, batch, i)
      if (endedAt === undefined) return [rounds, { ...state, sending, clean }]
      const [round, next] = ended(options, { ...state, sending, clean }, endedAt)
      rounds.push(round)
      if (round.stopped !== null) return [rounds, next]
      state = next
      i = used
    }
  }
}

type UnderWay = NonNullable<Precopying>

/** Round 1 begins: everything is owed. */
const started = (options: Required<PrecopyOptions>, startedAt: number): UnderWay => {
  const { guest, skip, pacing } = options
  const all = full(guest.pages)
  const { hold, peek } = skip({ guest, owed: all, recent: [] })
  const sending = begun(difference(all, hold), peek, startedAt, nsPerPage(options, pacing(undefined)))
  return { startedAt, sending, clean: all, held: hold, pushed: null }
}

/** The sync that ends a round, and what the rules make of it. */
const ended = (options: Required<PrecopyOptions>, state: UnderWay, endedAt: number): readonly [PrecopyRound, UnderWay] => {
  const { guest, headerBytes, until, skip, pacing, remember, notes } = options
  const { sending, pushed: before } = state
  const dirty = complement(state.clean)
  const granted = pacing(before ?? undefined)
  const result = {
    ...(granted === undefined ? {} : { granted }),
    pages: sending.sent,
    skipped: sending.skipped,
    bytes: sending.sent * (guest.pageBytes + headerBytes),
    startedAt: sending.startedAt,
    endedAt,
    dirty,
    owed: union(state.held, dirty)
  }
  const pushed = afterRound(before, result, { guest, startedAt: state.startedAt, throttle: 0, remember, notes })
  const stop = until(pushed)
  // A user's rule may hold more than is owed; what is not owed is not kept.
  const { hold, peek } = O.isSome(stop) ? { hold: pushed.owed, peek: false } : skip(pushed)
  const next = begun(difference(pushed.owed, hold), peek, endedAt, nsPerPage(options, pacing(pushed)))
  return [
    { ...pushed.last, owed: pushed.owed, stopped: O.toNullable(stop) },
    { startedAt: state.startedAt, sending: next, clean: full(guest.pages), held: intersection(pushed.owed, hold), pushed }
  ]
}

/** Nanoseconds a page takes on the wire: paced, but never faster than the link. */
const nsPerPage = ({ guest, headerBytes, bytesPerSecond }: Required<PrecopyOptions>, paced: number | undefined): number =>
  ((guest.pageBytes + headerBytes) * 1e9) / Math.min(bytesPerSecond, paced ?? bytesPerSecond)

const checked = (options: PrecopyOptions): Required<PrecopyOptions> => {
  const { bytesPerSecond, headerBytes = 8, skip = none, pacing = unlimited, remember = 3, notes = [] } = options
  if (!(bytesPerSecond > 0 && bytesPerSecond < Infinity))
    throw new RangeError(`precopyRounds: bytesPerSecond must be above 0 and finite (got ${bytesPerSecond})`)
  if (!(Number.isInteger(headerBytes) && headerBytes >= 0))
    throw new RangeError(`precopyRounds: headerBytes must be an integer of at least 0 (got ${headerBytes})`)
  if (!(Number.isInteger(remember) && remember >= 1))
    throw new RangeError(`precopyRounds: remember must be an integer above 0 (got ${remember})`)
  return { ...options, headerBytes, skip, pacing, remember, notes }
}
