import type { HostCosts } from '../guest/hostCosts'
import * as pageSet from '../memory/pageSet'
import type { Address, Order } from '../protocol/command'
import type { Fact } from '../protocol/signal'
import { atSource, type CheckpointErrands, type CheckpointStanding, nothing } from './checkpointErrands'
import type { CheckpointGuest } from './checkpointGuest'
import type { CheckpointMoments } from './checkpointMoments'
import type { ImageKeeper } from './imageKeeper'
import { senseless } from './senseless'
import type { Reached } from './stores'
import type { Voice } from './voice'

/** What each order does; orders that are not among them are refused. What an arrow answers here is nobody's. */
type Doing = { readonly [K in Order['type']]?: (to: Address, order: Extract<Order, { readonly type: K }>) => unknown }

/** Obeys an order, or refuses it, where images of a guest are kept. @internal */
export const checkpointOrders = (of: {
  readonly pages: number
  readonly costs: HostCosts
  readonly copyPageNs: number
  readonly stores: ReadonlyMap<string, Reached>
  readonly own: CheckpointGuest
  readonly keeper: ImageKeeper
  readonly standing: CheckpointStanding
  readonly errands: CheckpointErrands
  readonly moments: CheckpointMoments
  readonly voice: Voice
}): ((to: Address, order: Order) => void) => {
  const { pages, costs, own, keeper, standing, moments } = of
  const { tell, tellAll, refuse } = of.voice
  const { after, errand } = of.errands

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
    pause: (to) => after(to, atSource, costs.suspendNs, () => moments.stopped(to)),
    resume: (to, { where }) => {
      if (where === 'target' && own.isRunning()) refuse(to, 'the guest runs')
      else if (where === 'target') after(to, nothing, costs.resumeNs, () => moments.goOnAtTarget(to))
      else if (own.isRunning()) tell(to, moments.activated('source'))
      else after(to, atSource, costs.resumeNs, () => moments.goOnAtSource(to))
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
      of.errands.hurry(to.lane, tag)
      tell(to, { type: 'cancelled', unsent: pageSet.empty(pages) })
    },
    flush: (to) => of.errands.flush(to),
    open: (to, order) => {
      const remote = order.stores.some((store) => of.stores.get(store)?.type === 'server')
      const problem = remote && standing.link !== undefined ? standing.link : keeper.open(order)
      if (problem !== undefined) {
        refuse(to, problem)
        return
      }
      standing.open = order.image
      errand(to, order.image, () => ({ type: 'done' }))
    },
    stash: (to, { image, pages: copied }) => {
      const count = keeper.stash(image, copied)
      if (typeof count === 'string') {
        refuse(to, count)
        return
      }
      const ns = Math.ceil(copied.count * of.copyPageNs)
      own.hold(ns)
      after(to, atSource, ns, () => tell(to, { type: 'stashed', pages: count }))
    },
    write: (to, order) => keeper.write(order, moments.writing(to)),
    seal: (to, { image }) => {
      const problem = keeper.broken(image)
      if (problem === undefined) errand(to, image, () => moments.sealing(image))
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

  return (to, order) => {
    const reason = nonsense(order, pages) ?? (needsHost.has(order.type) || isGoingOn(order) ? standing.host : undefined)
    const act = doing[order.type] as ((to: Address, order: Order) => unknown) | undefined
    if (reason !== undefined) refuse(to, reason)
    else if (act === undefined) refuse(to, `here images of guests are kept, and nothing is there that could obey ${order.type}`)
    else act(to, order)
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
