import type { Subscription } from 'rxjs'
import { costsOfBlocks } from '../guest/blocksAsPages'
import type { HostCosts } from '../guest/hostCosts'
import * as pageSet from '../memory/pageSet'
import { wireBytes } from '../network/link'
import type { Address, Of, Order } from '../protocol/command'
import type { Answer } from '../protocol/signal'
import type { Time } from '../time/time'
import { bytesOnly } from './batch'
import type { Conduct } from './conduct'
import { overLink } from './conduct'
import { diskOwner } from './diskAccesses'
import type { Hosts } from './hosts'
import type { Amount, Job } from './lane'
import type { MachineOptions } from './machineOptions'
import { pageBuffers } from './pageBuffers'
import type { Pending, PendingAnswers } from './pendingAnswers'
import type { Running } from './running'
import type { Sending } from './sending'
import { sending } from './sending'
import { arrivalOf } from './stalls'
import type { Voice } from './voice'
import { windows } from './windows'

/** What one migration has on the link: sends, plain bytes, barriers behind them, and reports of how far they are. @internal */
export type Outgoing = {
  readonly send: (to: Address, order: Extract<Order, { readonly type: 'send' }>) => void
  /** `arrives` hears, when the last byte has left, when it arrives. */
  readonly sendBytes: (to: Address, bytes: number, arrives?: (at: number) => void) => void
  readonly flush: (to: Address) => void
  readonly cancel: (to: Address, tag: number) => void
  /** The link is gone: no barrier will be reached. */
  readonly fail: () => void
  /** The target has closed the connection: what has not arrived never will, and every send is refused. */
  readonly cutOff: (reason: string) => void
  readonly stop: () => void
}

/** The guest's memory, or its disk: what of it is on the link, and how many pages or blocks were chosen in sends that have ended. */
type Store = {
  readonly of: Of | undefined
  readonly owner: string
  readonly hosts: Hosts
  readonly none: pageSet.PageSet
  readonly costs: { readonly source: HostCosts; readonly target: HostCosts }
  readonly jobs: Set<object>
  readonly beforePlacing: (at: Time) => void
  readonly placed: (page: number, at: Time) => void
  counted: number
}

type Send = {
  readonly to: Address
  readonly store: Store
  readonly job: Sending
  readonly channels: readonly Channel[]
  readonly cancelled: Address[]
}
type Channel = { readonly lane: string; readonly job: Job }
type Flush = { readonly jobs: Set<object>; readonly wait: Pending; arrivesAt: number }

/** See `Outgoing`. @internal */
export const outgoing = (
  options: MachineOptions,
  { hosts, disk }: Conduct,
  guest: Running,
  pending: PendingAnswers,
  { tell, tellAll, refuse }: Voice
): Outgoing => {
  const { migration, link, fidelity, agenda, transport, held } = options
  const buffers = pageBuffers()
  const memory: Store = {
    of: undefined,
    owner: migration,
    hosts,
    none: pageSet.empty(hosts.pages),
    costs: options.costs,
    jobs: new Set(),
    beforePlacing: guest.advance,
    placed: guest.placed,
    counted: 0
  }
  const blocks: Store | undefined = disk && {
    of: 'disk',
    owner: diskOwner(migration),
    hosts: disk,
    none: pageSet.empty(disk.pages),
    costs: costsOfBlocks(options.guest.disk!),
    jobs: new Set(),
    beforePlacing: guest.advanceDisk,
    placed: () => {},
    counted: 0
  }
  const stores = blocks === undefined ? [memory] : [memory, blocks]
  /** The sends under way, by the numbers of their commands. */
  const sends = new Map<number, Send>()
  const flushes: Flush[] = []
  let progress: Subscription | undefined
  const { sender } = options
  const paced = sender && windows(sender, wireBytes(link, options.guest.pageBytes, false))
  let slice: Subscription | undefined
  let lookedAt = -1

  /** Pages are followed one by one where each counts, or where the guest may wait for one of them. */
  const isFollowed = (order: Extract<Order, { readonly type: 'send' }>): boolean =>
    fidelity !== 'marks' || order.pages.type === 'PageSequence' || order.place === 'ifNewer' || hosts.primary === 'target'

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
  const tellProgress = (store: Store): void =>
    tellAll({ type: 'progress', bytes: transport.bytesLeft(store.owner, agenda.now()), pages: pagesSent(store), of: store.of })
  const report = (): void => {
    progress = undefined
    const busy = stores.filter(({ jobs }) => jobs.size > 0)
    if (busy.length === 0 || options.progressNs === 0) return
    guest.look()
    for (const store of busy) tellProgress(store)
    progress = agenda.schedule(report, options.progressNs)
  }
  for (const at of options.times?.looks ?? [])
    agenda.schedule(() => {
      guest.look()
      for (const store of stores) if (store.jobs.size > 0) tellProgress(store)
    }, at - agenda.now())
  /** A source that keeps to windows looks how far it is, once however many lanes begin theirs. */
  const lookUp = (): void => {
    const now = agenda.now()
    if (lookedAt === now || sends.size === 0) return
    lookedAt = now
    paced!.look(now)
    guest.look()
    for (const store of stores) if (store.jobs.size > 0) tellProgress(store)
    beginSlice()
  }
  /** It goes on for a slice before it looks again; while it waits for a window it does not look. */
  const beginSlice = (): void => {
    slice?.unsubscribe()
    slice = agenda.schedule(() => {
      if (stores.some(({ owner }) => transport.senders(owner) > 0)) lookUp()
    }, sender!.sliceNs)
  }
  const pagesSent = (store: Store): number =>
    [...sends.values()].reduce((sum, one) => (one.store === store ? sum + one.job.counted() : sum), store.counted) -
    transport.pagesNotLeft(store.owner, agenda.now())

  /** The compressed sends under way, in threads at both ends; they matter only where threads take cores. */
  const compressing = new Map<object, readonly [number, number]>()
  const takeCores = options.costs.source.compressorCores > 0 || options.costs.target.compressorCores > 0
  if (takeCores) guest.beside(() => [...compressing.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]))

  const enqueue = (store: Store, job: object, channels: readonly Channel[]): void => {
    store.jobs.add(job)
    for (const channel of channels) transport.enqueue(store.owner, channel.lane, channel.job)
    if (progress === undefined && options.progressNs > 0 && store.jobs.size > 0) progress = agenda.schedule(report, options.progressNs)
  }

  const send = (to: Address, order: Extract<Order, { readonly type: 'send' }>): void => {
    const store = order.of === undefined ? memory : blocks!
    const { pages, pageBytes } = store.hosts.setting.guest
    const end = (answer: Answer): void => {
      const of = sends.get(to.n)
      sends.delete(to.n)
      if (isPaced) paced?.look(agenda.now())
      store.counted += job.counted()
      tell(to, answer)
      if (ahead === undefined) left()
      for (const asker of of?.cancelled ?? []) tell(asker, { type: 'cancelled', unsent: unsent ?? store.none })
    }
    const left = (): void => {
      store.jobs.delete(job)
      if (compressing.delete(job)) guest.changed()
      jobEnded(
        job,
        channels.map(({ lane }) => lane)
      )
    }
    let unsent: pageSet.PageSet | undefined
    const ahead = order.connection === undefined || (order.channels ?? 1) > 1 ? undefined : sender?.bufferBytes
    // The windows are those of the memory's stream: a disk is another job's, which leaves evenly.
    const isPaced = order.bytesPerSecond !== undefined && store === memory
    if (isPaced && paced !== undefined) beginSlice()
    const job = sending({
      order,
      hosts: store.hosts,
      link,
      costs: store.costs,
      busyCores: guest.busyCores,
      pages,
      pageBytes,
      batchPages: options.batchPages,
      followed: isFollowed(order),
      timed: fidelity !== 'marks',
      none: store.none,
      buffers,
      windows: store === memory ? paced : undefined,
      looked: lookUp,
      ahead,
      withdraw: (page) => transport.withdraw(store.owner, page),
      began: () => {
        if (takeCores && order.compression !== undefined) {
          const { threads = 1, decompressionThreads = 1 } = order.compression
          compressing.set(job, [threads, decompressionThreads])
          guest.changed()
        }
        if (order.round === undefined) return
        const { round, pages: named, of } = order
        tellAll({ type: 'round', round, pages: named.type === 'PageSet' ? named.count : named.length, of })
      },
      beforePlacing: store.beforePlacing,
      placed: store.placed,
      ended: (result) => {
        unsent = result.unsent
        end({ type: 'sent', pages: result.pages, skipped: result.skipped, bytes: result.bytes, of: order.of })
      },
      refused: (reason, { pages: count, bytes }) =>
        end({ type: 'refused', reason, ...(count > 0 && { sent: { pages: count, bytes, ...(order.of && { of: order.of }) } }) })
    })
    const one: Job =
      ahead === undefined
        ? job
        : {
            ...job,
            finished: left,
            refused: (reason, notLeft) => {
              job.refused(reason, notLeft)
              left()
            },
            ahead: { bytes: ahead, written: job.finished, lost: left }
          }
    const urgent = order.connection !== undefined && order.overtake === true
    const channels = channelsOf(order.connection ?? to.lane, urgent ? { ...one, urgent } : one, order.channels ?? 1)
    sends.set(to.n, { to, store, job, channels, cancelled: [] })
    enqueue(store, job, channels)
  }

  const sendBytes: Outgoing['sendBytes'] = (to, bytes, arrives) => {
    let rest = bytes
    const job = {
      maxBytesPerSecond: Number.POSITIVE_INFINITY,
      next: () => {
        const now = rest
        rest = 0
        return now === 0 ? undefined : bytesOnly(now)
      },
      finished: () => {
        memory.jobs.delete(job)
        arrives?.(held(migration, to.lane, 'arriving', agenda.now() + link.latencyNs))
        tell(to, { type: 'done' })
        jobEnded(job, [to.lane])
      },
      refused: (reason: string) => {
        memory.jobs.delete(job)
        refuse(to, reason)
        jobEnded(job, [to.lane])
      }
    }
    enqueue(memory, job, [{ lane: to.lane, job }])
  }

  return {
    send,
    sendBytes,
    flush: (to) => {
      // What has left is still on its way where its lane stands still.
      const flush = {
        jobs: new Set(stores.flatMap(({ jobs }) => [...jobs])),
        wait: pending.wait(to, overLink),
        arrivesAt: Math.max(...stores.map(({ owner }) => transport.arrivesBy(owner)))
      }
      flushes.push(flush)
      settleFlush(flush)
    },
    cancel: (to, tag) => {
      const of = [...sends.values()].find((one) => one.to.lane === to.lane && one.to.tag === tag)
      if (of === undefined) tell(to, { type: 'cancelled', unsent: memory.none })
      else if (of.cancelled.push(to) === 1) {
        of.job.stop()
        for (const { lane, job } of of.channels) transport.cancel(of.store.owner, lane, job)
      }
    },
    fail: () => {
      flushes.length = 0
    },
    cutOff: (reason) => {
      for (const { owner } of stores) transport.cutOff(owner, reason)
      flushes.length = 0
    },
    stop: () => {
      progress?.unsubscribe()
      slice?.unsubscribe()
    }
  }
}

/** A send over several channels: each takes the next page when it is free, and the send ends when all have. */
const channelsOf = (lane: string, job: Job, channels: number): readonly Channel[] => {
  if (channels === 1) return [{ lane, job }]
  let open = channels
  let refused: string | undefined
  let lost: Amount = { pages: 0, bytes: 0 }
  const ended = (now: number): void => {
    if (--open > 0) return
    if (refused === undefined) job.finished(now)
    else job.refused(refused, lost)
  }
  return Array.from({ length: channels }, (_, i) => ({
    lane: i === 0 ? lane : `${lane}#${i}`,
    job: {
      maxBytesPerSecond: job.maxBytesPerSecond / channels,
      next: job.next,
      finished: ended,
      refused: (reason, { pages, bytes }) => {
        refused = reason
        lost = { pages: lost.pages + pages, bytes: lost.bytes + bytes }
        ended(0)
      }
    }
  }))
}
