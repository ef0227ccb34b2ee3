import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { attempt } from '../lib/checkpoint/attempt'
import type { ImageRecord } from '../lib/checkpoint/imageChain'
import type { Destination, Imaged, ImagingMethod } from '../lib/checkpoint/imaging'
import { isOver, type LossNotices, noLosses, noticingLosses } from '../lib/checkpoint/lossNotices'
import { droppable } from '../lib/checkpoint/retention'
import { untilDue } from '../lib/checkpoint/staggering'
import { tlc } from '../lib/checkpoint/tlc'
import { waiting } from '../lib/checkpoint/waiting'
import type { PageSet } from '../lib/memory/pageSet'
import * as pageSet from '../lib/memory/pageSet'
import type { Step } from '../lib/protocol/phase'
import { chain, done, iterate, map, request } from '../lib/protocol/phase'
import type { GuestView, Outcome, Pipeline } from '../lib/protocol/pipeline'
import type { Time } from '../lib/time/time'
import { seconds } from '../lib/time/time'

/**
 * - `to`: the stores, by name, or with how many of them have each page, and in stripes of how many.
 * - `every`: from the beginning of one checkpoint to that of the next (default: one checkpoint only); one that is late is not made up for. `first`: when the first begins
 *   (default at once; a rule of lib/checkpoint/staggering says when for one of many guests). `times`: how many (default: until the guest ends, with `every`; else 1).
 * - `fullEvery`: every so many images one of everything, between them what has changed since the one before (default 1: each is full). `keep`: how many images can be restored at any
 *   time (default 2), with their ancestors; older ones are dropped when another has been sealed.
 * - `method`: how an image is made (default `tlc()`; `stopAndSave` is the other).
 * - `retryNs`: after a failed checkpoint until the next attempt (default 1 s). `attempts`: failures in a row after which it gives up (default 5).
 * - `prefix`: of the images' names, which are numbered from 1 (default `image `).
 */
export type CheckpointedOptions = {
  readonly to: readonly string[] | Destination
  readonly every?: Time
  readonly first?: Time
  readonly times?: number
  readonly fullEvery?: number
  readonly keep?: number
  readonly method?: ImagingMethod
  readonly retryNs?: Time
  readonly attempts?: number
  readonly prefix?: string
}

/**
 * A guest that never migrates and is checkpointed again and again, in a world that keeps images (`checkpointing`).
 *
 *     run(checkpointed({ every: seconds(60), to: ['m1', 'm2'] }), checkpointing({ guests, stores }))
 *
 * Completed when all checkpoints were taken or the guest has ended; `lost` when its host fails (an image may then be `restored`); aborted when checkpoints fail one after another.
 * Before `sealed` an image does not exist, and no older one is dropped; when a store fails, the next image is full and goes to the others, and it is aborted when none is left. Throws `RangeError` naming the option.
 */
export const checkpointed = (options: CheckpointedOptions): Pipeline => {
  const checked = withDefaults(options)
  return (view) =>
    pipe(
      noticingLosses(waiting(checked.first, isOver)),
      chain('checkpoints', ([{ at, cut }, losses]) =>
        cut ? done(ended({ ...nothingYet(view), losses })) : checkpoints(checked, view, { ...nothingYet(view), first: at, now: at, losses })
      )
    )
}

/**
 * What has come about so far. `images`: those that exist, the oldest first. `owed`: pages written since the point of the last of them that the log does not name any more. `made`, `failed`: checkpoints
 * begun and sealed, and failures in a row.
 */
type History = {
  readonly images: readonly ImageRecord[]
  readonly owed: PageSet
  readonly sinceFull: number
  readonly number: number
  readonly made: number
  readonly failed: number
  readonly reason: string
  readonly first: Time
  readonly now: Time
  readonly losses: LossNotices
}

const nothingYet = ({ pages }: GuestView): History => ({
  images: [],
  owed: pageSet.empty(pages),
  sinceFull: 0,
  number: 0,
  made: 0,
  failed: 0,
  reason: '',
  first: 0,
  now: 0,
  losses: noLosses
})

const checkpoints = (options: Checked, view: GuestView, begin: History): Step<Outcome> =>
  iterate<History, History, Outcome>(
    'checkpoint',
    begin,
    (history) => next(options, view, history),
    (_, now) => {
      const { losses, made, failed } = now
      const isEnough = losses.host !== null || losses.exited || made >= options.times || failed >= options.attempts
      if (isEnough) return E.right(ended(now))
      return options.to.stores.every((store) => losses.stores.includes(store)) ? E.right(storeless(options)) : E.left(now)
    }
  )

const ended = ({ losses, failed, reason }: History): Outcome =>
  losses.host !== null
    ? { type: 'lost', reason: losses.host }
    : failed > 0 && !losses.exited
      ? { type: 'aborted', reason: failed > 1 ? `attempt ${failed}: ${reason}` : reason, running: 'source' }
      : { type: 'completed', needs: [] }

/** Stores do not come back. */
const storeless = ({ to }: Checked): Outcome => ({
  type: 'aborted',
  reason: `no store is left: ${to.stores.join(', ')} failed`,
  running: 'source'
})

/** One checkpoint, and the wait behind it. */
const next = (options: Checked, view: GuestView, before: History): Step<History> => {
  const { to, fullEvery, method, prefix } = options
  const stores = to.stores.filter((store) => !before.losses.stores.includes(store))
  const copies = Math.min(to.copies ?? 1, Math.max(1, stores.length))
  const parent = before.sinceFull === 0 || before.sinceFull >= fullEvery ? undefined : before.images.at(-1)?.image
  const image = `${prefix}${before.number + 1}`
  return pipe(
    noticingLosses(attempt({ image, parent, owed: before.owed, to: { ...to, stores, copies }, method, view: view.pages }), before.losses),
    map(([made, losses]) => after(before, { image, ...(parent === undefined ? {} : { parent }) }, made, losses)),
    chain('drop', (now) => dropping(options, before, now)),
    chain('wait', (now) => (now.losses.host !== null || now.losses.exited || isDone(options, now) ? done(now) : pausing(options, now)))
  )
}

const isDone = ({ times, attempts }: Checked, { made, failed }: History): boolean => made >= times || failed >= attempts

/** What an attempt makes of the history: an image, and nothing owed; or everything owed that the log has named. */
const after = (before: History, record: ImageRecord, { failure, seen }: Imaged, losses: LossNotices): History => {
  const storeLost = losses.stores.length > before.losses.stores.length
  const common = { ...before, number: before.number + 1, losses }
  if (failure !== null)
    return {
      ...common,
      owed: pageSet.union(before.owed, seen),
      sinceFull: storeLost ? 0 : before.sinceFull,
      failed: before.failed + 1,
      reason: failure.reason
    }
  return {
    ...common,
    images: [...before.images, record],
    owed: pageSet.empty(before.owed.size),
    sinceFull: storeLost ? 0 : record.parent === undefined ? 1 : before.sinceFull + 1,
    made: before.made + 1,
    failed: 0,
    reason: ''
  }
}

/** Drops what retention lets go, one by one, when an image has been added; one that cannot be dropped now is tried again after the next. */
const dropping = ({ keep }: Checked, before: History, now: History): Step<History> => {
  if (now.made === before.made) return done(now)
  const names = droppable(now.images, keep)
  return iterate<{ readonly i: number; readonly dropped: readonly string[] }, boolean, History>(
    'drop',
    { i: 0, dropped: [] },
    ({ i }) => (i < names.length ? pipe(request({ type: 'drop', image: names[i] }), map(E.isRight)) : done(false)),
    ({ i, dropped }, gone) => {
      const all = gone ? [...dropped, names[i]] : dropped
      return i + 1 < names.length && gone
        ? E.left({ i: i + 1, dropped: all })
        : E.right({ ...now, images: now.images.filter(({ image }) => !all.includes(image)) })
    }
  )
}

/** Waits until the next is due, or (after a failure) may be tried again. Due times count from the first. */
const pausing = ({ every, retryNs }: Checked, now: History): Step<History> =>
  pipe(
    noticingLosses(
      pipe(
        waiting(0),
        chain('until', ({ at }) =>
          waiting(now.failed > 0 ? retryNs : untilDue({ first: now.first, everyNs: every, begun: now.made, now: at }), isOver)
        )
      ),
      now.losses
    ),
    map(
      ([{ at }, losses]): History => ({
        ...now,
        now: at,
        losses,
        sinceFull: losses.stores.length > now.losses.stores.length ? 0 : now.sinceFull
      })
    )
  )

type Checked = Required<Omit<CheckpointedOptions, 'to'>> & { readonly to: Destination }

const withDefaults = (options: CheckpointedOptions): Checked => {
  const to: Destination = 'stores' in options.to ? options.to : { stores: options.to }
  const checked: Checked = {
    to,
    every: options.every ?? seconds(1),
    first: options.first ?? 0,
    times: options.times ?? (options.every === undefined ? 1 : Number.POSITIVE_INFINITY),
    fullEvery: options.fullEvery ?? 1,
    keep: options.keep ?? 2,
    method: options.method ?? tlc(),
    retryNs: options.retryNs ?? seconds(1),
    attempts: options.attempts ?? 5,
    prefix: options.prefix ?? 'image '
  }
  if (to.stores.length === 0) throw new RangeError('checkpointed: to must name stores (got none)')
  for (const name of ['every', 'fullEvery', 'keep', 'attempts', 'retryNs'] as const) atLeast(name, checked[name], 1)
  atLeast('first', checked.first, 0)
  if (checked.times !== Number.POSITIVE_INFINITY) atLeast('times', checked.times, 1)
  if (to.copies !== undefined && !(Number.isInteger(to.copies) && to.copies >= 1 && to.copies <= to.stores.length))
    throw new RangeError(`checkpointed: copies must be an integer from 1 to the number of stores (got ${to.copies} of ${to.stores.length})`)
  return checked
}

const atLeast = (name: string, value: number, least: number): void => {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`checkpointed: ${name} must be an integer from ${least} on (got ${value})`)
}
