import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Level, Order } from '../protocol/command'
import { lanes } from '../protocol/lanes'
import { noting } from '../protocol/noting'
import type { Attempt, Failure } from '../protocol/phase'
import { andKeep, andThen, chain, done, iterate, map, request } from '../protocol/phase'
import type { GuestView } from '../protocol/pipeline'
import type { AnswerTo } from '../protocol/signal'
import { seconds, type Time } from '../time/time'
import { alarm } from './alarm'
import { cancellable } from './cancellable'
import type { Residual } from './push'

/** From the first update on at which mtx has passed this part of the memory (0 to 1), all virtual CPUs run on so many cores of the host: `x-(y)` of the paper. */
export type Overcommit = { readonly after: number; readonly cores: number }

/**
 * What decides a time-bounded phase: `level` which memory (default: all that the hypervisor has allocated); `intervalNs` the time between two dirty updates (default 3 s, the paper's;
 * `null`: none while the guest runs, the paper's TLM.1S); `overcommit` when the virtual CPUs are put on fewer cores (default never).
 */
export type TimeBoundedRules = {
  readonly level?: Level
  readonly intervalNs?: Time | null
  readonly overcommit?: readonly Overcommit[]
}

/** The paper's interval between two dirty updates (Chanchio & Thaenkaew, CCGrid 2014, §3; TLC_INTERVAL 3000 in its source). */
export const usualIntervalNs: Time = seconds(3)

/**
 * The live part of time-bounded, thread-based migration (TLM: Chanchio & Thaenkaew, CCGrid 2014, §3): two senders at once while the guest runs. mtx walks through the memory once, from the
 * first page to the last; dtx sends what was written. Every interval both are held for a dirty update, which reads the log: from then on mtx leaves out what it names, and
 * dtx owes it. It ends at the update after mtx has come to the last page: a time that memory and bandwidth bound (`timeBound`), whatever the guest writes.
 *
 *     guest   ------------------- runs ----------------------------------->
 *     log     on ............ update ............ update ........... update -> residual
 *     mtx     [0 ..........]         [..........]        [.. last]
 *     dtx                            [ written  ]        [ written]
 *
 * What the paper leaves open is as in its authors' source (kasidit/tlc-qemu-kvm-1.0.0 at 8ffddf96): dtx sweeps around and around, going on where it was held (`ram_save_to_hash_worker`,
 * tlc-exec.c); with mtx it is over for dtx too (`page_saver_t`), so that until the next update the guest writes and nobody sends; and over-commitment is looked at in the updates, none of
 * which is at the start (`buffered_rate_tick_m`, tlc_buffered_file.c): `0.0-(y)` begins after the first interval.
 *
 * The two lanes may overtake each other. A page that mtx sends is placed only where nothing is: dtx, which comes later to a page, always has the newer copy (the paper's rule that the
 * receiver of mtx does not touch what that of dtx has placed). A barrier at the end lets what follows go over any lane.
 *
 * On `wound`, and when the link or a host fails, the interval ends at once.
 */
export const timeBounded = (rules: TimeBoundedRules = {}): ((guest: GuestView) => Attempt<Residual>) => {
  const { level = 'hypervisor', intervalNs = usualIntervalNs, overcommit = [] } = rules
  checked(intervalNs, overcommit)
  const points = [...overcommit].sort((a, b) => a.after - b.after)
  return (guest) =>
    pipe(
      noting(tracked(level)),
      chain('walk', ([selected, wounded]): Attempt<Residual> => {
        if (E.isLeft(selected)) return done(selected)
        const start: Walk = { interval: 1, mtx: selected.right, dtx: pageSet.empty(guest.pages), at: 0, passed: NOT_YET, pinned: null }
        return iterate('interval', start, (walk) => noting(wounded ? update(walk) : interval(walk, intervalNs, points)), afterUpdate(guest))
      }),
      andKeep('flush', () => request({ type: 'flush' }))
    )
}

const checked = (intervalNs: Time | null, overcommit: readonly Overcommit[]): void => {
  if (intervalNs !== null && !(Number.isSafeInteger(intervalNs) && intervalNs > 0))
    throw new RangeError(`timeBounded: intervalNs must be an integer above 0, or null (got ${intervalNs})`)
  for (const { after, cores } of overcommit) {
    if (!(after >= 0 && after <= 1)) throw new RangeError(`timeBounded: after must be from 0 to 1 (got ${after})`)
    if (!(cores > 0 && cores < Number.POSITIVE_INFINITY))
      throw new RangeError(`timeBounded: cores must be above 0 and finite (got ${cores})`)
  }
}

/** Logging goes on before the pages are named: a page that comes into use between the two is then in the log. */
const tracked = (level: Level): Attempt<PageSet> =>
  pipe(
    request({ type: 'track', on: true }),
    andThen('select', () => request({ type: 'select', level })),
    map(E.map(({ pages }) => pages))
  )

/**
 * Where the two senders stand at a dirty update: what mtx has still to walk over, what dtx owes and at which page it goes on, the part of the memory that mtx has passed, and the cores
 * the guest is on.
 */
type Walk = {
  readonly interval: number
  readonly mtx: PageSet
  readonly dtx: PageSet
  readonly at: number
  readonly passed: number
  readonly pinned: number | null
}
type Updated = Pick<Walk, 'mtx' | 'dtx' | 'at' | 'pinned'> & { readonly dirty: PageSet }

/** What mtx has passed before the first update: no point lies there. */
const NOT_YET = -1

const interval = (walk: Walk, intervalNs: Time | null, points: readonly Overcommit[]): Attempt<Updated> => {
  const cores = points.filter(({ after }) => after <= walk.passed).at(-1)?.cores ?? null
  return cores === walk.pinned
    ? sending(walk, intervalNs)
    : pipe(
        request({ type: 'pin', cores }),
        andThen('sending', () => sending({ ...walk, pinned: cores }, intervalNs))
      )
}

/** Both senders until the alarm, dtx no longer than mtx, and then the update. Without an interval mtx goes through alone. */
const sending = (walk: Walk, intervalNs: Time | null): Attempt<Updated> => {
  const mtx = sender(walk.mtx, { place: 'ifAbsent', round: walk.interval })
  const senders =
    intervalNs === null
      ? lanes<Senders>({ mtx, dtx: done(NOTHING), alarm: done(NOTHING) })
      : lanes<Senders>(
          { mtx, dtx: sender(walk.dtx, { place: 'always', from: walk.at }), alarm: alarm(intervalNs) },
          { until: 'alarm', during: { dtx: 'mtx' } }
        )
  return chain('update', (ended: Senders): Attempt<Updated> => {
    if (E.isLeft(ended.mtx)) return done(ended.mtx)
    if (E.isLeft(ended.dtx)) return done(ended.dtx)
    if (E.isLeft(ended.alarm)) return done(ended.alarm)
    const dtx = without(walk.dtx, ended.dtx.right)
    return update({ ...walk, mtx: without(walk.mtx, ended.mtx.right), dtx, at: goesOnAt(walk, dtx) })
  })(senders)
}

type Sent = AnswerTo<'send'> | null
type Senders = { readonly mtx: E.Either<Failure, Sent>; readonly dtx: E.Either<Failure, Sent>; readonly alarm: E.Either<Failure, unknown> }

const NOTHING: E.Either<Failure, null> = E.right(null)

const sender = (pages: PageSet, how: Pick<Extract<Order, { readonly type: 'send' }>, 'place' | 'round' | 'from'>): Attempt<Sent> =>
  pages.count === 0 ? done(NOTHING) : cancellable({ type: 'send', pages, ...how })

const without = (pages: PageSet, sent: Sent): PageSet =>
  sent === null ? pages : sent.pages.type === 'PageSet' ? pageSet.difference(pages, sent.pages) : pageSet.removeAll(pages, sent.pages)

/** Where dtx goes on: at the first page of its sweep that it has left, or, where it has sent all, at its last; of nothing where it was. */
const goesOnAt = ({ dtx, at }: Pick<Walk, 'dtx' | 'at'>, left: PageSet): number => {
  const found =
    left.count > 0
      ? [pageSet.next(left, at), pageSet.next(left, 0)]
      : [at === 0 ? -1 : pageSet.previous(dtx, at - 1), pageSet.previous(dtx, dtx.size - 1)]
  return found.find((page) => page >= 0) ?? at
}

const update = ({ mtx, dtx, at, pinned }: Pick<Walk, 'mtx' | 'dtx' | 'at' | 'pinned'>): Attempt<Updated> =>
  pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => ({ mtx, dtx, at, pinned, dirty }))))

const afterUpdate =
  ({ pages }: GuestView) =>
  (walk: Walk, [updated, wounded]: readonly [E.Either<Failure, Updated>, boolean]): E.Either<Walk, E.Either<Failure, Residual>> => {
    if (E.isLeft(updated)) return E.right(updated)
    const { dirty, at, pinned } = updated.right
    const reached = pageSet.next(updated.right.mtx, 0)
    const mtx = pageSet.difference(updated.right.mtx, dirty)
    const dtx = pageSet.union(updated.right.dtx, dirty)
    const reason = mtx.count === 0 ? 'mtx has come to the last page' : wounded ? 'told to wind down' : undefined
    return reason === undefined
      ? E.left({ interval: walk.interval + 1, mtx, dtx, at, pinned, passed: reached / pages })
      : E.right(E.right({ owed: pageSet.union(mtx, dtx), reason }))
  }
