import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as O from 'fp-ts/lib/Option'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Level, Order } from '../protocol/command'
import { type Compression, checkedCompression } from '../protocol/compression'
import { noting } from '../protocol/noting'
import type { Attempt, Failure } from '../protocol/phase'
import { andThen, chain, done, failure, iterate, map, request } from '../protocol/phase'
import type { GuestView } from '../protocol/pipeline'
import type { AnswerTo } from '../protocol/signal'
import type { Time } from '../time/time'
import { cancellable } from './cancellable'
import type { Pacing } from './pacing'
import { unlimited } from './pacing'
import type { Recollection } from './recollection'
import type { Pushed } from './round'
import { afterRound as noteRound } from './round'
import type { ScanOrder } from './scanOrder'
import { byAddress } from './scanOrder'
import type { SkipRule } from './skipRule'
import * as skipRule from './skipRule'
import type { StopRule } from './stopRule'
import { never } from './stopRule'
import type { Throttle } from './throttle'
import * as throttles from './throttle'

/**
 * What decides a push: `level` which memory (default: all that the hypervisor has allocated); `until` when to stop; `giveUp` when to give the migration up instead, asked where
 * `until` goes on (default: never); `skip` which dirty pages to hold back (default: none); `pacing` the bandwidth of each round (default: as the
 * link allows); `throttle` the share of its time taken from the guest (default: none); `remember` how many rounds' dirty sets the rules see (default 3); `channels` the
 * connections that carry a round (default 1); `delta` whether pages sent before go as what has changed in them (default: no); `order` the order in which a round's pages leave
 * (default: by address); `final` the bandwidth of the copy that follows, when the guest stands still (default: as the link allows); `firstThrottle` the share taken from
 * the guest in round 1 (default 0); `compression` how pages are compressed (default: not; not together with `delta`); `notes` what the rules need remembered besides.
 */
export type PushRules = {
  readonly level?: Level
  readonly until: StopRule
  readonly skip?: SkipRule
  readonly pacing?: Pacing
  readonly throttle?: Throttle
  readonly remember?: number
  readonly channels?: number
  readonly delta?: boolean
  readonly compression?: Compression
  readonly giveUp?: StopRule
  readonly order?: ScanOrder
  readonly final?: Pacing
  readonly firstThrottle?: number
  readonly notes?: readonly Recollection[]
}

/**
 * What a push hands on: the residual (dirtied, skipped or held back, and not yet sent), why it stopped, and the bandwidth that the final copy is granted (absent: as
 * the link allows).
 */
export type Residual = { readonly owed: PageSet; readonly reason: string; readonly bytesPerSecond?: number }

/**
 * The push phase (Clark et al., NSDI 2005, §3.1 and stage 2 of §3.3): while the guest runs, round 1 sends all of the level, round n what was dirtied in round n - 1, until the
 * stop rule says so. The residual is owed to whatever follows, and nothing else keeps it.
 *
 *     guest   ----- runs ----------- runs ------- runs --->
 *     log     on ............ sync ........ sync .... sync -> residual
 *     link    [round 1: all ][round 2: dirty][round 3]
 *
 * With several channels a page of a round could arrive behind the same page of the next, and a delta ahead of what it is made from. So each round ends with a
 * barrier (QEMU's multifd flushes once a round for the same reason), and the log is read behind it: the other way round is as safe, but what the guest
 * writes while the barrier is waited for would be sent in the next round and, being in the log, once more in the one after.
 *
 * The first round sends whole pages: the target has nothing yet that a page could differ from (QEMU turns XBZRLE on after it, ram_save_iterate).
 *
 * A migration that is given up ends in a failure before the commit, so that the guest goes on at the source.
 *
 * On `wound` it cancels the round under way or does not begin it, reads the log once more and ends with all that is still owed.
 */
export const push = (rules: PushRules): ((guest: GuestView) => Attempt<Residual>) => {
  checked(rules)
  return (guest) => pushing(rules, guest, residualOnly)
}

/**
 * A push in two parts: `goOn` goes on where `first` has ended, with whatever has been written since, for one round more at least. Between the two lies a wait for somebody
 * else.
 */
export type PushInTwo = { readonly first: () => Attempt<FirstPart>; readonly goOn: (before: FirstPart) => Attempt<Residual> }

/** What the first part of a push ends with, and where it stood; `null` where it was wound down ahead of its first round. */
export type FirstPart = { readonly residual: Residual; readonly progress: Progress | null }

/** See `PushInTwo`. Throws what `push` does. */
export const pushInTwo = (rules: PushRules): ((guest: GuestView) => PushInTwo) => {
  checked(rules)
  return (guest) => ({
    first: () => pushing(rules, guest, (residual, progress): FirstPart => ({ residual, progress })),
    goOn: (before) => goingOn(rules, guest, before)
  })
}

const checked = (rules: PushRules): void => {
  checkedChannels(rules)
  fraction(rules.firstThrottle ?? 0)
}

/** What a push makes of its end. */
type End<A> = (residual: Residual, progress: Progress | null) => A

const residualOnly: End<Residual> = (residual) => residual

const goingOn = (rules: PushRules, guest: GuestView, { residual, progress }: FirstPart): Attempt<Residual> =>
  progress === null
    ? done(E.right(residual))
    : pipe(
        noting(request({ type: 'sync' })),
        chain('push on', ([synced, wounded]): Attempt<Residual> => {
          if (E.isLeft(synced)) return done(synced)
          const { at, dirty } = synced.right
          const owed = pageSet.union(progress.owed, dirty)
          if (wounded) return done(E.right({ ...residual, owed, reason: WOUNDED }))
          const start: Progress = { ...progress, endedAt: at, owed, granted: granted(rules.pacing, progress.pushed) }
          return iterate('push', start, (state) => noting(round(rules, guest, state)), afterRound(rules, guest, residualOnly))
        })
      )

const pushing = <A>(rules: PushRules, guest: GuestView, end: End<A>): Attempt<A> =>
  pipe(
    noting(tracked(rules.level ?? 'hypervisor')),
    chain('rounds', ([selected, wounded]): Attempt<A> => {
      if (E.isLeft(selected)) return done(selected)
      const { at, pages } = selected.right
      if (wounded)
        return pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => end({ owed: pageSet.union(pages, dirty), reason: WOUNDED }, null))))
      const start: Progress = {
        startedAt: at,
        endedAt: at,
        owed: pages,
        pushed: null,
        throttle: rules.firstThrottle ?? 0,
        granted: granted(rules.pacing, null)
      }
      return iterate('push', start, (state) => noting(round(rules, guest, state)), afterRound(rules, guest, end))
    })
  )

/**
 * How a send is spread and written: as fields of the order, none where there is nothing to say. `sentBefore`: the target may have what a delta is made from.
 * @internal
 */
export const sentBy = (
  { channels = 1, delta = false, compression }: Pick<PushRules, 'channels' | 'delta' | 'compression'>,
  sentBefore: boolean
): Spread => ({
  ...(channels > 1 ? { channels } : {}),
  ...(delta && sentBefore ? { encoding: 'delta' } : {}),
  ...(compression === undefined ? {} : { compression })
})

type Spread = Pick<Extract<Order, { readonly type: 'send' }>, 'channels' | 'encoding' | 'compression'>

const checkedChannels = ({ channels = 1, delta, compression }: PushRules): void => {
  checkedCompression('push', compression)
  if (delta && compression !== undefined) throw new RangeError('push: delta must not be together with compression (got both)')
  if (!Number.isInteger(channels) || channels < 1) throw new RangeError(`push: channels must be an integer above 0 (got ${channels})`)
}

/** Logging goes on before the pages are named: a page that comes into use between the two is then in the log. */
const tracked = (level: Level) =>
  pipe(
    request({ type: 'track', on: true }),
    andThen('select', () => request({ type: 'select', level }))
  )

const WOUNDED = 'told to wind down'
const NOTHING_SENT = 'two rounds had nothing to send'
/** Such rounds take no time, and those after them would be alike. A rule that holds pages back has had a round to let them go. */
const sentNothing = ({ last, previous }: Pushed): boolean => last.pages === 0 && previous?.pages === 0

/** Where a push stands between two rounds; `throttle` is what the next round takes from the guest, `granted` the bandwidth it has. */
type Progress = {
  readonly startedAt: Time
  readonly endedAt: Time
  readonly owed: PageSet
  readonly pushed: Pushed | null
  readonly throttle: number
  readonly granted: number | undefined
}
type Sent = Pick<AnswerTo<'send'>, 'pages' | 'skipped' | 'bytes'>
type Copied = { readonly sent: Sent; readonly synced: AnswerTo<'sync'> }

/** One round: change the throttle if it is to change, send what is owed and not held back, and read the dirty log. */
const round = (
  { skip = skipRule.none, channels = 1, delta, compression, order = byAddress }: PushRules,
  guest: GuestView,
  { owed, pushed, throttle, granted: bytesPerSecond }: Progress
): Attempt<Copied> => {
  const { hold, peek } = skip(pushed ?? { guest, owed, recent: [] })
  const copy = andThen('sync', (sent: Sent) => pipe(read(channels), map(E.map((synced) => ({ sent, synced })))))
  const nothing: Sent = { pages: pageSet.empty(guest.pages), skipped: pageSet.empty(guest.pages), bytes: 0 }
  const send = (): Attempt<Sent> =>
    cancellable({
      type: 'send',
      pages: order(pageSet.difference(owed, hold)),
      place: 'always',
      unless: peek ? 'dirtied' : undefined,
      round: (pushed?.last.round ?? 0) + 1,
      bytesPerSecond,
      ...sentBy({ channels, delta, compression }, pushed !== null)
    })
  return throttle === (pushed?.throttle ?? 0)
    ? copy(send())
    : pipe(
        noting(request({ type: 'throttle', fraction: throttle })),
        chain(
          'send',
          ([throttled, wounded]): Attempt<Sent> => (E.isLeft(throttled) ? done(throttled) : wounded ? done(E.right(nothing)) : send())
        ),
        copy
      )
}

/** What a pacing grants after what was pushed. */
const granted = (pacing: Pacing = unlimited, pushed: Pushed | null): number | undefined => {
  const bytesPerSecond = pacing(pushed ?? undefined)
  if (bytesPerSecond !== undefined && !(bytesPerSecond > 0))
    throw new RangeError(`push: pacing must be undefined or above 0 bytes per second (got ${bytesPerSecond})`)
  return bytesPerSecond
}

/** The end of a round: all of it has arrived where it could be overtaken, and the log. */
const read = (channels: number): Attempt<AnswerTo<'sync'>> =>
  channels === 1
    ? request({ type: 'sync' })
    : pipe(
        request({ type: 'flush' }),
        andThen('sync', () => request({ type: 'sync' }))
      )

/** What is known after a round, and whether to go on. */
const afterRound =
  <A>(rules: PushRules, guest: GuestView, end: End<A>) =>
  (state: Progress, [copied, wounded]: readonly [E.Either<Failure, Copied>, boolean]): E.Either<Progress, E.Either<Failure, A>> => {
    if (E.isLeft(copied)) return E.right(copied)
    const { sent, synced } = copied.right
    const { until, giveUp = never, throttle = throttles.none, remember = 3, notes } = rules
    const result = {
      ...(state.granted === undefined ? {} : { granted: state.granted }),
      pages: sent.pages.type === 'PageSet' ? sent.pages.count : sent.pages.length,
      skipped: sent.skipped.count,
      bytes: sent.bytes,
      startedAt: state.endedAt,
      endedAt: synced.at,
      dirty: synced.dirty,
      owed: pageSet.union(without(state.owed, sent.pages), synced.dirty)
    }
    const { startedAt } = state
    const pushed = noteRound(state.pushed, result, { guest, startedAt, throttle: state.throttle, remember, notes })
    const stop = wounded ? O.some(WOUNDED) : sentNothing(pushed) ? O.some(NOTHING_SENT) : until(pushed)
    if (O.isSome(stop))
      return E.right(E.right(end(residual(rules, pushed, stop.value), { ...state, endedAt: synced.at, owed: pushed.owed, pushed })))
    const given = giveUp(pushed)
    return O.isSome(given)
      ? E.right(E.left(failure('sync', `given up: ${given.value}`)))
      : E.left({
          startedAt,
          endedAt: synced.at,
          owed: pushed.owed,
          pushed,
          throttle: fraction(throttle(pushed)),
          granted: granted(rules.pacing, pushed)
        })
  }

const without = (owed: PageSet, sent: Sent['pages']): PageSet =>
  sent.type === 'PageSet' ? pageSet.difference(owed, sent) : pageSet.removeAll(owed, sent)

const residual = ({ final }: PushRules, pushed: Pushed, reason: string): Residual => {
  const bytesPerSecond = granted(final, pushed)
  return { owed: pushed.owed, reason, ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }) }
}

const fraction = (throttle: number): number => {
  if (!(throttle >= 0 && throttle <= 0.99)) throw new RangeError(`push: throttle must be from 0 to 0.99 (got ${throttle})`)
  return throttle
}
