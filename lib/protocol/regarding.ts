import type { Of, Order, Request } from './command'
import type { Step } from './phase'
import { awaiting } from './phase'
import type { Signal } from './signal'

/**
 * A phase that speaks of the guest's disk alone, or of its memory alone. `regarding('disk')` makes any phase of pages one of blocks: its orders that name pages are of the
 * disk, and of the facts that speak of pages it hears those of the disk's. `regarding('memory')` keeps the disk's facts from a phase that runs beside one of the disk, so
 * that nobody takes block 5 for page 5. What speaks of neither (a link that fails, a guest that ends) is heard by both.
 *
 *     lanes({ memory: regarding('memory')(push(rules)(guest)), disk: regarding('disk')(push(diskRules)(blocks)) })
 */
export const regarding =
  (what: 'memory' | Of) =>
  <A>(step: Step<A>): Step<A> =>
    what === 'disk' ? ofDisk(step) : ofMemory(step)

const ofDisk = <A>({ requests, phase }: Step<A>): Step<A> =>
  phase.type === 'done'
    ? { requests: requests.map(tagged), phase }
    : awaiting(requests.map(tagged), `disk(${phase.name})`, phase.data, (signal) => {
        const step = speaksOf(signal) === 'memory' ? undefined : phase.on(signal)
        return step && ofDisk(step)
      })

const ofMemory = <A>({ requests, phase }: Step<A>): Step<A> =>
  phase.type === 'done'
    ? { requests, phase }
    : awaiting(requests, `memory(${phase.name})`, phase.data, (signal) => {
        const step = speaksOf(signal) === 'disk' ? undefined : phase.on(signal)
        return step && ofMemory(step)
      })

const tagged = (request: Request): Request =>
  namesPages(request.order) ? { ...request, order: { ...request.order, of: 'disk' } } : request

type OfPages = Extract<Order, { readonly of?: Of }>

const namesPages = (order: Order): order is OfPages => ordersOfPages.has(order.type)

const ordersOfPages: ReadonlySet<Order['type']> = new Set<OfPages['type']>(['select', 'track', 'sync', 'send', 'discard'])

/** What a fact that names pages is of; `undefined` of what is neither's, or an answer, which goes to who asked anyway. */
const speaksOf = (signal: Signal): 'memory' | Of | undefined => {
  switch (signal.type) {
    case 'synced':
    case 'round':
    case 'progress':
    case 'compared':
      return signal.of ?? 'memory'
    case 'faulted':
      return 'memory'
    default:
      return undefined
  }
}
