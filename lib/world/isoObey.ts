import { mappedSlots } from '../memory/mappedSlots'
import type { ThreadAnswer, ThreadCommand, ThreadOrder } from '../protocol/threadOrder'
import { type IsoContext, threadOf } from './isoContext'
import { type IsoThread, perform } from './isoThreads'

/** An order of a thread: done after those that it has given before. @internal */
export const isoObey = (context: IsoContext, { thread: name, order }: ThreadCommand): void => {
  const thread = threadOf(context, name)
  if (thread.lives === 'gone') {
    context.emit({ at: context.timeline.now(), thread: name, type: 'refused', order: order.type, reason: 'the thread is lost' })
    return
  }
  thread.orders.push(order)
  next(context, thread)
}

/** What a thread's order came to; it goes on with the next. @internal */
export const answer = (context: IsoContext, thread: IsoThread, said: ThreadAnswer): void => {
  thread.waits = undefined
  context.emit({ at: context.timeline.now(), thread: thread.name, ...said })
  next(context, thread)
}

const next = (context: IsoContext, thread: IsoThread): void => {
  if (thread.waits !== undefined) return
  const order = thread.orders.shift()
  if (order === undefined) return
  thread.waits = { order, since: context.timeline.now() }
  // By an event of its own: a thread's answers come one after the other, and never while it gives an order.
  context.after(0, () => {
    if (thread.waits?.order === order) attempt(context, thread, order)
  })
}

const attempt = (context: IsoContext, thread: IsoThread, order: ThreadOrder): void => {
  const { checked, states, memories, threads, down, giving, hear } = context
  if (order.type === 'spawn' && thread.lives === 'unborn') {
    if (!(order.node in states) || down.has(order.node)) {
      answer(context, thread, { type: 'refused', order: 'spawn', reason: `there is no node ${order.node}` })
      return
    }
    thread.node = order.node
  }
  if (order.type === 'migrate' && !(order.to in states)) {
    answer(context, thread, { type: 'refused', order: 'migrate', reason: `there is no node ${order.to}` })
    return
  }
  const ownerOf = (slot: number): string | undefined =>
    [...threads.values()].find(({ runs }) => runs.some(({ start, n }) => slot >= start && slot < start + n))?.name
  const owed = perform(thread, order, checked.area, memories[thread.node] ?? nowhere, ownerOf)
  switch (owed.type) {
    case 'answered':
      answer(context, thread, owed.answer)
      return
    case 'need':
      hear(thread.node, { type: 'need', thread: thread.name, n: owed.n })
      return
    case 'give':
      giving.set(thread, { left: owed.runs.length, answer: owed.answer })
      for (const run of owed.runs) hear(thread.node, { type: 'give', thread: thread.name, run })
      return
    case 'depart':
      hear(thread.node, { type: 'depart', thread: thread.name, to: owed.to })
  }
}

/** What a thread that is nowhere can read: it is refused before. */
const nowhere = mappedSlots({ topAddress: 8, slotBytes: 8, slots: 0, stackSlots: 1 })
