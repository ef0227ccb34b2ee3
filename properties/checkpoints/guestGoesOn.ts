import type { Time } from '../../lib/time/time'
import { described } from '../invariants/described'
import { type Invariant, invariant } from '../invariants/invariant'

type Memory = { readonly breakdowns: readonly Time[]; standsStill: boolean }

/**
 * A checkpoint that fails costs the guest nothing but time: when a pipeline ends that has not lost its guest, the guest runs. One that goes down with its host, at a time at which the
 * world says that this breaks down, does not stand still for anything that its pipeline has done, which may not have heard of it yet.
 */
export const guestGoesOn: Invariant = invariant<Memory>({
  name: 'guestGoesOn',
  sentence: 'Whatever becomes of its checkpoints, a guest whose host is there goes on.',
  hears: ['hosts', 'ended'],
  init: (began, migration) => ({ breakdowns: described(began).breakdownsOf(migration), standsStill: false }),
  step: (memory, entry, tell) => {
    if (entry.type === 'signalled' && entry.signal.type === 'hosts')
      memory.standsStill = entry.signal.running.length === 0 && !memory.breakdowns.includes(entry.at)
    if (entry.type === 'ended' && (entry.outcome.type === 'completed' || entry.outcome.type === 'aborted') && memory.standsStill)
      tell(`the pipeline has ${entry.outcome.type}, and the guest stands still`)
    return memory
  }
})
