import type { Subscription } from 'rxjs'
import type { Time } from '../time/time'
import type { Batch } from './batch'
import type { Amount, Job } from './lane'

/** What was written ahead of the wire on one lane, as into a socket's buffer: a kernel of batches, in order, that have not left yet. @internal */
export type LaneBuffer = {
  /** Whether what a job writes next still goes in: a buffer is overrun by one batch at most. */
  readonly hasRoom: (job: Job) => boolean
  readonly isWriting: () => boolean
  /** A sender begins to write a batch. */
  readonly begin: (job: Job, batch: Batch, writing: Subscription) => void
  /** The batch that was being written is in the buffer; answers its bytes. */
  readonly wrote: () => number
  /** The next batch that leaves, if one is there. */
  readonly leave: () => Batch | undefined
  /** Whose batch is leaving. */
  readonly leaving: () => Job | undefined
  /** The batch that was leaving has left. */
  readonly left: (now: Time) => void
  /** A job has written all that it had. */
  readonly close: (job: Job, now: Time) => void
  /** Nothing of it will leave. */
  readonly lose: () => void
  /** What was chosen and is not written yet, and by whom. */
  readonly unwritten: () => (Amount & { readonly job: Job }) | undefined
}

type Entry = { readonly job: Job; readonly batch: Batch; readonly bytes: number }

/** See `LaneBuffer`. Cost: O(1) a batch. @internal */
export const laneBuffer = (): LaneBuffer => {
  let bytes = 0
  let writing: { readonly entry: Entry; readonly end: Subscription } | undefined
  let written: Entry[] = []
  let out: Entry | undefined
  const closed = new Set<Job>()
  const isInside = (job: Job): boolean => out?.job === job || writing?.entry.job === job || written.some((entry) => entry.job === job)
  return {
    hasRoom: ({ ahead }) => bytes < (ahead?.bytes ?? 1),
    isWriting: () => writing !== undefined,
    begin: (job, batch, end) => {
      bytes += batch.bytes
      writing = { entry: { job, batch, bytes: batch.bytes }, end }
    },
    wrote: () => {
      const { entry } = writing!
      written.push(entry)
      writing = undefined
      return entry.bytes
    },
    leave: () => {
      out = written.shift()
      return out?.batch
    },
    leaving: () => out?.job,
    left: (now) => {
      const { job, bytes: gone } = out!
      bytes -= gone
      out = undefined
      if (closed.has(job) && !isInside(job)) {
        closed.delete(job)
        job.finished(now)
      }
    },
    close: (job, now) => {
      job.ahead?.written(now)
      if (isInside(job)) closed.add(job)
      else job.finished(now)
    },
    lose: () => {
      writing?.end.unsubscribe()
      for (const { batch } of [...written, ...(writing === undefined ? [] : [writing.entry])]) batch.lost?.(0)
      const gone = [...closed]
      closed.clear()
      bytes = 0
      written = []
      writing = undefined
      out = undefined
      for (const job of gone) job.ahead?.lost()
    },
    unwritten: () => writing && { job: writing.entry.job, pages: writing.entry.batch.count, bytes: writing.entry.bytes }
  }
}
