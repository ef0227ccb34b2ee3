import { difference, full, type PageSet, removeAll, union } from '../memory/pageSet'
import type { Pages } from '../protocol/command'
import type { Entry } from '../protocol/journal'
import type { Signal } from '../protocol/signal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'
import { type Milestones, milestones, overAt } from './milestones'
import { migrationOfEntry } from './perMigration'
import { sentOf } from './sentOf'

/**
 * One moment of a migration: the bytes and pages transmitted until then, and the pages known to be left to send (`undefined` before anything says
 * what is to be sent). Between two dirty-log syncs nobody knows what was written, so `pagesLeft` jumps up at each sync.
 */
export type Point = { readonly at: Time; readonly bytes: number; readonly pages: number; readonly pagesLeft: number | undefined }

/** A stretch of time, the end excluded. */
export type Span = { readonly from: Time; readonly to: Time }

/** What a chart of one migration is drawn from; `from` its first command, `to` its end (so far). */
export type Series = {
  readonly from: Time
  readonly to: Time
  readonly points: readonly Point[]
  readonly downtimes: readonly Span[]
  readonly switched: Time | undefined
  readonly rounds: readonly Time[]
  readonly faults: number
}

/**
 * The entries of one migration to the series of its chart, read from `selected`, `round`, `progress`, `sent`, `synced` and the stages. What is left is kept
 * as a page set: all that the first `selected` named (without it: the guest's memory), less what is sent, and what a sync names again. `progress` counts
 * what its sends have not yet answered. The chart is of the memory: what is said of a disk is passed over.
 *
 * At most `pointsAtMost` points (default 4096): when there are more, all but the first and last of each shorter and shorter stretch of time are thinned out,
 * so that a journal of a million faults costs a few hundred kilobytes. Points of one time are one point. Cost: the page sets' operations.
 */
export const timeSeries = ({ pointsAtMost = 4096 }: { readonly pointsAtMost?: number } = {}): Fold<Entry, Series> => {
  if (!Number.isInteger(pointsAtMost) || pointsAtMost < 16)
    throw new RangeError(`timeSeries: pointsAtMost must be an integer >= 16 (got ${pointsAtMost})`)
  return fold<Entry, Series, Gathered>({
    init: () => ({
      stages: milestones.init(),
      left: undefined,
      size: {},
      points: [],
      bytes: { sent: 0, told: 0 },
      pages: { sent: 0, told: 0 },
      rounds: [],
      faults: 0,
      last: 0
    }),
    step: (state, entry) => {
      state.stages = milestones.step(state.stages, entry)
      state.last = entry.at
      if (entry.type === 'began') for (const [name, guest] of Object.entries(entry.guests)) state.size[name] = guest.pages
      if (entry.type === 'signalled') hear(state, entry.signal, state.size[migrationOfEntry(entry)!], pointsAtMost)
      return state
    },
    done: (state) => {
      const stages = milestones.done(state.stages)
      const to = Math.max(overAt(stages) ?? state.last, stages.started ?? 0)
      return {
        from: stages.started ?? to,
        to,
        points: [...state.points],
        downtimes: spans(stages, to),
        switched: stages.switched,
        rounds: [...state.rounds],
        faults: state.faults
      }
    }
  })
}

/** A kernel's state: it never leaves the fold. */
type Gathered = {
  stages: unknown
  left: PageSet | undefined
  readonly size: Record<string, number>
  points: Point[]
  /** What `sent` answers add up to, and the most that `progress` has told of. */
  readonly bytes: { sent: number; told: number }
  readonly pages: { sent: number; told: number }
  readonly rounds: Time[]
  faults: number
  last: Time
}

const spans = ({ pauses }: Milestones, end: Time): readonly Span[] =>
  pauses.map(({ from, to }) => ({ from, to: to ?? Math.max(from, end) }))

const hear = (state: Gathered, signal: Signal, size: number | undefined, pointsAtMost: number): void => {
  if ('of' in signal && signal.of === 'disk') return
  if (signal.type === 'selected') state.left ??= signal.pages
  else if (signal.type === 'synced') state.left = state.left && union(state.left, signal.dirty)
  else if (signal.type === 'sent' || signal.type === 'refused') {
    const gone = sentOf(signal, undefined)
    if (gone === undefined) return
    state.bytes.sent += gone.bytes
    state.pages.sent += gone.pages
    if (signal.type === 'refused') return
    const left = state.left ?? (size === undefined ? undefined : full(size))
    state.left = left && without(left, signal.pages)
  } else if (signal.type === 'progress') {
    state.bytes.told = Math.max(state.bytes.told, signal.bytes)
    state.pages.told = Math.max(state.pages.told, signal.pages)
  } else if (signal.type === 'round') state.rounds.push(signal.at)
  else if (signal.type === 'faulted') state.faults++
  else if (!('guestNs' in signal)) return
  state.points = withPoint(state.points, pointOf(state, signal.at))
  if (state.points.length > pointsAtMost) state.points = thinned(state.points, pointsAtMost / 4)
}

const without = (left: PageSet, sent: Pages): PageSet => (sent.type === 'PageSet' ? difference(left, sent) : removeAll(left, sent))

const pointOf = ({ left, bytes, pages }: Gathered, at: Time): Point => ({
  at,
  bytes: Math.max(bytes.sent, bytes.told),
  pages: Math.max(pages.sent, pages.told),
  pagesLeft: left && Math.max(0, left.count - Math.max(0, pages.told - pages.sent))
})

/** Adds a point; of one time only the first and the last are kept, so that a jump stays a jump. */
const withPoint = (points: Point[], point: Point): Point[] => {
  const n = points.length
  if (n >= 2 && points[n - 2].at === point.at && points[n - 1].at === point.at) points.pop()
  points.push(point)
  return points
}

/** The first and the last point of each of `stretches` equal stretches of time. */
const thinned = (points: readonly Point[], stretches: number): Point[] => {
  const start = points[0].at
  const length = (points[points.length - 1].at - start) / stretches
  const stretch = (i: number): number => Math.floor((points[i].at - start) / length)
  return points.filter((_, i) => i === 0 || i === points.length - 1 || stretch(i) !== stretch(i - 1) || stretch(i) !== stretch(i + 1))
}
