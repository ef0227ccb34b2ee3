import type { Subscription } from 'rxjs'
import * as pageSet from '../memory/pageSet'
import type { Address, Order } from '../protocol/command'
import type { Answer } from '../protocol/signal'
import { bytesOnly } from './batch'
import type { Conduct } from './conduct'
import { overLink } from './conduct'
import type { MachineOptions } from './machineOptions'
import { pageBuffers } from './pageBuffers'
import type { Pending, PendingAnswers } from './pendingAnswers'
import type { Running } from './running'
import type { Sending } from './sending'
import { sending } from './sending'
import { arrivalOf } from './stalls'
import type { Job } from './transport'
import type { Voice } from './voice'

/** What one migration has on the link: sends, plain bytes, barriers behind them, and reports of how far they are. @internal */
export type Outgoing = {
  readonly send: (to: Address, order: Extract<Order, { readonly type: 'send' }>) => void
  readonly sendBytes: (to: Address, bytes: number) => void
  readonly flush: (to: Address) => void
  readonly cancel: (to: Address, tag: number) => void
  /** The link is gone: no barrier will be reached. */
  readonly fail: () => void
  /** The target has closed the connection: what has not arrived never will, and every send is refused. */
  readonly cutOff: (reason: string) => void
  readonly stop: () => void
}

type Send = { readonly to: Address; readonly job: Sending; readonly channels: readonly Channel[]; readonly cancelled: Address[] }
type Channel = { readonly lane: string; readonly job: Job }
type Flush = { readonly jobs: Set<object>; readonly wait: Pending; arrivesAt: number }

/** See `Outgoing`. @internal */
export const outgoing = (
  options: MachineOptions,
  { hosts }: Conduct,
  guest: Running,
  pending: PendingAnswers,
  { tell, tellAll, refuse }: Voice
): Outgoing => {
  const { migration, link, fidelity, agenda, transport, held } = options
  const { pages, pageBytes } = options.guest
  const buffers = pageBuffers()
  const none = pageSet.empty(pages)
  const jobs = new Set<object>()
  /** The sends under way, by the numbers of their commands. */
  const sends = new Map<number, Send>()
  const flushes: Flush[] = []
  let counted = 0
  let progress: Subscription | undefined

  /** Pages are followed one by one where each counts, or where the guest may wait for one of them. */
  const isFollowed = (order: Extract<Order, { readonly type: 'send' }>): boolean =>
    fidelity !== 'marks' || order.pages.type === 'PageSequence' || order.place !== 'always' || hosts.primary === 'target'

  /** The last byte of a job has left on these lanes. */
  const jobEnded = (job: object, lanes: readonly string[]): void => {
    const now = agenda.now()
    for (const flush of flushes.slice()) {
      if (flush.jobs.delete(job))
        for (const lane of lanes) flush.arrivesAt = Math.max(flush.arrivesAt, held(migration, lane, 'arriving', now + link.latencyNs))
      settleFlush(flush)
    }
  }
  /** A barrier behind jobs that have all left arrives behind the last of them, and its acknowledgement comes back. */
  const settleFlush = (flush: Flush): void => {
    if (flush.jobs.size > 0) return
    const now = agenda.now()
    const { to } = flush.wait
    flushes.splice(flushes.indexOf(flush), 1)
    const arrivesAt = Math.max(flush.arrivesAt, arrivalOf(held, link.latencyNs, migration, to.lane, now))
    const at = options.times?.errand(to.n, 'back') ?? held(migration, to.lane, 'back', arrivesAt + link.latencyNs)
    pending.end(flush.wait, at - now, () => tell(to, { type: 'done' }))
  }
  const report = (): void => {
    progress = undefined
    if (jobs.size === 0 || options.progressNs === 0) return
    guest.look()
    tellAll({ type: 'progress', bytes: transport.bytesLeft(migration, agenda.now()), pages: pagesSent() })
    progress = agenda.schedule(report, options.progressNs)
  }
  const pagesSent = (): number =>
    [...sends.values()].reduce((sum, { job }) => sum + job.counted(), counted) - transport.pagesNotLeft(migration, agenda.now())

  const enqueue = (job: object, channels: readonly Channel[]): void => {
    jobs.add(job)
    for (const channel of channels) transport.enqueue(migration, channel.lane, channel.job)
    if (progress === undefined && options.progressNs > 0 && jobs.size > 0) progress = agenda.schedule(report, options.progressNs)
  }

  const send = (to: Address, order: Extract<Order, { readonly type: 'send' }>): void => {
    const end = (answer: Answer): void => {
      const of = sends.get(to.n)
      sends.delete(to.n)
      counted += job.counted()
      jobs.delete(job)
      tell(to, answer)
      jobEnded(
        job,
        channels.map(({ lane }) => lane)
      )
      for (const asker of of?.cancelled ?? []) tell(asker, { type: 'cancelled', unsent: unsent ?? none })
    }
    let unsent: pageSet.PageSet | undefined
    const job = sending({
      order,
      hosts,
      link,
      costs: options.costs,
      pages,
      pageBytes,
      batchPages: options.batchPages,
      followed: isFollowed(order),
      timed: fidelity !== 'marks',
      none,
      buffers,
      withdraw: (page) => transport.withdraw(migration, page),
      began: () => {
        if (order.round === undefined) return
        tellAll({ type: 'round', round: order.round, pages: order.pages.type === 'PageSet' ? order.pages.count : order.pages.length })
      },
      beforePlacing: guest.advance,
      placed: guest.placed,
      ended: (result) => {
        unsent = result.unsent
        end({ type: 'sent', pages: result.pages, skipped: result.skipped, bytes: result.bytes })
      },
      refused: (reason) => end({ type: 'refused', reason })
    })
    const channels = channelsOf(to.lane, job, order.channels ?? 1)
    sends.set(to.n, { to, job, channels, cancelled: [] })
    enqueue(job, channels)
  }

  const sendBytes = (to: Address, bytes: number): void => {
    let rest = bytes
    const job = {
      maxBytesPerSecond: Number.POSITIVE_INFINITY,
      next: () => {
        const now = rest
        rest = 0
        return now === 0 ? undefined : bytesOnly(now)
      },
      finished: () => {
        jobs.delete(job)
        tell(to, { type: 'done' })
        jobEnded(job, [to.lane])
      },
      refused: (reason: string) => {
        jobs.delete(job)
        refuse(to, reason)
        jobEnded(job, [to.lane])
      }
    }
    enqueue(job, [{ lane: to.lane, job }])
  }

  return {
    send,
    sendBytes,
    flush: (to) => {
      // What has left is still on its way where its lane stands still.
      const flush = { jobs: new Set(jobs), wait: pending.wait(to, overLink), arrivesAt: transport.arrivesBy(migration) }
      flushes.push(flush)
      settleFlush(flush)
    },
    cancel: (to, tag) => {
      const of = [...sends.values()].find((one) => one.to.lane === to.lane && one.to.tag === tag)
      if (of === undefined) tell(to, { type: 'cancelled', unsent: none })
      else if (of.cancelled.push(to) === 1) {
        of.job.stop()
        for (const { lane, job } of of.channels) transport.cancel(migration, lane, job)
      }
    },
    fail: () => {
      flushes.length = 0
    },
    cutOff: (reason) => {
      transport.cutOff(migration, reason)
      flushes.length = 0
    },
    stop: () => progress?.unsubscribe()
  }
}

/** A send over several channels: each takes the next page when it is free, and the send ends when all have. */
const channelsOf = (lane: string, job: Sending, channels: number): readonly Channel[] => {
  if (channels === 1) return [{ lane, job }]
  let open = channels
  let refused: string | undefined
  const ended = (now: number): void => {
    if (--open > 0) return
    if (refused === undefined) job.finished(now)
    else job.refused(refused)
  }
  return Array.from({ length: channels }, (_, i) => ({
    lane: i === 0 ? lane : `${lane}#${i}`,
    job: {
      maxBytesPerSecond: job.maxBytesPerSecond / channels,
      next: job.next,
      finished: ended,
      refused: (reason) => {
        refused = reason
        ended(0)
      }
    }
  }))
}
