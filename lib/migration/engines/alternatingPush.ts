import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { sequence } from '../../memory/pageSequence'
import type { PageSet } from '../../memory/pageSet'
import * as pageSet from '../../memory/pageSet'
import type { Level } from '../../protocol/command'
import { noting } from '../../protocol/noting'
import { type Attempt, andThen, chain, done, type Failure, iterate, map, request } from '../../protocol/phase'
import type { GuestView } from '../../protocol/pipeline'
import type { AnswerTo } from '../../protocol/signal'
import { seconds, type Time } from '../../time/time'
import { cancellable } from '../cancellable'
import type { Residual } from '../push'

/** How many pages of each kind a batch takes, how far apart the dirty log is read (nanoseconds), and which memory moves. */
export type AlternatingOptions = {
  readonly nonDirtyPages?: number
  readonly dirtyPages?: number
  readonly intervalNs?: number
  readonly level?: Level
}

/**
 * The live stage of MPLM (Chanchio, memory-bound pre-copy live migration, on QEMU 2.9; ram_find_and_save_block of kasidit/qemu-mplm 20decf9e): batches of 50 pages that have never been
 * dirtied and 50 that have, in turn, each kind by rising address from where it was left; every 3 s the log is read, and pages in it move from the first kind to the
 * second. With no dirty page left, the other kind alone is sent until the next reading. It ends when no page is left that was never dirtied.
 *
 *     guest    ------------- runs --------------------------------->
 *     link     [50 + 50][50 + 50]...|[50 + 50]...|[100][100]..
 *     log      on                  sync         sync         sync -> residual
 *
 * Law: however fast the guest writes, it sends at most twice its pages and a batch (`alternatingAtMost`), so memory and bandwidth bound its time. On `wound`
 * it cancels its batch, reads the log once more and ends. Throws `RangeError` unless the pages are integers above 0 and the interval is at least 0.
 */
export const alternatingPush = (options: AlternatingOptions = {}): ((guest: GuestView) => Attempt<Residual>) => {
  const rules = checked(options)
  return (guest) =>
    pipe(
      noting(
        pipe(
          request({ type: 'track', on: true }),
          andThen('select', () => request({ type: 'select', level: rules.level }))
        )
      ),
      chain('batches', ([selected, wounded]): Attempt<Residual> => {
        if (E.isLeft(selected)) return done(selected)
        const { at, pages } = selected.right
        if (wounded)
          return pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => ({ owed: pageSet.union(pages, dirty), reason: WOUNDED }))))
        const none = pageSet.empty(guest.pages)
        const start: Progress = { nonDirty: pages, dirty: none, nonDirtyFrom: 0, dirtyFrom: 0, onlyNonDirty: false, epochAt: at }
        return iterate('alternate', start, (state) => batch(rules, state), afterBatch)
      })
    )
}

const WOUNDED = 'told to wind down'

/** The most pages that the live stage sends of a guest: each batch takes no more dirty pages than others before it, but for the first. */
export const alternatingAtMost = (pages: number, options: AlternatingOptions = {}): number => {
  const { nonDirtyPages, dirtyPages } = checked(options)
  return pages + Math.ceil(pages / nonDirtyPages) * dirtyPages
}

/** Where the live stage stands between two batches; `onlyNonDirty`: no dirty page was left when one was looked for, since the last reading of the log. */
type Progress = {
  readonly nonDirty: PageSet
  readonly dirty: PageSet
  readonly nonDirtyFrom: number
  readonly dirtyFrom: number
  readonly onlyNonDirty: boolean
  readonly epochAt: Time
}
type Copied = {
  readonly sent: AnswerTo<'send'>
  readonly synced: AnswerTo<'sync'> | null
  readonly wounded: boolean
  readonly picked: Picked
}
type Picked = { readonly nonDirty: readonly number[]; readonly dirty: readonly number[]; readonly ranOutOfDirty: boolean }

/** One batch, and the log where it is time: the interval is over, no page of the first kind is left, or the migration winds down. */
const batch = (rules: Required<AlternatingOptions>, state: Progress): Attempt<Copied> => {
  const picked = pick(rules, state)
  return pipe(
    noting(cancellable({ type: 'send', pages: sequence([...picked.nonDirty, ...picked.dirty]), place: 'always' })),
    chain('log', ([copied, wounded]): Attempt<Copied> => {
      if (E.isLeft(copied)) return done(copied)
      const sent = copied.right
      const isOver = wounded || picked.nonDirty.length === state.nonDirty.count || sent.at - state.epochAt >= rules.intervalNs
      if (!isOver) return done(E.right({ sent, synced: null, wounded, picked }))
      return pipe(
        noting(request({ type: 'sync' })),
        map(([synced, later]) =>
          pipe(
            synced,
            E.map((synced): Copied => ({ sent, synced, wounded: wounded || later, picked }))
          )
        )
      )
    })
  )
}

const afterBatch = (state: Progress, copied: E.Either<Failure, Copied>): E.Either<Progress, E.Either<Failure, Residual>> => {
  if (E.isLeft(copied)) return E.right(copied)
  const { sent, synced, wounded, picked } = copied.right
  const gone = sent.pages
  const minus = (pages: PageSet): PageSet => (gone.type === 'PageSet' ? pageSet.difference(pages, gone) : pageSet.removeAll(pages, gone))
  const newly = synced?.dirty
  const nonDirty = newly ? pageSet.difference(minus(state.nonDirty), newly) : minus(state.nonDirty)
  const dirty = newly ? pageSet.union(minus(state.dirty), newly) : minus(state.dirty)
  if (wounded || (newly && nonDirty.count === 0))
    return E.right(E.right({ owed: pageSet.union(nonDirty, dirty), reason: wounded ? WOUNDED : 'every page has been sent or dirtied' }))
  return E.left({
    nonDirty,
    dirty,
    nonDirtyFrom: after(picked.nonDirty, state.nonDirtyFrom),
    dirtyFrom: after(picked.dirty, state.dirtyFrom),
    onlyNonDirty: !newly && (state.onlyNonDirty || picked.ranOutOfDirty),
    epochAt: synced?.at ?? state.epochAt
  })
}

/** The pages of the next batch, those never dirtied first. */
const pick = ({ nonDirtyPages, dirtyPages }: Required<AlternatingOptions>, state: Progress): Picked => {
  const wanted = state.onlyNonDirty ? 0 : dirtyPages
  const nonDirty = around(state.nonDirty, state.onlyNonDirty ? nonDirtyPages + dirtyPages : nonDirtyPages, state.nonDirtyFrom)
  const isLast = nonDirty.length === state.nonDirty.count
  const dirty = isLast ? [] : around(state.dirty, wanted, state.dirtyFrom)
  return { nonDirty, dirty, ranOutOfDirty: dirty.length < wanted }
}

/** Up to n members from a page on, going round. */
const around = (pages: PageSet, n: number, from: number): readonly number[] => {
  const found: number[] = []
  const most = Math.min(n, pages.count)
  for (let page = pageSet.next(pages, from); found.length < most; page = pageSet.next(pages, page + 1)) {
    if (page < 0) page = pageSet.next(pages, 0)
    found.push(page)
  }
  return found
}

/** Where the next search begins: behind the last page found. */
const after = (picked: readonly number[], before: number): number => (picked.length === 0 ? before : picked[picked.length - 1] + 1)

/** MPLM's batches: 50 pages of each kind, and the log every 3 s. */
export const usualBatches = { nonDirtyPages: 50, dirtyPages: 50, intervalNs: seconds(3) } as const

const checked = (options: AlternatingOptions): Required<AlternatingOptions> => {
  const usual = usualBatches
  const {
    nonDirtyPages = usual.nonDirtyPages,
    dirtyPages = usual.dirtyPages,
    intervalNs = usual.intervalNs,
    level = 'hypervisor'
  } = options
  for (const [name, value] of Object.entries({ nonDirtyPages, dirtyPages }))
    if (!(Number.isInteger(value) && value >= 1)) throw new RangeError(`alternatingPush: ${name} must be an integer above 0 (got ${value})`)
  if (!(intervalNs >= 0)) throw new RangeError(`alternatingPush: intervalNs must be at least 0 (got ${intervalNs})`)
  return { nonDirtyPages, dirtyPages, intervalNs, level }
}
