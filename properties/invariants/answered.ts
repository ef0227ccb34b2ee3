import type { Order } from '../../lib/protocol/command'
import type { AnswerKind } from '../../lib/protocol/signal'
import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from './invariant'

/**
 * Every command is answered exactly once, with its own kind of answer or `refused`, before its migration ends. When a limit ends it, what was pending is
 * forgiven, except an order that neither waits for the link nor for a timer and has been waiting for more than half of the run.
 *
 * Commands are numbered upwards, so that what was answered before is known by its number, and only what is pending is remembered.
 */
export const answered: Invariant = invariant<Memory>({
  name: 'answered',
  sentence: 'Every command is answered exactly once, by an answer of its kind or a refusal, before the migration ends.',
  init: () => ({ pending: new Map(), highest: -1, since: undefined }),
  step: (memory, entry, tell) => {
    const { pending, highest } = memory
    memory.since ??= entry.at
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      if (to.n <= highest) tell(`command ${to.n}, ${order.type}, has the number of an earlier one, or a lower`)
      else memory.highest = to.n
      pending.set(to.n, { type: order.type, at: entry.at })
    } else if (entry.type === 'signalled' && 'to' in entry.signal) {
      const { type, to } = entry.signal
      const order = pending.get(to.n)
      if (order !== undefined) {
        pending.delete(to.n)
        if (type !== 'refused' && type !== kinds[order.type]) tell(`${type} answers command ${to.n}, ${order.type}`)
      } else tell(`${type} answers command ${to.n}, which was ${to.n > highest ? 'not given' : 'answered before'}`)
    } else if (entry.type === 'ended' && pending.size > 0) {
      const { since } = memory
      const limited = entry.outcome.type === 'limited'
      for (const [n, { type, at }] of pending)
        if (!(limited && (mayTakeLong.has(type) || entry.at - at <= (entry.at - since) / 2)))
          tell(`command ${n}, ${type} at ${at}, has no answer when the migration ends`)
    }
    return memory
  }
})

type Memory = {
  readonly pending: Map<number, { readonly type: Order['type']; readonly at: Time }>
  highest: number
  since: Time | undefined
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
