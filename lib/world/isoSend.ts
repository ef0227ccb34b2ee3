import type { IsoMessage } from '../protocol/isoMessage'
import type { IsoEffect } from '../protocol/isoNodeState'
import { type IsoContext, lose, threadOf } from './isoContext'
import { bytesOnWire } from './isoThreads'

/** A message of a node on its way to another, and what is in a thread's runs with it. @internal */
export const isoSend = (context: IsoContext, from: number, { to, message }: Extract<IsoEffect, { readonly type: 'send' }>): void => {
  const { checked, memories, moving, traffic, carrier, timeline, emit, after, hear } = context
  const thread = message.type === 'thread' ? threadOf(context, message.thread) : undefined
  const headBytes = checked.costs.messageBytes
  const bytes = headBytes + contentBytes(context, message)
  traffic[message.type].messages++
  traffic[message.type].bytes += bytes
  if (message.type === 'thread' && thread !== undefined) {
    thread.lives = 'moving'
    moving.set(message.thread, { runs: message.runs, words: [] })
  }
  const concerned = whose(context, message)
  carrier.send({
    from,
    to,
    bytes,
    headBytes,
    left: () => {
      if (message.type !== 'thread') return
      // What is in the runs is read when it leaves.
      moving.get(message.thread)!.words = message.runs.map((run) => memories[from].copyOut(run))
      after(checked.costs.releaseNs, () => hear(from, { type: 'left', departure: message.departure }))
    },
    came: () => {
      emit({ at: timeline.now(), for: concerned, type: 'carried', what: message.type, from, node: to, bytes })
      hear(to, { type: 'told', from, message })
    },
    dropped: () => {
      if (message.type !== 'thread' || thread === undefined) return
      moving.delete(message.thread)
      lose(context, thread, 'the network broke while the thread was on its way')
    }
  })
}

/** Bytes of a message besides those that every one has. */
const contentBytes = (context: IsoContext, message: IsoMessage): number => {
  const { area } = context.checked
  if (message.type === 'map' || message.type === 'update') return Math.ceil(area.slots / 8)
  if (message.type === 'reserve') return RUN_BYTES * message.runs.length
  return message.type === 'thread' ? bytesOnWire(threadOf(context, message.thread), area) : 0
}

/** A run in a message: its first slot and how many. */
const RUN_BYTES = 8

/** The thread for which a message is sent. */
const whose = ({ asked }: IsoContext, message: IsoMessage): string =>
  'thread' in message ? message.thread : (asked.get(`${message.id.rank}.${message.id.number}`)?.thread ?? '')
