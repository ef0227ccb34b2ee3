import type { Order } from '../../lib/protocol/command'
import type { AnswerKind } from '../../lib/protocol/signal'
import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from './invariant'

/**
 * Every command is answered exactly once, with its own kind of answer or `refused`, before its migration ends. When a limit ends it, what was pending is
 * forgiven, except an order that neither waits for the link nor for a timer and has been waiting for more than half of the run.
 */
export const answered: Invariant = invariant<Memory>({
  name: 'answered',
  sentence: 'Every command is answered exactly once, by an answer of its kind or a refusal, before the migration ends.',
  init: () => ({ orders: new Map(), pending: new Map(), since: undefined }),
  step: (memory, entry, tell) => {
    const { orders, pending } = memory
    const since = memory.since ?? entry.at
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      if (orders.has(to.n)) tell(`command ${to.n}, ${order.type}, has the number of an earlier ${orders.get(to.n)}`)
      orders.set(to.n, order.type)
      pending.set(to.n, entry.at)
    } else if (entry.type === 'signalled' && 'to' in entry.signal) {
      const { type, to } = entry.signal
      const order = orders.get(to.n)
      if (order === undefined) tell(`${type} answers command ${to.n}, which was not given`)
      else if (!pending.delete(to.n)) tell(`${type} answers command ${to.n}, ${order}, which was answered before`)
      else if (type !== 'refused' && type !== kinds[order]) tell(`${type} answers command ${to.n}, ${order}`)
    } else if (entry.type === 'ended') {
      const forgiven = (n: number, at: Time): boolean =>
        entry.outcome.type === 'limited' && (mayTakeLong.has(orders.get(n)!) || entry.at - at <= (entry.at - since) / 2)
      for (const [n, at] of pending)
        if (!forgiven(n, at)) tell(`command ${n}, ${orders.get(n)} at ${at}, has no answer when the migration ends`)
    }
    return { orders, pending, since }
  }
})

type Memory = {
  readonly orders: Map<number, Order['type']>
  readonly pending: Map<number, Time>
  readonly since: Time | undefined
}

const mayTakeLong: ReadonlySet<Order['type']> = new Set(['send', 'sendContext', 'flush', 'wake', 'cancel'])

const kinds: AnswerKind = {
  preselect: 'preselected',
  reserve: 'reserved',
  select: 'selected',
  track: 'done',
  sync: 'synced',
  send: 'sent',
  discard: 'done',
  flush: 'done',
  pause: 'suspended',
  sendContext: 'done',
  redirect: 'redirected',
  commit: 'committed',
  resume: 'activated',
  release: 'released',
  inquire: 'standing',
  throttle: 'done',
  wake: 'done',
  cancel: 'cancelled',
  abandon: 'done'
}
