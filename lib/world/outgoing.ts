import type { Subscription } from 'rxjs'
import * as pageSet from '../memory/pageSet'
import type { Address, Order } from '../protocol/command'
import type { Answer } from '../protocol/signal'
import { bytesOnly } from './batch'
import type { MachineOptions } from './machineOptions'
import { pageBuffers } from './pageBuffers'
import type { Pending, PendingAnswers } from './pendingAnswers'
import type { Running } from './running'
import type { Sending } from './sending'
import { sending } from './sending'
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
  readonly stop: () => void
}

/** What a message to the target and its answer need. @internal */
export const overLink: Pending['needs'] = ['link', 'source', 'target']

type Send = { readonly to: Address; readonly job: Sending; readonly cancelled: Address[] }

/** See `Outgoing`. @internal */
export const outgoing = (options: MachineOptions, guest: Running, pending: PendingAnswers, { tell, tellAll, refuse }: Voice): Outgoing => {
  const { migration, link, fidelity, agenda, transport } = options
  const { hosts } = guest
  const { pages, pageBytes } = options.guest
  const buffers = pageBuffers()
  const none = pageSet.empty(pages)
  const jobs = new Set<object>()
  /** The sends under way, by the numbers of their commands. */
  const sends = new Map<number, Send>()
  const flushes: { readonly jobs: Set<object>; readonly wait: Pending }[] = []
  let counted = 0
  let progress: Subscription | undefined

  /** Pages are followed one by one where each counts, or where the guest may wait for one of them. */
  const isFollowed = (order: Extract<Order, { readonly type: 'send' }>): boolean =>
    fidelity !== 'marks' || order.pages.type === 'PageSequence' || order.place !== 'always' || hosts.primary() === 'target'

  const jobEnded = (job: object): void => {
    for (const flush of flushes.slice()) {
      flush.jobs.delete(job)
      if (flush.jobs.size > 0) continue
      flushes.splice(flushes.indexOf(flush), 1)
      pending.end(flush.wait, 2 * link.latencyNs, () => tell(flush.wait.to, { type: 'done' }))
    }
  }
  const report = (): void => {
    progress = undefined
    if (jobs.size === 0 || options.progressNs === 0) return
    guest.look()
    tellAll({ type: 'progress', bytes: transport.bytesLeft(migration, agenda.now()), pages: pagesSent() })
    progress = agenda.schedule(report, options.progressNs)
  }
  const pagesSent = (): number =>
    [...sends.values()].reduce((sum, { job }) => sum + job.counted(), counted) - transport.pagesToLeave(migration, agenda.now())

  const enqueue = (lane: string, job: Sending | Job): void => {
    jobs.add(job)
    transport.enqueue(migration, lane, job)
    if (progress === undefined && options.progressNs > 0 && jobs.size > 0) progress = agenda.schedule(report, options.progressNs)
  }

  const send = (to: Address, order: Extract<Order, { readonly type: 'send' }>): void => {
    const end = (answer: Answer): void => {
      const of = sends.get(to.n)
      sends.delete(to.n)
      counted += job.counted()
      jobs.delete(job)
      tell(to, answer)
      jobEnded(job)
      for (const asker of of?.cancelled ?? []) tell(asker, { type: 'cancelled', unsent: unsent ?? none })
    }
    let unsent: pageSet.PageSet | undefined
    const job = sending({
      order,
      hosts,
      link,
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
    sends.set(to.n, { to, job, cancelled: [] })
    enqueue(to.lane, job)
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
        jobEnded(job)
      },
      refused: (reason: string) => {
        jobs.delete(job)
        refuse(to, reason)
        jobEnded(job)
      }
    }
    enqueue(to.lane, job)
  }

  return {
    send,
    sendBytes,
    flush: (to) => {
      const one = { jobs: new Set(jobs), wait: pending.wait(to, overLink) }
      flushes.push(one)
      jobEnded(one)
    },
    cancel: (to, tag) => {
      const of = [...sends.values()].find((one) => one.to.lane === to.lane && one.to.tag === tag)
      if (of === undefined) tell(to, { type: 'cancelled', unsent: none })
      else if (of.cancelled.push(to) === 1) {
        of.job.stop()
        transport.cancel(migration, to.lane, of.job)
      }
    },
    fail: () => {
      flushes.length = 0
    },
    stop: () => progress?.unsubscribe()
  }
}
