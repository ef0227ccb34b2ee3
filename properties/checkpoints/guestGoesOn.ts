import { type Invariant, invariant } from '../invariants/invariant'

/** A checkpoint that fails costs the guest nothing but time: when a pipeline ends that has not lost its guest, the guest runs. */
export const guestGoesOn: Invariant = invariant<{ running: boolean }>({
  name: 'guestGoesOn',
  sentence: 'Whatever becomes of its checkpoints, a guest whose host is there goes on.',
  hears: ['hosts', 'ended'],
  init: () => ({ running: true }),
  step: (memory, entry, tell) => {
    if (entry.type === 'signalled' && entry.signal.type === 'hosts') memory.running = entry.signal.running.length > 0
    if (entry.type === 'ended' && (entry.outcome.type === 'completed' || entry.outcome.type === 'aborted') && !memory.running)
      tell(`the pipeline has ${entry.outcome.type}, and the guest stands still`)
    return memory
  }
})
