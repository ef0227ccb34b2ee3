import { type IsoContext, lose, threadOf } from './isoContext'

/** What breaks for good, in its time. @internal */
export const scheduleFaults = (context: IsoContext): void => {
  const { checked, timeline, after } = context
  for (const fault of checked.faults) {
    const { host, at } = fault
    if (host !== undefined) after(at - timeline.now(), () => isoBreakDown(context, host, true))
    else if (fault.until === undefined) after(at - timeline.now(), () => isoBreakDown(context, fault.link, false))
  }
}

/** A node breaks down, or is cut off from all others; everybody is told after a time. @internal */
export const isoBreakDown = (context: IsoContext, rank: number, crashed: boolean): void => {
  const { checked, timeline, states, threads, moving, down, carrier, emit, after, hear } = context
  if (crashed) {
    down.add(rank)
    emit({ at: timeline.now(), type: 'failed', node: rank })
  }
  carrier.cut(rank, crashed)
  if (crashed) {
    for (const name of Object.keys(states[rank].arriving)) {
      moving.delete(name)
      lose(context, threadOf(context, name), `node ${rank} broke down`)
    }
    for (const thread of threads.values())
      if (thread.node === rank && !moving.has(thread.name) && (thread.lives !== 'unborn' || thread.waits !== undefined))
        lose(context, thread, `node ${rank} broke down`)
  }
  after(checked.noticeNs, () => {
    for (let other = 0; other < checked.nodes; other++) {
      if (other === rank) continue
      hear(other, { type: 'lost', rank })
      if (!crashed) hear(rank, { type: 'lost', rank: other })
    }
  })
}
