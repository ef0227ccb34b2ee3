import { type Invariant, invariant } from './invariant'

/**
 * A guest that was dumped into files is made anew of them before it runs at the target, and of nothing that may not have arrived: each dump of a migration is followed by a rebuild ahead of
 * the resumption there, and that by no send without a barrier in between.
 */
export const rebuiltFromFiles: Invariant = invariant<Memory>({
  name: 'rebuiltFromFiles',
  sentence:
    'A guest that was dumped into files is made anew of them before it runs at the target, and of nothing that may not have arrived.',
  hears: ['dump', 'rebuild', 'send', 'resume', 'done'],
  init: () => begun(),
  again: () => begun(),
  step: (memory, entry, tell, { answered }) => {
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      if (order.type === 'dump') memory.owed = true
      else if (order.type === 'send') {
        if (order.of !== 'disk') memory.sent = to.n
      } else if (order.type === 'rebuild') {
        if (memory.sent > memory.flushed) tell('memory is made of files that may not have arrived')
      } else if (order.type === 'resume' && order.where === 'target' && memory.owed)
        tell('the guest resumes at the target, and its memory has not been made of its files')
    } else if (entry.type === 'signalled' && entry.signal.type === 'done' && answered !== undefined) {
      const { order, to } = answered.command
      if (order.type === 'flush') memory.flushed = Math.max(memory.flushed, to.n)
      else if (order.type === 'rebuild') memory.owed = false
    }
    return memory
  }
})

/** The last order that sends a file, the last barrier that was reached, and whether there is a dump that nothing has been made of. */
type Memory = { sent: number; flushed: number; owed: boolean }

const begun = (): Memory => ({ sent: -1, flushed: -1, owed: false })
