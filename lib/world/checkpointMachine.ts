import type { Guest } from '../guest/guest'
import { type HostCosts, idealHost, laneRate } from '../guest/hostCosts'
import * as pageSet from '../memory/pageSet'
import type { Link } from '../network/link'
import type { Address, Command, Order } from '../protocol/command'
import type { ImageFact } from '../protocol/imageOrder'
import type { Answer, Fact, Signal } from '../protocol/signal'
import type { Key } from '../random/random'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import { checkpointGuest } from './checkpointGuest'
import type { Freight } from './freight'
import type { Fidelity } from './hosts'
import { imageKeeper } from './imageKeeper'
import type { Carried } from './imageTransfers'
import { type Pending, pendingAnswers } from './pendingAnswers'
import { senseless } from './senseless'
import type { Reached } from './stores'
import { voice } from './voice'

/** What a guest whose images are kept is made of. @internal */
export type CheckpointMachineOptions = {
  readonly migration: string
  readonly guest: Guest
  readonly link: Link
  readonly costs: HostCosts
  readonly copyPageNs: number
  readonly fidelity: Fidelity
  readonly batchAccesses: number
  readonly batchPages: number
  readonly key: Key
  readonly agenda: Agenda
  readonly freight: Freight
  readonly stores: ReadonlyMap<string, Reached>
  readonly used: () => Omit<Extract<ImageFact, { readonly type: 'storesUsed' }>, 'type'>
  readonly emit: (signal: Signal) => void
}

/** One guest on its host, and its images: obeys commands and answers every one of them. @internal */
export type CheckpointMachine = {
  readonly obey: (command: Command) => void
  /** Something has arrived, or never will. */
  readonly landed: () => void
  readonly hostFails: (reason: string) => void
  readonly linkFails: (reason: string) => void
  readonly linkMended: () => void
  readonly storeFails: (store: string, reason: string) => void
}

type Part = Pending['needs'][number]
const atSource: readonly Part[] = ['source']
const overLink: readonly Part[] = ['link', 'source']
const nothing: readonly Part[] = []

/** What each order does; orders that are not among them are refused. What an arrow answers here is nobody's. */
type Doing = { readonly [K in Order['type']]?: (to: Address, order: Extract<Order, { readonly type: K }>) => unknown }

/** See `CheckpointMachine`. A kernel; all its state is born here. @internal */
export const checkpointMachine = (options: CheckpointMachineOptions): CheckpointMachine => {
  const { migration, guest, link, costs, agenda, freight, stores } = options
  const { tell, tellAll, refuse } = voice(migration, agenda, options.emit)
  const { pages, pageBytes } = guest
  const pending = pendingAnswers(agenda)
  const files = [...stores.values()].filter(({ type }) => type === 'file')
  const hasServers = files.length < stores.size
  const own = checkpointGuest({ ...options, now: agenda.now })
  let writes = 0
  let failed: { readonly host?: string; readonly link?: string } = {}
  /** Barriers that wait until nothing is on its way any more. */
  const flushes: { readonly to: Address; readonly wait: Pending; readonly image: string | undefined }[] = []
  /** The image being made. */
  let open: string | undefined

  const look = (): void => {
    if (failed.host === undefined && own.look()) tellAll({ type: 'exited' })
  }
  const keeper = imageKeeper({
    guest: migration,
    shape: { pages, pageBytes, fidelity: options.fidelity },
    hosts: own.hosts,
    contextBytes: guest.contextBytes,
    batchPages: options.batchPages,
    senderBytesPerSecond: laneRate({ source: costs, target: idealHost }, { pages: 1, zeros: 0, bytes: pageBytes + link.headerBytes }),
    freight,
    stores,
    now: agenda.now,
    look,
    isRunning: own.isRunning,
    point: own.point
  })

  const tellHosts = (where: 'source' | 'target'): void =>
    tellAll({ type: 'hosts', primary: where, running: own.isRunning() ? [where] : [] })
  const verified = (image: string, when: 'sealed' | 'restored', lost: pageSet.PageSet): void => {
    tellAll({ type: 'verified', image, when, lost })
    tellAll({ type: 'storesUsed', ...options.used() })
  }
  const activated = (where: 'source' | 'target'): Answer => ({ type: 'activated', where, guestNs: own.guestNs(), clockNs: agenda.now() })

  /** After a while, unless what it needs has failed by then. */
  const after = (to: Address, needs: readonly Part[], ns: Time, happens: () => void): Pending => {
    const wait = pending.wait(to, needs)
    pending.end(wait, ns, happens)
    return wait
  }
  const flushed = (to: Address, image: string | undefined): void => {
    const reason = image === undefined ? undefined : keeper.broken(image)
    if (reason === undefined) keeper.synced()
    tell(to, reason === undefined ? { type: 'done' } : { type: 'refused', reason })
  }
  const settleFlushes = (): void => {
    if (freight.inFlight(migration) || freight.leaving(migration) > 0) return
    for (const { to, wait, image } of flushes.splice(0)) {
      const at = image === undefined ? [] : keeper.storesOf(image)
      const ns = typeof at === 'string' ? 0 : at.reduce((most, { latencyNs, syncNs }) => Math.max(most, latencyNs, syncNs), 0)
      pending.end(wait, ns, () => flushed(to, image))
    }
  }
  /** There and back, with what happens there; of an image's stores, or of all. */
  const errand = (to: Address, image: string | undefined, there: () => Answer | string): void => {
    const at = image === undefined ? [...stores.values()] : keeper.storesOf(image)
    if (typeof at === 'string') {
      refuse(to, at)
      return
    }
    const remote = at.some(({ type }) => type === 'server')
    if (remote && failed.link !== undefined) {
      refuse(to, failed.link)
      return
    }
    const needs = image === undefined ? (remote ? (['link'] as const) : nothing) : remote ? overLink : atSource
    const way = remote ? link.latencyNs : 0
    const wait = pending.wait(to, needs)
    const longest = image === undefined ? way : at.reduce((most, { syncNs }) => Math.max(most, syncNs), way)
    pending.next(wait, longest, () => {
      const answer = there()
      pending.end(wait, way, () => tell(to, typeof answer === 'string' ? { type: 'refused', reason: answer } : answer))
    })
  }
  /** A write shares the host with its guest until it has ended. */
  const writing = (to: Address): ((result: Carried) => void) => {
    own.setSenders(++writes)
    return (result) => {
      look()
      own.setSenders(--writes)
      if (result.type === 'failed') refuse(to, result.reason)
      else tell(to, { type: 'sent', pages: result.pages, skipped: result.skipped, bytes: result.bytes })
    }
  }
  const goOnAtTarget = (to: Address): void => {
    const made = keeper.assembled()
    if (typeof made === 'string') {
      refuse(to, made)
      return
    }
    const { image, assembly, lost } = made
    failed = failed.link === undefined ? {} : { link: failed.link }
    open = undefined
    keeper.becomes(image)
    own.becomes(image, assembly)
    verified(image.name, 'restored', lost)
    tellHosts('target')
    tell(to, activated('target'))
  }
  const goOnAtSource = (to: Address): void => {
    if (!own.isRunning()) {
      keeper.pointed()
      own.start()
      tellHosts('source')
    }
    tell(to, activated('source'))
  }
  const stopped = (to: Address): void => {
    look()
    own.stop()
    tellHosts('source')
    tell(to, { type: 'suspended', guestNs: own.guestNs(), clockNs: agenda.now() })
  }
  const sealing = (image: string): Answer | string => {
    look()
    const result = keeper.seal(image)
    if (typeof result === 'string') return result
    open = undefined
    verified(image, 'sealed', result.lost)
    return { type: 'sealed', image, pages: result.pages, bytes: result.bytes }
  }

  const doing: Doing = {
    select: (to, order) => tell(to, own.select(order.level)),
    track: (to, order) => {
      keeper.folded(own.track(order.on))
      tell(to, { type: 'done' })
    },
    sync: (to) => {
      const { dirty, tracked } = own.fold()
      keeper.folded(dirty)
      own.hold(costs.syncNs)
      const fact: Fact = { type: 'synced', dirty: tracked ? dirty : pageSet.empty(pages), to }
      if (costs.syncNs === 0) tellAll(fact)
      else after(to, nothing, costs.syncNs, () => tellAll(fact))
    },
    pause: (to) => after(to, atSource, costs.suspendNs, () => stopped(to)),
    resume: (to, { where }) => {
      if (where === 'target' && own.isRunning()) refuse(to, 'the guest runs')
      else if (where === 'target') after(to, nothing, costs.resumeNs, () => goOnAtTarget(to))
      else if (own.isRunning()) tell(to, activated('source'))
      else after(to, atSource, costs.resumeNs, () => goOnAtSource(to))
    },
    throttle: (to, { fraction }) => {
      own.setThrottle(fraction)
      tell(to, { type: 'done' })
    },
    pin: (to, { cores }) => {
      own.pin(cores)
      tell(to, { type: 'done' })
    },
    wake: (to, { afterNs }) => {
      const tellThen = (): void => tell(to, { type: 'done' })
      after(to, nothing, afterNs, tellThen).atOnce = tellThen
    },
    cancel: (to, { tag }) => {
      pending.hurry(to.lane, tag)
      tell(to, { type: 'cancelled', unsent: pageSet.empty(pages) })
    },
    flush: (to) => {
      if (failed.link !== undefined && hasServers && open === undefined) {
        refuse(to, failed.link)
        return
      }
      flushes.push({ to, wait: pending.wait(to, atSource), image: open })
      settleFlushes()
    },
    open: (to, order) => {
      const remote = order.stores.some((store) => stores.get(store)?.type === 'server')
      const problem = remote && failed.link !== undefined ? failed.link : keeper.open(order)
      if (problem !== undefined) {
        refuse(to, problem)
        return
      }
      open = order.image
      errand(to, order.image, () => ({ type: 'done' }))
    },
    stash: (to, { image, pages: copied }) => {
      const count = keeper.stash(image, copied)
      if (typeof count === 'string') {
        refuse(to, count)
        return
      }
      const ns = Math.ceil(copied.count * options.copyPageNs)
      own.hold(ns)
      after(to, atSource, ns, () => tell(to, { type: 'stashed', pages: count }))
    },
    write: (to, order) => keeper.write(order, writing(to)),
    seal: (to, { image }) => {
      const problem = keeper.broken(image)
      if (problem === undefined) errand(to, image, () => sealing(image))
      else refuse(to, problem)
    },
    drop: (to, { image }) =>
      errand(to, undefined, () => {
        keeper.drop(image)
        return { type: 'done' }
      }),
    catalogue: (to) => errand(to, undefined, () => ({ type: 'catalogued', images: keeper.catalogue() })),
    restore: (to, order) => {
      if (own.isRunning()) {
        refuse(to, 'the guest runs')
        return
      }
      keeper.restore(order, (result) => {
        if (result.type === 'failed') refuse(to, result.reason)
        else tell(to, { type: 'loaded', pages: result.pages.count, bytes: result.bytes })
      })
    }
  }

  const giveUp = (what: Part, reason: string): void => {
    for (const to of pending.fail(what)) refuse(to, reason)
  }
  return {
    obey: ({ order, to }) => {
      look()
      const reason = nonsense(order, pages) ?? (needsHost.has(order.type) || isGoingOn(order) ? failed.host : undefined)
      const act = doing[order.type] as ((to: Address, order: Order) => unknown) | undefined
      if (reason !== undefined) refuse(to, reason)
      else if (act === undefined) refuse(to, `here images of guests are kept, and nothing is there that could obey ${order.type}`)
      else act(to, order)
    },
    landed: settleFlushes,
    hostFails: (reason) => {
      if (failed.host !== undefined) return
      look()
      own.stop()
      failed = { ...failed, host: reason }
      flushes.length = 0
      keeper.hostFailed(reason)
      tellAll({ type: 'failed', what: 'source', reason })
      for (const store of files) if (!store.survives) tellAll({ type: 'storeFailed', store: store.name, reason })
      tellHosts('source')
      giveUp('source', reason)
      freight.fail({ owner: migration }, reason)
    },
    linkFails: (reason) => {
      look()
      failed = { ...failed, link: reason }
      keeper.linkFailed(reason)
      tellAll({ type: 'failed', what: 'link', reason })
      giveUp('link', reason)
    },
    linkMended: () => {
      look()
      failed = failed.host === undefined ? {} : { host: failed.host }
      tellAll({ type: 'mended', what: 'link' })
    },
    storeFails: (store, reason) => {
      look()
      keeper.storeFailed(store, reason)
      tellAll({ type: 'storeFailed', store, reason })
      settleFlushes()
    }
  }
}

/** Why an order makes no sense for a guest of so many pages. */
const nonsense = (order: Order, pages: number): string | undefined => {
  if ('pages' in order && order.pages.type === 'PageSet' && order.pages.size !== pages)
    return `pages must be of the guest's ${pages} (got a set of ${order.pages.size})`
  const reason = senseless(order)
  if (reason !== undefined) return reason
  if (order.type === 'write' && order.bytesPerSecond !== undefined && !(order.bytesPerSecond > 0))
    return `bytes per second must be above 0 (got ${order.bytesPerSecond})`
  return undefined
}

const isGoingOn = (order: Order): boolean => order.type === 'resume' && order.where === 'source'

/** The orders that only a host that is there can obey. */
const needsHost: ReadonlySet<Order['type']> = new Set([
  'select',
  'track',
  'sync',
  'pause',
  'throttle',
  'pin',
  'flush',
  'open',
  'stash',
  'write',
  'seal'
])
