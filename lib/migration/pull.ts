import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { hugePage } from '../memory/hugePage'
import type { PageSequence } from '../memory/pageSequence'
import * as pageSequence from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Order, Request } from '../protocol/command'
import { type Compression, checkedCompression } from '../protocol/compression'
import type { Data } from '../protocol/data'
import { lanes } from '../protocol/lanes'
import type { Attempt, Failure, Step } from '../protocol/phase'
import { asked, awaiting, chain, done, failure, iterate, map, request } from '../protocol/phase'
import type { Signal } from '../protocol/signal'
import { hearing, hostFailed } from './hearing'
import { type Notices, noNotices } from './notices'
import type { Prepaging } from './prepaging'
import { checkedRecovery, patient, type Recovery, recover, type Standing } from './recovery'

/**
 * What decides a pull. `prepaging`: the order of the background stream (`undefined`: demand only). `windowPages`: how many pages the background asks for at a
 * time (default 256, 1 MiB of 4 KiB pages, between the 64 KiB and 4 MiB of CRIU's lazy pages, criu/uffd.c). `windows`: how many such requests are under way
 * at once (default 2: one on the wire, one behind it, so that the link never waits for an answer). `recovery`: how long it waits for a link that has failed
 * (default a minute). `compression`: how pages are compressed (default: not). `hugePages`: so many small pages make one of those that back the guest's memory at the target, where
 * an access waits for all of them: the demand lane and the background send them together (default 1; QEMU sends a host's page as a whole, `ram_save_host_page`,
 * migration/ram.c). With it the pages missing must be whole huge pages, but for what never moves. `bytesPerSecond`: the rate of the background (default: as the link allows), and
 * with `requestsWithin` of the demand lane too (default: no; QEMU holds requests back within `max-postcopy-bandwidth`, and so may its guest be for a window).
 * `unlimitedBelowPages`: when fewer are left to ask for, all goes without that rate (default 0: never). `connection`: one over which everything goes, requested pages at once behind what has
 * been written to it (default: a lane each; QEMU has one stream unless `postcopy-preempt` is on).
 */
export type PullRules<S extends Data = Data> = {
  readonly prepaging?: Prepaging<S>
  readonly windowPages?: number
  readonly windows?: number
  readonly recovery?: Recovery
  readonly compression?: Compression
  readonly hugePages?: number
  readonly bytesPerSecond?: number
  readonly requestsWithin?: boolean
  readonly unlimitedBelowPages?: number
  readonly connection?: string
}

/**
 * The pull phase: the guest runs at the target and the missing pages come to it. The demand lane sends each faulted page at once; the background lane
 * sends the rest in the order of a prepaging rule, which every fault moves. A fault overtakes the background because it has its own lane and the
 * background asks for little at a time. No page is sent twice: the sender leaves out what the other lane has sent.
 *
 *     target   x fault p ....... resumes          x fault q ... resumes
 *     demand        [p]                               [q]
 *     background [ window ][ window ][ around p ][ around p ][ around q ] ...
 *
 * Demand only, it ends when every missing page has been touched, or the guest has ended; a barrier at its beginning tells whether there is a link at all. Either way
 * it ends with a barrier: what has left must have arrived before anybody lets the source go. With nothing missing nothing is asked for, the barrier neither: a
 * link that is gone then loses nobody. `notices` is what was told before it began.
 *
 * When the link fails it winds down, waits, asks the target what is missing, and pulls that: what was on its way is sent again and nothing else (QEMU's
 * post-copy recovery), as often as it takes. A link that is not mended in time, and a host that fails, end it as a failure after the commit.
 */
export const pull = <S extends Data>(rules: PullRules<S> = {}) => {
  const { prepaging, windowPages = 256, windows = 2, hugePages = 1 } = rules
  const recovery = checkedRecovery('pull', rules.recovery ?? patient)
  if (!(Number.isInteger(hugePages) && hugePages >= 1))
    throw new RangeError(`pull: hugePages must be an integer above 0 (got ${hugePages})`)
  const compression = checkedCompression('pull', rules.compression)
  const { bytesPerSecond, requestsWithin = false, unlimitedBelowPages = 0, connection } = rules
  if (bytesPerSecond !== undefined && !(bytesPerSecond > 0))
    throw new RangeError(`pull: bytesPerSecond must be above 0 (got ${bytesPerSecond})`)
  if (!(Number.isInteger(unlimitedBelowPages) && unlimitedBelowPages >= 0))
    throw new RangeError(`pull: unlimitedBelowPages must be an integer from 0 on (got ${unlimitedBelowPages})`)
  if (connection !== undefined && prepaging === undefined)
    throw new RangeError(`pull: connection must be given with a prepaging, which sends over it too (got ${connection})`)
  const rate = bytesPerSecond === undefined ? {} : { bytesPerSecond }
  const spread = { ...(compression === undefined ? {} : { compression }), ...(connection === undefined ? {} : { connection }) }
  const limited = { ...spread, ...rate }
  const how: How = {
    hugePages,
    spread: limited,
    demanded: requestsWithin ? limited : spread,
    unlimited: spread,
    unlimitedBelowPages,
    together: connection !== undefined
  }
  const once = prepaging === undefined ? onDemand(how) : prepaged({ prepaging, windowPages, windows, how })
  const asks = map(E.fold((failure: Failure) => broken(failure, { ...noNotices, gone: failure.reason }), stands))
  const isEnded = ({ missing, notices }: Pick<Standing, 'missing' | 'notices'>): boolean =>
    missing.count === 0 || (notices.exited && prepaging === undefined)
  return (missing: PageSet, notices: Notices = noNotices): Attempt<unknown> => {
    if (isEnded({ missing, notices })) return done(E.right(null))
    return iterate(
      'pull',
      { missing, notices, asks: false },
      (state: Pulling) => (state.asks ? asks(recover(recovery, state.notices)) : once(state)),
      (state, turn: Turn): E.Either<Pulling, E.Either<Failure, unknown>> => {
        if (turn.type === 'pulled') return E.right(E.right(null))
        if (turn.type === 'stands')
          return isEnded(turn) ? E.right(E.right(null)) : E.left({ missing: turn.missing, notices: turn.notices, asks: false })
        return turn.notices.gone !== null || recovery.patienceNs === 0
          ? E.right(E.left({ ...turn.failure, committed: true }))
          : E.left({ missing: state.missing, notices: turn.notices, asks: true })
      }
    )
  }
}

/** What is missing, what has been told of it, and whether the target is asked before anything is sent. */
type Pulling = { readonly missing: PageSet; readonly notices: Notices; readonly asks: boolean }

/** What a turn of a pull came to: all has arrived; the target has told how things stand; or something has failed. */
type Turn =
  | { readonly type: 'pulled' }
  | ({ readonly type: 'stands' } & Standing)
  | { readonly type: 'broken'; readonly failure: Failure; readonly notices: Notices }

const stands = (standing: Standing): Turn => ({ type: 'stands', ...standing })
const broken = (failure: Failure, notices: Notices): Turn => ({ type: 'broken', failure, notices })

/**
 * How pages are asked for: what comes with one of them, what every send of the background and of the demand lane says besides, and what both say when little is left; and whether
 * one lane asks for all of them, because all go over one connection.
 */
type How = {
  readonly hugePages: number
  readonly spread: Spread
  readonly demanded: Spread
  readonly unlimited: Spread
  readonly unlimitedBelowPages: number
  readonly together: boolean
}

type Spread = Pick<Extract<Order, { readonly type: 'send' }>, 'compression' | 'bytesPerSecond' | 'connection'>

const onDemand =
  (how: How) =>
  ({ missing, notices }: Pulling): Step<Turn> =>
    pipe(
      demand(how, missing.size)({ ...idle, missing, gone: notices.gone, outstanding: 1, tag: 1 }, [asked({ type: 'flush' })]),
      told(missing, notices),
      chain('flush', ({ refused, gone, ending }) => after(refused, { faulted: [], exited: ending, gone }))
    )

const prepaged =
  <S extends Data>(rules: Prepaged<S>) =>
  ({ missing, notices }: Pulling): Step<Turn> =>
    pipe(
      lanes(
        { demand: demand(rules.how, missing.size)({ ...idle, gone: notices.gone }), background: background(rules)(missing) },
        { until: 'background' }
      ),
      told(missing, notices),
      chain('flush', ({ demand: { refused, gone }, background: pushed }) => after(pushed ?? refused, { ...noNotices, gone }))
    )

/** What follows the last answer: a barrier, behind which all that has left has arrived, or nothing where something has failed. */
const after = (refused: Failure | null, notices: Notices): Step<Turn> =>
  refused !== null
    ? done(broken(refused, notices))
    : pipe(
        hearing(hostFailed)(request({ type: 'flush' })),
        map(([flushed, failed]) => {
          if (E.isRight(flushed)) return { type: 'pulled' }
          const { left: failure } = flushed
          return broken(failure, failed ? { ...notices, gone: failure.reason } : notices)
        })
      )

/** A step that has heard for which of the missing pages the guest waits. */
const told =
  (missing: PageSet, { faulted }: Notices) =>
  <A>(step: Step<A>): Step<A> =>
    faulted.reduce((told, page): Step<A> => {
      if (told.phase.type === 'done' || !pageSet.has(missing, page)) return told
      const next = told.phase.on({ type: 'faulted', page, vcpu: 0, at: 0, migration: '' })
      return next ? { requests: [...told.requests, ...next.requests], phase: next.phase } : told
    }, step)

type Demand = {
  /** What is still missing when no background sends the rest; `null` when one does. */
  readonly missing: PageSet | null
  readonly outstanding: number
  readonly tag: number
  readonly ending: boolean
  readonly refused: Failure | null
  /** Why a host is gone. */
  readonly gone: string | null
}

const idle: Demand = { missing: null, outstanding: 0, tag: 0, ending: false, refused: null, gone: null }

/**
 * The demand lane: one request a fault. Beside a background it listens until it is wound down, or nobody would hear that a host is gone; alone it ends with the guest,
 * with the last missing page, or when something has failed.
 */
const demand = ({ hugePages, demanded, together }: How, size: number) => {
  const next = (state: Demand, requests: readonly Request[] = []): Step<Demand> => {
    const complete = state.ending || (state.missing !== null && (state.refused !== null || state.missing.count === 0))
    if (complete && state.outstanding === 0) return { requests, phase: { type: 'done', value: state } }
    return awaiting(requests, 'demand', state, (signal) => {
      if (signal.type === 'faulted' && !together && !(state.ending && state.missing !== null))
        return next({ ...state, outstanding: state.outstanding + 1, tag: state.tag + 1 }, [
          asked(wanted(signal.page, hugePages, size, demanded), state.tag)
        ])
      if (signal.type === 'wound' || (signal.type === 'exited' && state.missing !== null)) return next({ ...state, ending: true })
      if (signal.type === 'failed') {
        const gone = signal.what === 'link' ? state.gone : signal.reason
        // A page may have left and never arrive: its guest waits for ever, faults no more, and no order is there to be refused.
        return next({ ...state, gone, refused: state.missing === null ? state.refused : failure('send', signal.reason) })
      }
      if (!isAnswer(signal)) return undefined
      const outstanding = state.outstanding - 1
      if (signal.type === 'refused') return next({ ...state, outstanding, refused: failure('send', signal.reason) })
      if (signal.type !== 'sent' || state.missing === null || signal.pages.type === 'PageSet') return next({ ...state, outstanding })
      return next({ ...state, outstanding, missing: pageSet.removeAll(state.missing, signal.pages) })
    })
  }
  return next
}

/** A page that the guest waits for, with all that it needs of its huge page. */
const wanted = (page: number, hugePages: number, size: number, how: Spread): Order => ({
  type: 'send',
  pages: pageSequence.sequence(hugePages === 1 ? [page] : hugePage(page, hugePages, size)),
  place: 'ifAbsent',
  unless: 'sent',
  overtake: true,
  ...how
})

type Prepaged<S extends Data> = Required<Pick<PullRules<S>, 'prepaging' | 'windowPages' | 'windows'>> & { readonly how: How }

type Background<S> = {
  /** What nobody has asked for yet. */
  readonly missing: PageSet
  readonly order: S
  readonly outstanding: number
  /** Those of them that the guest waits for, by their tags: only where this lane asks for all. */
  readonly awaited?: readonly number[]
  readonly tag: number
  readonly refused: Failure | null
}

/** The background lane: keeps `windows` requests under way until nothing is missing and all are answered; ends with the refusal, if there was one. */
const background = <S extends Data>({ prepaging, windowPages, windows, how }: Prepaged<S>) => {
  const { hugePages, spread, demanded, unlimited, unlimitedBelowPages, together } = how
  const within = ({ missing: { count } }: Background<S>, usual: Spread): Spread => (count < unlimitedBelowPages ? unlimited : usual)
  /** The next window: pages one after the other, or with each all that is missing of its huge page. */
  const take = (order: S, missing: PageSet): readonly [PageSequence, S] => {
    if (hugePages === 1) return prepaging.take(order, missing, windowPages)
    const window: number[] = []
    let left = missing
    let next = order
    while (window.length < windowPages && left.count > 0) {
      const [one, after] = prepaging.take(next, left, 1)
      const [page] = pageSequence.toArray(one)
      if (page === undefined) break
      const together = hugePage(page, hugePages, left.size).filter((other) => pageSet.has(left, other))
      window.push(...together)
      left = pageSet.removeAll(left, pageSequence.sequence(together))
      next = after
    }
    return [pageSequence.sequence(window), next]
  }
  const topUp = (state: Background<S>): Step<Failure | null> => {
    const requests: Request[] = []
    let { missing, order, outstanding, tag } = state
    const most = windows + (state.awaited?.length ?? 0)
    while (state.refused === null && outstanding < most && missing.count > 0) {
      const [window, next] = take(order, missing)
      if (window.length === 0)
        throw new RangeError(`pull: ${prepaging.name} must give a page while ${missing.count} are missing (got none)`)
      const ways = within({ ...state, missing }, spread)
      requests.push(asked({ type: 'send', pages: window, place: 'ifAbsent', unless: 'sent', ...ways }, tag))
      missing = pageSet.removeAll(missing, window)
      order = next
      outstanding++
      tag++
    }
    if (outstanding === 0) return { requests, phase: { type: 'done', value: state.refused } }
    return waiting({ ...state, missing, order, outstanding, tag }, requests)
  }
  const waiting = (state: Background<S>, requests: readonly Request[]): Step<Failure | null> =>
    awaiting(requests, 'background', state, (signal) => {
      if (signal.type === 'faulted') {
        // A page already asked for is on its way: like the paper's handler, leave the pivot where it is.
        if (!pageSet.has(state.missing, signal.page)) return undefined
        const missing =
          hugePages === 1
            ? pageSet.remove(state.missing, signal.page)
            : pageSet.removeAll(state.missing, pageSequence.sequence(hugePage(signal.page, hugePages, state.missing.size)))
        const moved = { ...state, missing, order: prepaging.faulted(state.order, signal.page) }
        if (!together) return waiting(moved, [])
        const { tag, outstanding, awaited = [] } = state
        const order = wanted(signal.page, hugePages, missing.size, within(state, demanded))
        return waiting({ ...moved, tag: tag + 1, outstanding: outstanding + 1, awaited: [...awaited, tag] }, [asked(order, tag)])
      }
      if (!isAnswer(signal)) return undefined
      const refused = signal.type === 'refused' ? failure('send', signal.reason) : state.refused
      const left = state.awaited?.filter((tag) => tag !== (signal as { readonly to: { readonly tag: number } }).to.tag)
      const awaited = left === undefined ? {} : { awaited: left }
      return topUp({ ...state, ...awaited, outstanding: state.outstanding - 1, refused })
    })
  return (missing: PageSet): Step<Failure | null> =>
    topUp({ missing, order: prepaging.start(missing), outstanding: 0, tag: 0, refused: null })
}

/** Whether a signal answers a request of this lane; each phase here only ever asks for pages. */
const isAnswer = (signal: Signal): boolean => 'to' in signal && signal.to.lane === ''
