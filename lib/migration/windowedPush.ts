import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Level } from '../protocol/command'
import type { Compression } from '../protocol/compression'
import type { Data } from '../protocol/data'
import { noting } from '../protocol/noting'
import type { Attempt, Failure } from '../protocol/phase'
import { andThen, chain, done, failure, iterate, map, request } from '../protocol/phase'
import type { GuestView } from '../protocol/pipeline'
import type { AnswerTo } from '../protocol/signal'
import type { Time } from '../time/time'
import { cancellable } from './cancellable'
import { checkedLooks, type Looked, type LookRule, lookedAtSync, unlooked } from './looks'
import { sentBy } from './push'
import type { SyncThrottle } from './syncThrottle'
import { noSyncThrottle } from './syncThrottle'
import { type Asked, type Before, type Seen, type Watched, type Window, watched } from './watchedSend'

/**
 * What decides a push by windows. `downtimeLimitNs`: it ends when what is left would take no longer, at the bandwidth measured in the last window. `bytesPerSecond`: the rate to
 * which the source keeps (default: as the link allows, looked at all the same); `windowNs`: the least time over which bandwidth is measured (default 100 ms).
 * `throttle`: what is taken from the guest at syncs. `asked`: whether post-copy has been asked for. `looks`: somebody who watches it from outside, and may set another limit, ask
 * for post-copy, or give it up; a look is made, as of its own time, at the source's first look behind it, as QEMU obeys what it is told when its thread comes round. `level`, `channels`, `delta`, `compression`: as of a push.
 */
export type WindowedRules<S extends Data = Data> = {
  readonly downtimeLimitNs: Time
  readonly bytesPerSecond?: number
  readonly windowNs?: Time
  readonly throttle?: SyncThrottle<S>
  readonly asked?: Asked
  readonly looks?: LookRule
  readonly level?: Level
  readonly channels?: number
  readonly delta?: boolean
  readonly compression?: Compression
}

/** What a push by windows hands on: what is still owed, whether it has converged or post-copy was asked for, and why, with the figures. */
export type WindowedResidual = { readonly owed: PageSet; readonly ends: 'converged' | 'post-copy' | 'wound'; readonly reason: string }

/**
 * QEMU's iterations (`migration_iteration_run`, `migration_update_counters`, migration/migration.c; `ram_save_iterate` and the pending estimate, migration/ram.c; the same
 * loop in 7.2 and 10.2). The source sends what is owed, and whenever it looks (see `Sender` of the data centre) it compares what remains with a threshold, the
 * bandwidth of the last window times the downtime limit. Below it, the dirty log is read at once, whether the round is over or not, and what is owed then is compared
 * again: still below, the push ends; otherwise it goes on in the same window with all that is owed.
 *
 *     window  |----------|----------|----------|----------|
 *     owed    ████████████████▇▇▇▇▆▆▆▅▅▅▄▄▄▃▃▃▂ sync ▅▅▅▄▄▃▃▂ sync ▂ ends
 *                                             ^ below the threshold
 *
 * The state of the guest's devices counts as left where the log has been read, not in the estimate that has it read (the estimate of `vfio_state_pending_exact` is none, hw/vfio/migration.c
 * from 8.0 on): a state for which the last window's bandwidth is too little keeps the push from ending. With no page left QEMU reads the log again and again; here it is read once a
 * window, which measures next to nothing then: the mark of an iteration's end.
 *
 * Before the first window has ended the threshold is 0. Where nothing remains then, the push ends without a sync: the one of the stop-and-copy will do. The world must be one
 * whose source looks, or nothing is measured and a round ends only when it is over. Throws `RangeError` unless the limit is at least 0 and window and rate are above 0.
 */
export const windowedPush = <S extends Data>(rules: WindowedRules<S>): ((guest: GuestView) => Attempt<WindowedResidual>) => {
  const all = checked(rules)
  return (guest) =>
    pipe(
      noting(logged(all.level ?? 'hypervisor')),
      chain('iterations', ([logged, wounded]): Attempt<WindowedResidual> => {
        if (E.isLeft(logged)) return done(logged)
        const { synced, pages } = logged.right
        const [fraction, throttled] = all.throttle.next(all.throttle.start, {
          at: synced.at,
          syncs: 1,
          bytes: 0,
          newlyDirty: 0,
          pageBytes: guest.pageBytes,
          throttle: 0
        })
        const start: State<S> = {
          startedAt: synced.at,
          owed: pageSet.union(pages, synced.dirty),
          syncs: 1,
          knownAt: synced.at,
          round: 1,
          bytes: 0,
          pages: 0,
          window: null,
          before: null,
          from: 0,
          fraction,
          inForce: 0,
          limited: false,
          looked: all.looks === undefined ? null : unlooked(all.looks, synced.at, all.downtimeLimitNs),
          throttled
        }
        if (wounded) return wound(start)
        return iterate('windowed push', start, (state) => noting(turn(all, guest, state)), after)
      })
    )
}

type Checked<S extends Data> = WindowedRules<S> & { readonly windowNs: Time; readonly throttle: SyncThrottle<S> }

const checked = <S extends Data>(rules: WindowedRules<S>): Checked<S> => {
  const {
    downtimeLimitNs,
    bytesPerSecond = 1,
    windowNs = 100_000_000,
    channels = 1,
    throttle = noSyncThrottle as SyncThrottle<Data>
  } = rules
  if (!(downtimeLimitNs >= 0)) throw new RangeError(`windowedPush: downtimeLimitNs must be at least 0 (got ${downtimeLimitNs})`)
  if (!(bytesPerSecond > 0)) throw new RangeError(`windowedPush: bytesPerSecond must be above 0 (got ${bytesPerSecond})`)
  if (!(windowNs > 0)) throw new RangeError(`windowedPush: windowNs must be above 0 (got ${windowNs})`)
  if (!Number.isInteger(channels) || channels < 1)
    throw new RangeError(`windowedPush: channels must be an integer above 0 (got ${channels})`)
  if (rules.looks !== undefined) checkedLooks(rules.looks)
  return { ...rules, windowNs, throttle: throttle as SyncThrottle<S> }
}

/** Between two sends: `bytes` and `pages` were sent so far, `before` what had left when it began; `fraction` is to be taken from the guest, `inForce` is; `limited`: its virtual CPUs are held to what they may dirty; `looked`: what came of the looks; `knownAt` is the last sync's time, `from` the page at which the scan goes on. */
type State<S extends Data> = {
  readonly startedAt: Time
  readonly owed: PageSet
  readonly syncs: number
  readonly knownAt: Time
  readonly round: number
  readonly bytes: number
  readonly pages: number
  readonly window: Window
  readonly before: Before | null
  readonly from: number
  readonly fraction: number
  readonly inForce: number
  readonly limited: boolean
  readonly looked: Looked | null
  readonly throttled: S
}

/** Logging goes on, the log is read a first time, and the pages are named (`ram_init_bitmaps`). */
const logged = (level: Level): Attempt<{ readonly synced: AnswerTo<'sync'>; readonly pages: PageSet }> =>
  pipe(
    request({ type: 'track', on: true }),
    andThen('first sync', () => request({ type: 'sync' })),
    andThen('select', (synced) => pipe(request({ type: 'select', level }), map(E.map(({ pages }) => ({ synced, pages })))))
  )

type Turn<S extends Data> = { readonly state: State<S>; readonly ends: WindowedResidual | null; readonly givenUp?: string }

/** One send, until it is over or what remains is below the threshold, and the sync that follows. */
const turn = <S extends Data>(rules: Checked<S>, guest: GuestView, state: State<S>): Attempt<Turn<S>> =>
  state.owed.count === 0 && state.syncs > 1 ? idled(rules, guest, state) : sending(rules, guest, state)

const sending = <S extends Data>(rules: Checked<S>, guest: GuestView, state: State<S>): Attempt<Turn<S>> =>
  pipe(
    throttledTo(rules, state),
    andThen('send', () => watched(orderOf(rules, state), seenFrom(rules, guest, state))),
    andThen('look', (seen) => settled(rules, guest, state, seen))
  )

/** Nothing but the state of devices is left, and too much of it: a window in which nothing is sent, and a sync. */
const idled = <S extends Data>(rules: Checked<S>, guest: GuestView, before: State<S>): Attempt<Turn<S>> =>
  pipe(
    throttledTo(rules, before),
    andThen('idle window', () => cancellable({ type: 'wake', afterNs: rules.windowNs })),
    andThen('sync', () => request({ type: 'sync' })),
    map(
      E.map(({ at, dirty }) => {
        const bytesPerNs = MARK_BYTES / rules.windowNs
        const thresholdBytes = bytesPerNs * (before.looked?.downtimeLimitNs ?? rules.downtimeLimitNs)
        const window = { from: at, bytes: before.bytes, thresholdBytes, bytesPerSecond: bytesPerNs * 1e9 }
        return decided(rules, guest, { ...inForce(rules, before), window }, dirty, at, false)
      })
    )
  )

/** What QEMU sends when it has nothing to send (RAM_SAVE_FLAG_EOS, migration/ram.c). */
const MARK_BYTES = 8

/** Behind the throttle's orders. */
const inForce = <S extends Data>({ throttle }: Checked<S>, state: State<S>): State<S> => ({
  ...state,
  inForce: state.fraction,
  limited: state.limited || throttle.limit?.(state.throttled) !== undefined
})

/** What the throttle asks for and is not in force yet. */
const throttledTo = <S extends Data>({ throttle }: Checked<S>, { fraction, inForce, limited, throttled }: State<S>): Attempt<unknown> => {
  const slowed = fraction === inForce ? done<E.Either<Failure, unknown>>(E.right(null)) : request({ type: 'throttle', fraction })
  const limit = limited ? undefined : throttle.limit?.(throttled)
  return limit === undefined
    ? slowed
    : pipe(
        slowed,
        andThen('limit', () => request({ type: 'dirtyLimit', ...limit }))
      )
}

const orderOf = <S extends Data>({ bytesPerSecond = MOST, channels, delta, compression }: Checked<S>, { owed, round, from }: State<S>) =>
  ({
    type: 'send',
    pages: owed,
    place: 'always',
    round,
    from,
    bytesPerSecond,
    ...sentBy({ channels, delta, compression }, round > 1)
  }) as const

/** A rate that never limits: the source looks all the same. */
const MOST = 1e15

const seenFrom = <S extends Data>({ downtimeLimitNs, windowNs, asked, looks }: Checked<S>, guest: GuestView, state: State<S>): Seen => ({
  ...state,
  owed: state.owed.count,
  pageBytes: guest.pageBytes,
  downtimeLimitNs: state.looked?.downtimeLimitNs ?? downtimeLimitNs,
  windowNs,
  asked,
  guest,
  looks
})

/** After a send: the sync, unless there is nothing to ask it for, and whether to go on. */
const settled = <S extends Data>(
  rules: Checked<S>,
  guest: GuestView,
  before: State<S>,
  { sent, window, before: atFirst, looked, why }: Watched
): Attempt<Turn<S>> => {
  const pages = sent.pages.type === 'PageSet' ? sent.pages : pageSet.empty(guest.pages)
  const unsent = pageSet.difference(before.owed, pages)
  const state: State<S> = {
    ...inForce(rules, before),
    owed: unsent,
    bytes: before.bytes + sent.bytes,
    pages: before.pages + pages.count,
    round: before.round + 1,
    from: behind(pages, before.from),
    window,
    before: atFirst,
    looked
  }
  const threshold = window?.thresholdBytes ?? 0
  if (why === 'given up') return done(E.left(failure('send', `given up: ${looked?.giveUp}`)))
  if (why === 'asked') return done(E.right({ state, ends: { owed: unsent, ends: 'post-copy', reason: 'post-copy was asked for' } }))
  if (why !== 'wound' && unsent.count === 0 && threshold === 0)
    return done(E.right({ state, ends: { owed: unsent, ends: 'converged', reason: 'nothing was left before a bandwidth was measured' } }))
  return pipe(
    settledChannels(rules),
    andThen('sync', () => request({ type: 'sync' })),
    map(E.map(({ at, dirty }) => decided(rules, guest, state, dirty, at, why === 'wound')))
  )
}

/** The page behind the last one that a scan beginning at `from` has sent (`last_page` of QEMU's `RAMState`): the next scan goes on there. */
const behind = (sent: PageSet, from: number): number => {
  if (sent.count === 0) return from
  const before = from === 0 ? -1 : pageSet.previous(sent, from - 1)
  return ((before >= 0 ? before : pageSet.previous(sent, sent.size - 1)) + 1) % sent.size
}

/** With several channels, what left on one must have arrived before it is sent again on another. */
const settledChannels = <S extends Data>({ channels = 1 }: Checked<S>): Attempt<unknown> =>
  channels === 1 ? done(E.right(null)) : request({ type: 'flush' })

const decided = <S extends Data>(
  { throttle, downtimeLimitNs: given, looks, asked }: Checked<S>,
  guest: GuestView,
  state: State<S>,
  dirty: PageSet,
  at: Time,
  wounded: boolean
): Turn<S> => {
  const { pageBytes } = guest
  const owed = pageSet.union(state.owed, dirty)
  const syncs = state.syncs + 1
  const newlyDirty = owed.count - state.owed.count
  const [fraction, throttled] = throttle.next(state.throttled, {
    at,
    syncs,
    bytes: state.bytes,
    newlyDirty,
    pageBytes,
    throttle: state.inForce
  })
  if (!(fraction >= 0 && fraction <= 0.99))
    throw new RangeError(`windowedPush: throttle ${throttle.name} must be from 0 to 0.99 (got ${fraction})`)
  const remainingBytes = owed.count * pageBytes
  const pending = remainingBytes + (guest.deviceStateBytes ?? 0)
  const sight = { startedAt: state.startedAt, syncs, remainingBytes, bytesPerSecond: state.window?.bytesPerSecond ?? 0, guest }
  const looked = looks === undefined || state.looked === null ? null : lookedAtSync(looks, state.looked, at, sight)
  const next: State<S> = { ...state, owed, syncs, knownAt: at, fraction, throttled, looked }
  const threshold = state.window?.thresholdBytes ?? 0
  if (wounded) return { state: next, ends: { owed, ends: 'wound', reason: 'told to wind down' } }
  if (looked !== null && looked.giveUp !== null) return { state: next, ends: null, givenUp: looked.giveUp }
  if (looked?.postcopy) return { state: next, ends: { owed, ends: 'post-copy', reason: 'post-copy was asked for' } }
  if (pending >= threshold && pending > 0) {
    // Little was estimated and much is left: post-copy starts at once where it has been asked for (`migration_iteration_run`).
    const isAsked = asked?.({ elapsedNs: at - state.startedAt, syncs, sinceSyncNs: 0 }) ?? false
    return { state: next, ends: isAsked ? { owed, ends: 'post-copy', reason: 'post-copy was asked for' } : null }
  }
  const downtimeLimitNs = state.looked?.downtimeLimitNs ?? given
  const reason = `${pending} bytes are left, within ${Math.floor(threshold)} that the last window's bandwidth sends in ${downtimeLimitNs / 1e6} ms`
  return { state: next, ends: { owed, ends: 'converged', reason } }
}

const after = <S extends Data>(
  _: State<S>,
  [turned, wounded]: readonly [E.Either<Failure, Turn<S>>, boolean]
): E.Either<State<S>, E.Either<Failure, WindowedResidual>> => {
  if (E.isLeft(turned)) return E.right(turned)
  const { state, ends, givenUp } = turned.right
  if (givenUp !== undefined) return E.right(E.left(failure('sync', `given up: ${givenUp}`)))
  if (ends !== null) return E.right(E.right(ends))
  return wounded ? E.right(E.right({ owed: state.owed, ends: 'wound', reason: 'told to wind down' })) : E.left(state)
}

/** Told to wind down before anything was sent: the log is read once more. */
const wound = <S extends Data>({ owed }: State<S>): Attempt<WindowedResidual> =>
  pipe(
    request({ type: 'sync' }),
    map(E.map(({ dirty }) => ({ owed: pageSet.union(owed, dirty), ends: 'wound', reason: 'told to wind down' })))
  )
