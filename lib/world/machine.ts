import type { Subscription } from 'rxjs'
import { settle, slowdown } from '../guest/dependency'
import type { Guest } from '../guest/guest'
import { memoryBytes } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import { speed } from '../guest/hostCosts'
import { selfBallooning } from '../memory/balloon'
import { orderOf } from '../memory/pageSequence'
import * as pageSet from '../memory/pageSet'
import type { Link } from '../network/link'
import type { Address, Command, Order, Where } from '../protocol/command'
import type { Answer, Fact, Signal } from '../protocol/signal'
import type { Key } from '../random/random'
import type { Clock } from '../time/clock'
import { read } from '../time/clock'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import { ballooning } from './ballooning'
import { execution } from './execution'
import type { Fidelity } from './hosts'
import { hosts as hostsOf } from './hosts'
import { pageBuffers } from './pageBuffers'
import type { Pending } from './pendingAnswers'
import { pendingAnswers } from './pendingAnswers'
import type { Sending } from './sending'
import { sending } from './sending'
import type { Job, Transport } from './transport'
import { bytesOnly } from './transport'

/** What one guest's migration is played with. @internal */
export type MachineOptions = {
  readonly migration: string
  readonly guest: Guest
  readonly link: Link
  readonly costs: { readonly source: HostCosts; readonly target: HostCosts }
  readonly clocks: { readonly source: Clock; readonly target: Clock }
  readonly fidelity: Fidelity
  readonly batchAccesses: number
  readonly batchPages: number
  readonly redirectNs: Time
  readonly progressNs: Time
  readonly key: Key
  readonly agenda: Agenda
  readonly transport: Transport
  /** Takes memory of the target for a guest; the reason when it will not. */
  readonly admit: (bytes: number) => string | undefined
  readonly dismiss: (bytes: number) => void
  readonly emit: (signal: Signal) => void
}

/** One guest on its two hosts, on a timeline: obeys commands and answers every one of them. @internal */
export type Machine = {
  readonly obey: (command: Command) => void
  /** Makes everything that is due happen. */
  readonly look: () => void
  /** Something has changed on the link: who sends, or when pages arrive. */
  readonly changed: () => void
  readonly fail: (what: 'link' | Where, reason: string) => void
  readonly stop: () => void
}

type Send = { readonly job: Sending; readonly to: Address; cancelled: Address | undefined }

/** What a message to the target and its answer need. */
const OVER_LINK: readonly ('link' | Where)[] = ['link', 'source', 'target']

/** Why an order's pages cannot be the guest's. */
const foreignPages = (order: Order, pages: number): string | undefined => {
  const named = order.type === 'send' || order.type === 'discard' ? order.pages : order.type === 'resume' ? order.missing : undefined
  if (named === undefined) return undefined
  if (named.type === 'PageSet')
    return named.size === pages ? undefined : `pages must be of the guest's ${pages} (got a set of ${named.size})`
  const outside = orderOf(named).find((page) => page >= pages)
  return outside === undefined ? undefined : `pages must be below the guest's ${pages} (got ${outside})`
}

/** The orders that take a link and a target that are there. */
const needsTarget: ReadonlySet<Order['type']> = new Set([
  'preselect',
  'reserve',
  'send',
  'discard',
  'flush',
  'sendContext',
  'commit',
  'resume'
])

/** See `Machine`. A kernel: all its state is born here and dies with the subscription to the world. @internal */
export const machine = (options: MachineOptions): Machine => {
  const { migration, guest, link, costs, clocks, fidelity, agenda, transport } = options
  const hosts = hostsOf({ guest, costs: costs.source, fidelity })
  const buffers = pageBuffers()
  const none = pageSet.empty(guest.pages)
  const settlement = settle(guest.dependencies)
  const stalled = new Set<number>()
  const exec = execution({
    workload: guest.workload,
    key: options.key,
    batchAccesses: options.batchAccesses,
    port: {
      apply: hosts.apply,
      touch: hosts.touch,
      isTrapped: hosts.isTrapped,
      onFault: (page, vcpu) => {
        stalled.add(page)
        tellAll({ type: 'faulted', page, vcpu }, link.latencyNs)
      }
    }
  })
  const failed = new Map<'link' | Where, string>()
  const sends = new Map<string, Send>()
  const pending = pendingAnswers(agenda)
  const flushes: { readonly jobs: Set<object>; readonly wait: Pending }[] = []
  let throttle = 0
  let reserved = 0
  let clockAhead = 0
  let exited = false
  let counted = 0
  let wake: Subscription | undefined
  let wakeAt = Infinity
  let progress: Subscription | undefined
  let applicationSince: ReturnType<Transport['application']> | undefined

  const later = (delayNs: Time, f: () => void): Subscription => agenda.schedule(f, delayNs)
  const tellAll = (fact: Fact, delayNs: Time = 0): void => {
    if (delayNs === 0) options.emit({ ...fact, migration, at: agenda.now() })
    else later(delayNs, () => tellAll(fact))
  }
  const tell = (to: Address, answer: Answer, delayNs: Time = 0): void => {
    if (delayNs === 0) options.emit({ ...answer, to, at: agenda.now() })
    else later(delayNs, () => tell(to, answer))
  }
  const refuse = (to: Address, reason: string): void => tell(to, { type: 'refused', reason })

  const runsAt = (): Where => (hosts.running().includes('target') || hosts.primary() === 'target' ? 'target' : 'source')
  const clockNs = (): Time => read(clocks[runsAt()], agenda.now()) + clockAhead

  /** Pages are followed one by one where each counts, or where the guest may wait for one of them. */
  const isFollowed = (order: Extract<Order, { readonly type: 'send' }>): boolean =>
    fidelity !== 'marks' || order.pages.type === 'PageSequence' || order.place !== 'always' || hosts.primary() === 'target'

  let paced = -1
  /** Sets how fast the guest runs and how closely it must be watched, when something that decides it has changed. */
  const pace = (): void => {
    const atTarget = hosts.running().includes('target')
    const senders = atTarget ? 0 : transport.senders(migration)
    const traps = hosts.trappedPages() > 0
    const state = (senders * 2 + (atTarget ? 1 : 0)) * 4 + (traps ? 2 : 0) + (hosts.isTracking() ? 1 : 0) + throttle / 2
    if (state === paced) return
    paced = state
    const now = agenda.now()
    const forwarding = atTarget ? slowdown({ forwarded: settlement.forwarded, roundTripNs: 2 * link.latencyNs }) : 0
    const load = { vcpus: guest.workload.vcpus, senders, throttle: atTarget ? 0 : throttle }
    exec.setSpeed(now, speed(atTarget ? costs.target : costs.source, load) * (1 - forwarding))
    const pays = !atTarget && hosts.isTracking() && (costs.source.firstWriteNs > 0 || costs.source.hugePageSplitNs > 0)
    exec.setCareful(now, pays || traps)
  }

  const look = (): void => {
    const now = agenda.now()
    transport.settle(migration, now, fidelity === 'marks' ? undefined : exec.advance)
    exec.advance(now)
    if (!exited && exec.hasExited()) {
      exited = true
      tellAll({ type: 'exited' })
    }
  }

  /** Looks again when the guest may trap, or when a page it waits for arrives. */
  const arrange = (): void => {
    let at = exec.nextTrapAt()
    for (const page of stalled) at = Math.min(at, transport.arrivalOf(migration, page))
    if (at === wakeAt) return
    wake?.unsubscribe()
    wakeAt = at
    wake = at === Infinity ? undefined : later(Math.max(0, at - agenda.now()), onWake)
  }
  const onWake = (): void => {
    wakeAt = Infinity
    look()
    if (hosts.trappedPages() === 0) pace()
    arrange()
  }
  const changed = (): void => {
    pace()
    arrange()
  }

  /** Over the link and back; `arrive` happens at the other end. */
  const overLink = (to: Address, arrive: () => void, answer: () => Answer, thereNs: Time = 0): void => {
    const w = pending.wait(to, OVER_LINK)
    pending.next(w, link.latencyNs + thereNs, () => {
      look()
      arrive()
      changed()
      pending.end(w, link.latencyNs, () => tell(to, answer()))
    })
  }
  const deadLink = (): string | undefined => failed.get('link') ?? failed.get('target')

  const jobEnded = (job: object): void => {
    for (const flush of flushes.slice()) {
      flush.jobs.delete(job)
      if (flush.jobs.size > 0) continue
      flushes.splice(flushes.indexOf(flush), 1)
      pending.end(flush.wait, 2 * link.latencyNs, () => tell(flush.wait.to, { type: 'done' }))
    }
  }
  const jobs = new Set<object>()

  const report = (): void => {
    progress = undefined
    if (jobs.size === 0 || options.progressNs === 0) return
    look()
    tellAll({ type: 'progress', bytes: transport.bytesLeft(migration, agenda.now()), pages: pagesSent() })
    progress = later(options.progressNs, report)
  }
  const pagesSent = (): number => [...sends.values()].reduce((sum, { job }) => sum + job.counted(), counted)

  const enqueue = (lane: string, job: Sending | Job): void => {
    jobs.add(job)
    transport.enqueue(migration, lane, job)
    if (progress === undefined && options.progressNs > 0 && jobs.size > 0) progress = later(options.progressNs, report)
  }

  const send = (to: Address, order: Extract<Order, { readonly type: 'send' }>): void => {
    const name = `${to.lane} ${to.tag}`
    const end = (answer: Answer): void => {
      const of = sends.get(name)
      sends.delete(name)
      counted += job.counted()
      jobs.delete(job)
      tell(to, answer)
      jobEnded(job)
      if (of?.cancelled !== undefined) tell(of.cancelled, { type: 'cancelled', unsent: unsent ?? none })
    }
    let unsent: pageSet.PageSet | undefined
    const job = sending({
      order,
      hosts,
      link,
      pages: guest.pages,
      pageBytes: guest.pageBytes,
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
      beforePlacing: exec.advance,
      placed: (page, at) => {
        if (stalled.size === 0 || !stalled.delete(page)) return
        transport.forget(page)
        exec.arrived(at, page)
      },
      ended: (result) => {
        unsent = result.unsent
        end({ type: 'sent', pages: result.pages, skipped: result.skipped, bytes: result.bytes })
      },
      refused: (reason) => end({ type: 'refused', reason })
    })
    sends.set(name, { job, to, cancelled: undefined })
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

  const tellHosts = (): void => tellAll({ type: 'hosts', primary: hosts.primary(), running: hosts.running() })
  const compare = (when: 'activated' | 'released'): void => tellAll({ type: 'compared', when, ...hosts.compare(when) })

  const start = (to: Address, where: Where): void => {
    const now = agenda.now()
    hosts.resume(where)
    exec.start(now)
    tellHosts()
    tell(to, { type: 'activated', where, guestNs: exec.guestNs(now), clockNs: clockNs() })
  }

  const resumeAtTarget = (to: Address, order: Extract<Order, { readonly type: 'resume' }>): void => {
    const w = pending.wait(to, hosts.primary() === 'target' ? ['target'] : OVER_LINK)
    pending.end(w, link.latencyNs + settlement.reboundNs + costs.target.resumeNs, () => {
      look()
      const reading = read(clocks.target, agenda.now())
      clockAhead = order.clockNs === undefined ? 0 : Math.max(0, order.clockNs - reading)
      if (order.missing !== undefined) hosts.trap(order.missing)
      compare('activated')
      start(to, 'target')
      changed()
    })
  }

  const pauseGuest = (to: Address): void =>
    pending.end(pending.wait(to, ['source']), costs.source.suspendNs, () => {
      look()
      const now = agenda.now()
      const shown = clockNs()
      hosts.pause()
      exec.stop(now)
      tellHosts()
      changed()
      tell(to, { type: 'suspended', guestNs: exec.guestNs(now), clockNs: shown })
    })

  const reserve = (to: Address): void => {
    const bytes = memoryBytes(guest)
    let reason: string | undefined
    const arrive = (): void => {
      if (reserved === 0) reason = options.admit(bytes)
      if (reason === undefined) reserved = bytes
    }
    overLink(to, arrive, () => (reason === undefined ? { type: 'reserved', bytes } : { type: 'refused', reason }))
  }

  const resumeAtSource = (to: Address): void => {
    if (hosts.running().includes('source'))
      tell(to, { type: 'activated', where: 'source', guestNs: exec.guestNs(agenda.now()), clockNs: clockNs() })
    else
      pending.end(pending.wait(to, ['source']), costs.source.resumeNs, () => {
        start(to, 'source')
        changed()
      })
  }

  const release = (to: Address): void => {
    const now = agenda.now()
    const total = transport.application(now)
    const before = applicationSince ?? total
    tellAll({
      type: 'linkUsed',
      applicationBytes: total.applicationBytes - before.applicationBytes,
      applicationDemandBytes: total.applicationDemandBytes - before.applicationDemandBytes
    })
    compare('released')
    tell(to, { type: 'released', needs: settlement.needs, guestNs: exec.guestNs(now) })
  }

  const cancel = (to: Address, tag: number): void => {
    const of = sends.get(`${to.lane} ${tag}`)
    if (of === undefined) tell(to, { type: 'cancelled', unsent: none })
    else {
      of.cancelled = to
      of.job.stop()
      transport.cancel(migration, to.lane, of.job)
    }
  }

  const abandon = (to: Address): void => {
    hosts.abandon()
    if (reserved > 0) options.dismiss(reserved)
    reserved = 0
    tell(to, { type: 'done' }, deadLink() === undefined ? 2 * link.latencyNs : 0)
  }

  const flush = (to: Address): void => {
    const one = { jobs: new Set(jobs), wait: pending.wait(to, OVER_LINK) }
    flushes.push(one)
    jobEnded(one)
  }

  /**
   * Why an order cannot be obeyed at all. Once ownership has passed, the target goes on by itself: it needs neither link nor source to resume, and a
   * source that is gone is one that nobody needs, unless it owed pages.
   */
  const refusal = (order: Order): string | undefined => {
    const passed = hosts.primary() === 'target'
    const source = failed.get('source')
    const foreign = foreignPages(order, guest.pages)
    if (foreign !== undefined) return foreign
    if (order.type === 'resume' && order.where === 'source') return source
    if (order.type === 'resume' && passed) return failed.get('target')
    if (order.type === 'redirect' || order.type === 'wake') return undefined
    if (order.type === 'release' && passed && hosts.trappedPages() === 0) return undefined
    if (source !== undefined) return source
    if (!needsTarget.has(order.type)) return undefined
    if (order.type === 'reserve' && settlement.refusals.length > 0) return `residual dependency ${settlement.refusals.join('; ')}`
    return failed.get('link') ?? failed.get('target')
  }

  const obey = ({ order, to }: Command): void => {
    look()
    applicationSince ??= transport.application(agenda.now())
    const reason = refusal(order)
    if (reason !== undefined) {
      refuse(to, reason)
      return
    }
    switch (order.type) {
      case 'preselect':
        overLink(
          to,
          () => {},
          () => ({ type: 'preselected', host: 'target' })
        )
        break
      case 'reserve':
        reserve(to)
        break
      case 'select': {
        const pages = hosts.select(order.level)
        tell(to, { type: 'selected', pages, nonPageable: pageSet.intersection(hosts.classes().nonPageable, pages) })
        break
      }
      case 'track':
        hosts.track(order.on)
        changed()
        tell(to, { type: 'done' })
        break
      case 'sync':
        if (!hosts.running().includes('target')) exec.hold(agenda.now(), costs.source.syncNs)
        tellAll({ type: 'synced', dirty: hosts.sync(), to }, costs.source.syncNs)
        break
      case 'send':
        send(to, order)
        break
      case 'discard':
        overLink(
          to,
          () => hosts.discard(order.pages),
          () => ({ type: 'done' })
        )
        break
      case 'flush':
        flush(to)
        break
      case 'pause':
        pauseGuest(to)
        break
      case 'sendContext':
        sendBytes(to, guest.contextBytes + settlement.movedBytes)
        break
      case 'redirect':
        tell(to, { type: 'redirected' }, link.latencyNs + options.redirectNs)
        break
      case 'commit':
        overLink(
          to,
          () => {
            hosts.commit()
            tellHosts()
          },
          () => ({ type: 'committed' })
        )
        break
      case 'resume':
        if (order.where === 'source') resumeAtSource(to)
        else resumeAtTarget(to, order)
        break
      case 'release':
        release(to)
        break
      case 'throttle':
        throttle = order.fraction
        changed()
        tell(to, { type: 'done' })
        break
      case 'wake':
        pending.end(pending.wait(to, []), order.afterNs, () => tell(to, { type: 'done' }))
        break
      case 'cancel':
        cancel(to, order.tag)
        break
      case 'abandon':
        abandon(to)
        break
    }
  }

  const balloon =
    guest.balloon &&
    ballooning({
      decide: selfBallooning(guest.balloon),
      agenda,
      classes: () => {
        look()
        return hosts.classes()
      },
      set: hosts.setClasses
    })

  exec.start(agenda.now())
  pace()

  return {
    obey,
    look,
    changed,
    fail: (what, reason) => {
      look()
      failed.set(what, reason)
      if (what !== 'link') {
        if (runsAt() === what) exec.stop(agenda.now())
        hosts.crash(what)
        tellHosts()
      }
      tellAll({ type: 'failed', what, reason })
      for (const to of pending.fail(what)) refuse(to, reason)
      flushes.length = 0
      changed()
    },
    stop: () => {
      for (const timer of [wake, progress, balloon]) timer?.unsubscribe()
      pending.stop()
    }
  }
}
