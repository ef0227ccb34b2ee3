import type { IsoEffect } from '../protocol/isoNodeState'
import { type IsoContext, threadOf } from './isoContext'
import { answer } from './isoObey'
import { bytesOnWire, stackInUse, supplied } from './isoThreads'

type EffectOf<K extends IsoEffect['type']> = Extract<IsoEffect, { readonly type: K }>

/** What a node's machine wants done on its own node. @internal */
export const isoEnact = (context: IsoContext, rank: number, effect: Exclude<IsoEffect, { readonly type: 'send' }>): void => {
  const { memories, timeline, asked } = context
  switch (effect.type) {
    case 'map':
      memories[rank].map(effect.run)
      return
    case 'unmap':
      memories[rank].unmap(effect.run)
      return
    case 'negotiated': {
      const { id, thread, owners, run } = effect
      const ns = timeline.now() - asked.get(`${id.rank}.${id.number}`)!.since
      context.emit({ at: timeline.now(), for: thread, type: 'negotiated', node: rank, owners, run, ns })
      return
    }
    case 'got':
      got(context, rank, effect)
      return
    case 'gave':
      gave(context, effect)
      return
    case 'refused': {
      const thread = threadOf(context, effect.thread)
      if (thread.waits !== undefined) answer(context, thread, { type: 'refused', order: thread.waits.order.type, reason: effect.reason })
      return
    }
    case 'installed':
      install(context, rank, effect)
  }
}

const got = (context: IsoContext, rank: number, { thread: name, run, from }: EffectOf<'got'>): void => {
  const { checked, memories, after } = context
  const thread = threadOf(context, name)
  const { waits } = thread
  if (waits === undefined) return
  after(from === 'cache' ? 0 : checked.costs.mapNs, () => {
    if (thread.waits !== waits) return
    if (thread.lives === 'unborn') thread.lives = 'here'
    answer(context, thread, supplied(thread, waits.order, run, checked.area, memories[rank]))
  })
}

const gave = (context: IsoContext, { thread: name, run }: EffectOf<'gave'>): void => {
  const { giving } = context
  const thread = threadOf(context, name)
  const owed = giving.get(thread)
  if (owed === undefined) return
  thread.runs = thread.runs.filter(({ start }) => start !== run.start)
  if (owed.left > 1) {
    giving.set(thread, { ...owed, left: owed.left - 1 })
    return
  }
  giving.delete(thread)
  if (owed.answer.type === 'exited') {
    thread.lives = 'unborn'
    thread.node = -1
  }
  answer(context, thread, owed.answer)
}

const install = (context: IsoContext, rank: number, { thread: name, runs, mapped }: EffectOf<'installed'>): void => {
  const { checked, memories, moving, timeline, after } = context
  const { area } = checked
  const thread = threadOf(context, name)
  const { words } = moving.get(name)!
  const memory = memories[rank]
  for (const [i, run] of runs.entries()) memory.copyIn(run, i === 0 ? stackInUse(thread, area, words[i], memory.copyOut(run)) : words[i])
  moving.delete(name)
  const from = thread.node
  const { waits } = thread
  thread.node = rank
  after(mapped === 0 ? 0 : checked.costs.mapNs, () => {
    if (thread.waits !== waits || waits === undefined) return
    thread.lives = 'here'
    const ns = timeline.now() - waits.since
    answer(context, thread, { type: 'migrated', from, to: rank, ns, bytes: bytesOnWire(thread, area), mapped })
  })
}
