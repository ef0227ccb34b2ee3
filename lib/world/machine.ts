import { settle } from '../guest/dependency'
import { memoryBytes } from '../guest/guest'
import { level } from '../memory/pageClasses'
import { orderOf } from '../memory/pageSequence'
import * as pageSet from '../memory/pageSet'
import type { Address, Command, Order, Where } from '../protocol/command'
import type { Answer } from '../protocol/signal'
import type { Time } from '../time/time'
import type { MachineOptions } from './machineOptions'
import { outgoing, overLink } from './outgoing'
import { pendingAnswers } from './pendingAnswers'
import { running } from './running'
import type { Transport } from './transport'
import { voice } from './voice'

/** One guest on its two hosts, on a timeline: obeys commands and answers every one of them. @internal */
export type Machine = {
  readonly obey: (command: Command) => void
  /** Makes everything that is due happen. */
  readonly look: () => void
  /** Something has changed on the link: who sends, or when pages arrive. */
  readonly changed: () => void
  /** Looks if it was to be looked at by now; answers when it is next. */
  readonly wake: () => Time
  readonly fail: (what: 'link' | Where, reason: string) => void
  readonly stop: () => void
}

/** Why an order makes no sense for this guest. */
const nonsense = (order: Order, pages: number): string | undefined => {
  if (order.type === 'throttle' && !(order.fraction >= 0 && order.fraction < 1))
    return `a throttle must be from 0 to below 1 (got ${order.fraction})`
  if (order.type === 'wake' && !(Number.isSafeInteger(order.afterNs) && order.afterNs >= 0))
    return `a wake must be after a whole number of nanoseconds (got ${order.afterNs})`
  if (order.type === 'send' && order.bytesPerSecond !== undefined && !(order.bytesPerSecond > 0))
    return `bytes per second must be above 0 (got ${order.bytesPerSecond})`
  const named = order.type === 'send' || order.type === 'discard' ? order.pages : order.type === 'resume' ? order.missing : undefined
  if (named === undefined) return undefined
  if (named.type === 'PageSet')
    return named.size === pages ? undefined : `pages must be of the guest's ${pages} (got a set of ${named.size})`
  const listed = orderOf(named)
  for (let i = 0; i < listed.length; i++) if (listed[i] >= pages) return `pages must be below the guest's ${pages} (got ${listed[i]})`
  return undefined
}

/** The orders that take a link and a target that are there. */
const needsTarget: ReadonlySet<Order['type']> = new Set([
  'preselect',
  'reserve',
  'send',
  'discard',
  'flush',
  'sendContext',
  'inquire',
  'commit',
  'resume'
])

/** See `Machine`. A kernel: all its state is born here and dies with the subscription to the world. @internal */
export const machine = (options: MachineOptions): Machine => {
  const { migration, guest, link, costs, agenda, transport } = options
  const settlement = settle(guest.dependencies)
  const speaking = voice(migration, agenda, options.emit)
  const { tell, tellAll, refuse } = speaking
  const run = running(options, settlement, speaking)
  const { hosts, look } = run
  const pending = pendingAnswers(agenda)
  const out = outgoing(options, run, pending, speaking)
  const failed = new Map<'link' | Where, string>()
  let reserved = 0
  let applicationSince: ReturnType<Transport['application']> | undefined

  /** Over the link and back; `arrive` happens at the other end. */
  const thereAndBack = (to: Address, arrive: () => void, answer: () => Answer): void => {
    const one = pending.wait(to, overLink)
    pending.next(one, link.latencyNs, () => {
      look()
      arrive()
      run.changed()
      pending.end(one, link.latencyNs, () => tell(to, answer()))
    })
  }

  const tellHosts = (): void => tellAll({ type: 'hosts', primary: hosts.primary(), running: hosts.running() })
  const compare = (when: 'activated' | 'released'): void => tellAll({ type: 'compared', when, ...hosts.compare(when) })

  const start = (to: Address, where: Where, notBeforeNs?: number): void => {
    run.start(where, notBeforeNs)
    tellHosts()
    tell(to, { type: 'activated', where, guestNs: run.guestNs(), clockNs: run.clockNs() })
  }

  const resumeAtTarget = (to: Address, { missing, clockNs }: Extract<Order, { readonly type: 'resume' }>): void => {
    const one = pending.wait(to, hosts.primary() === 'target' ? ['target'] : overLink)
    pending.end(one, link.latencyNs + settlement.reboundNs + costs.target.resumeNs, () => {
      look()
      if (missing !== undefined) hosts.trap(missing)
      compare('activated')
      start(to, 'target', clockNs)
    })
  }

  const pause = (to: Address): void =>
    pending.end(pending.wait(to, ['source']), costs.source.suspendNs, () => {
      look()
      const shown = run.clockNs()
      run.pause()
      tellHosts()
      tell(to, { type: 'suspended', guestNs: run.guestNs(), clockNs: shown })
    })

  const reserve = (to: Address): void => {
    const bytes = memoryBytes(guest)
    let reason: string | undefined
    const arrive = (): void => {
      if (reserved === 0) reason = options.admit(bytes)
      if (reason === undefined) reserved = bytes
    }
    thereAndBack(to, arrive, () => (reason === undefined ? { type: 'reserved', bytes } : { type: 'refused', reason }))
  }

  const resumeAtSource = (to: Address): void => {
    if (hosts.running().includes('source')) tell(to, { type: 'activated', where: 'source', guestNs: run.guestNs(), clockNs: run.clockNs() })
    else pending.end(pending.wait(to, ['source']), costs.source.resumeNs, () => start(to, 'source'))
  }

  const release = (to: Address): void => {
    const total = transport.application(agenda.now())
    const before = applicationSince ?? total
    tellAll({
      type: 'linkUsed',
      applicationBytes: total.applicationBytes - before.applicationBytes,
      applicationDemandBytes: total.applicationDemandBytes - before.applicationDemandBytes
    })
    compare('released')
    tell(to, { type: 'released', needs: settlement.needs, guestNs: run.guestNs() })
  }

  const deadLink = (): string | undefined => failed.get('link') ?? failed.get('target')

  const abandon = (to: Address): void => {
    hosts.abandon()
    if (reserved > 0) options.dismiss(reserved)
    reserved = 0
    tell(to, { type: 'done' }, deadLink() === undefined ? 2 * link.latencyNs : 0)
  }

  /**
   * Why an order cannot be obeyed at all. Once ownership has passed, the target goes on by itself: it needs neither link nor source to resume, and a
   * source that is gone is one that nobody needs, unless it owed pages.
   */
  const refusal = (order: Order): string | undefined => {
    const passed = hosts.primary() === 'target'
    const source = failed.get('source')
    const senseless = nonsense(order, guest.pages)
    if (senseless !== undefined) return senseless
    if (order.type === 'resume' && order.where === 'source') return source
    if (order.type === 'resume' && passed) return failed.get('target')
    if (order.type === 'redirect' || order.type === 'wake') return undefined
    if (order.type === 'release' && passed && hosts.trappedPages() === 0) return undefined
    if (source !== undefined) return source
    if (!needsTarget.has(order.type)) return undefined
    if (order.type === 'reserve' && settlement.refusals.length > 0) return `residual dependency ${settlement.refusals.join('; ')}`
    return deadLink()
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
        thereAndBack(
          to,
          () => {},
          () => ({ type: 'preselected', host: 'target', guestNs: run.guestNs() })
        )
        break
      case 'reserve':
        reserve(to)
        break
      case 'select': {
        const classes = hosts.classes()
        const pages = level(classes, order.level)
        tell(to, { type: 'selected', pages, nonPageable: pageSet.intersection(classes.nonPageable, pages) })
        break
      }
      case 'track':
        hosts.track(order.on)
        run.changed()
        tell(to, { type: 'done' })
        break
      case 'sync':
        if (!hosts.running().includes('target')) run.hold(costs.source.syncNs)
        tellAll({ type: 'synced', dirty: hosts.sync(), to }, costs.source.syncNs)
        break
      case 'send':
        out.send(to, order)
        break
      case 'discard':
        thereAndBack(
          to,
          () => hosts.discard(order.pages),
          () => ({ type: 'done' })
        )
        break
      case 'flush':
        out.flush(to)
        break
      case 'pause':
        pause(to)
        break
      case 'sendContext':
        out.sendBytes(to, guest.contextBytes + settlement.movedBytes)
        break
      case 'redirect':
        tell(to, { type: 'redirected' }, link.latencyNs + options.redirectNs)
        break
      case 'commit':
        thereAndBack(
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
      case 'inquire': {
        let missing = pageSet.empty(guest.pages)
        thereAndBack(
          to,
          () => {
            missing = hosts.missing()
          },
          () => ({ type: 'standing', primary: hosts.primary(), missing })
        )
        break
      }
      case 'throttle':
        run.setThrottle(order.fraction)
        tell(to, { type: 'done' })
        break
      case 'wake':
        pending.end(pending.wait(to, []), order.afterNs, () => tell(to, { type: 'done' }))
        break
      case 'cancel':
        out.cancel(to, order.tag)
        break
      case 'abandon':
        abandon(to)
        break
    }
  }

  return {
    obey,
    look,
    changed: run.changed,
    wake: run.wake,
    fail: (what, reason) => {
      look()
      failed.set(what, reason)
      if (what !== 'link') {
        run.crash(what)
        tellHosts()
      }
      tellAll({ type: 'failed', what, reason })
      for (const to of pending.fail(what)) refuse(to, reason)
      out.fail()
      run.changed()
    },
    stop: () => {
      run.stop()
      out.stop()
      pending.stop()
    }
  }
}
