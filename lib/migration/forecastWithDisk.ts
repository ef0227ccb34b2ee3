import { asIfBegun } from './asIfBegun'
import type { DiskHeard } from './diskHeard'
import { courseOf, type DiskCourse } from './diskToCome'
import { type Heard, leftSoFar } from './forecastHeard'
import { bounded, type DiskForecast, type Forecast, forecastOf } from './forecastOf'
import type { ForecastOptions } from './forecastOptions'
import type { Remaining } from './remaining'

/** Bytes that have left so far, of a disk, too. @internal */
export const bytesSoFar = (heard: Heard): number =>
  leftSoFar(heard).bytes + (heard.disk === undefined ? 0 : leftSoFar(heard.disk.blocks).bytes)

/**
 * What can be said of a migration that may bring a disk along: what is said of its memory, begun or as if it began when its turn comes, with the disk's rounds before it or beside it, and the drain while
 * the guest stands still. The ends of the intervals are added. @internal
 */
export const forecastWithDisk = (migration: string, heard: Heard, options: ForecastOptions): Forecast => {
  const { disk, stage } = heard
  if (disk === undefined) return forecastOf(migration, heard, options)
  const bytes = bytesSoFar(heard)
  if (stage === 'over' || stage === 'broken' || stage === 'pulling') {
    const said = forecastOf(migration, heard, options)
    return { ...said, bytes, ...(said.bytesLeft !== undefined && { fraction: bytes / Math.max(1, bytes + said.bytesLeft) }) }
  }
  const now: Forecast = {
    ...forecastOf(migration, heard, options),
    bytes,
    disk: diskForecast(disk, stage === 'stopped'),
    // The memory's turn has not come, and the disk's rounds are under way.
    ...(stage === 'preparing' && disk.blocks.stage === 'pushing' && { stage: 'pushing', round: disk.blocks.rounds })
  }
  const begins = stage !== 'preparing' && heard.left !== undefined
  const course = options.unforeseen !== undefined || now.stage === 'preparing' ? undefined : courseOf(heard, disk, options)
  if (course === undefined) return now
  const known = { ...heard.known, bytesPerSecond: course.memoryBytesPerSecond }
  const memory = begins
    ? withRate({ ...heard, known }, course.besideMirror)
    : stillToBegin({ ...heard, known }, course.memoryBytesPerSecond, options)
  const said = forecastOf(migration, memory, { ...options, boundNs: undefined })
  if (said.remaining === undefined) return { ...now, unforeseen: said.unforeseen }
  return together(now, said, course, heard, options)
}

/** What was measured, at another pace. */
const withRate = (heard: Heard, bytesPerSecond: number | undefined): Heard =>
  bytesPerSecond === undefined ? heard : { ...heard, rate: { ...heard.rate, ns: (heard.rate.bytes * 1e9) / bytesPerSecond } }

/** The memory's part as if it began now, at this rate; while the guest stands still, it is copied (or pulled) in any case. */
const stillToBegin = (heard: Heard, bytesPerSecond: number, options: ForecastOptions): Heard => {
  const begun = asIfBegun(
    { ...heard, rate: { bytes: 0, pages: 0, pageBytes: 0, ns: 0 }, earlier: bytesPerSecond },
    heard.stage === 'stopped' ? { ...options, pushes: false } : options
  )
  return heard.stage === 'stopped' ? { ...begun, stoppedAt: heard.stoppedAt, toPull: heard.toPull } : begun
}

const together = (now: Forecast, said: Forecast, course: DiskCourse, heard: Heard, options: ForecastOptions): Forecast => {
  const down = said.expectedDowntimeNs ?? 0
  const stopped = heard.stage === 'stopped'
  const [low, likely, high] = (['lowNs', 'likelyNs', 'highNs'] as const).map((end) => {
    const live = stopped ? 0 : Math.max(0, said.remaining![end] - down)
    return course.remainingNs(end, live) + said.remaining![end]
  })
  const remaining: Remaining = { lowNs: Math.floor(low), likelyNs: rounded(likely), highNs: Math.ceil(high) }
  const live = stopped ? 0 : Math.max(0, said.remaining!.likelyNs - down)
  const drainNs = course.drainNs('likelyNs', live)
  const bytesLeft = (said.bytesLeft ?? 0) + course.bytesLeft(live)
  const { unforeseen: _, ...rest } = now
  return {
    ...rest,
    ...(said.restsOn !== undefined && { restsOn: course.knowledge ?? said.restsOn }),
    ...(course.bytesPerSecond !== undefined && { bytesPerSecond: course.bytesPerSecond, measured: course.measured }),
    fraction: now.bytes === 0 ? 0 : now.bytes / (now.bytes + bytesLeft),
    bytesLeft,
    remaining: bounded(remaining, heard, options),
    ...(said.expectedDowntimeNs !== undefined &&
      Number.isFinite(drainNs) && { expectedDowntimeNs: rounded(said.expectedDowntimeNs + drainNs) }),
    ...(said.downtimeNowNs !== undefined && { downtimeNowNs: rounded(said.downtimeNowNs + course.drainNowNs) }),
    ...(course.converges !== undefined && { converges: course.converges }),
    reason: course.reason === undefined ? said.reason : course.reason
  }
}

const rounded = (ns: number): number => (Number.isFinite(ns) ? Math.round(ns) : ns)

const diskForecast = ({ blocks, mirrored }: DiskHeard, stopped: boolean): DiskForecast => ({
  stage: stopped ? 'drained' : mirrored ? 'keptUp' : 'mirrored',
  round: blocks.rounds,
  blocksLeft: Math.max(0, (blocks.left?.count ?? blocks.guest.pages) - Math.max(0, blocks.told.pages - blocks.sent.pages))
})
