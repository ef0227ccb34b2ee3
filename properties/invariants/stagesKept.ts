import type { Entry } from '../../lib/protocol/journal'
import type { Outcome } from '../../lib/protocol/pipeline'
import { type Invariant, invariant, type Orders, type Tell } from './invariant'

/**
 * Clark's stages are kept (NSDI 2005, §3.3), by what is ordered and answered alone.
 *
 * - A page is sent only to a target that has reserved memory for it.
 * - Ownership passes, and the source lets go, only behind a barrier: what has left has arrived. What the target itself has named as missing, or not, is as good as one.
 * - The guest goes on at the target with the execution context of its last pause.
 * - What completes has the network redirected to the target, and has been released at the source. What is aborted leaves nothing behind: no throttle, no pinning, no dirty logging, no reservation.
 */
export const stagesKept: Invariant = invariant<Memory>({
  name: 'stagesKept',
  sentence:
    'The stages come in their order: reserve before sending, a barrier before commit and release, the context before the target resumes, the network redirected at the end; and an abort leaves nothing behind.',
  hears: [
    ...(['send', 'sendContext', 'commit', 'resume', 'release', 'throttle', 'dirtyLimit', 'pin', 'track', 'abandon'] as const),
    ...(['reserved', 'done', 'standing', 'suspended', 'redirected', 'released', 'ended'] as const)
  ],
  init: () => begun(),
  again: ({ throttled, pinned, tracked, trackedDisk }, how) => ({
    ...begun(),
    ...(how === 'retry' ? { throttled, pinned, tracked, trackedDisk } : {})
  }),
  step: (memory, entry, tell, orders) => {
    if (entry.type === 'commanded') ordered(memory, entry, tell)
    else if (entry.type === 'signalled') heard(memory, entry, orders)
    else if (entry.type === 'ended') ended(memory, entry.outcome, tell)
    return memory
  }
})

type Memory = {
  reserved: boolean
  /** The numbers of the last order that sends anything, and of the last barrier that was reached. */
  sent: number
  flushed: number
  /** Whether the context of the last pause has left. */
  context: boolean
  redirected: boolean
  released: boolean
  throttled: boolean
  pinned: boolean
  tracked: boolean
  trackedDisk: boolean
}

const begun = (): Memory => ({
  reserved: false,
  sent: -1,
  flushed: -1,
  context: false,
  redirected: false,
  released: false,
  throttled: false,
  pinned: false,
  tracked: false,
  trackedDisk: false
})

const ordered = (memory: Memory, { command: { order, to } }: Extract<Entry, { readonly type: 'commanded' }>, tell: Tell): void => {
  if (order.type === 'send' || order.type === 'sendContext') {
    memory.sent = to.n
    if (!memory.reserved) tell(`${order.type} to a target that has reserved nothing`)
  } else if (order.type === 'commit' || order.type === 'release') {
    if (memory.sent > memory.flushed) tell(`${order.type} while what has left may not have arrived`)
  } else if (order.type === 'resume') {
    if (order.where === 'target' && !memory.context) tell('resume at the target without the context of the last pause')
  } else if (order.type === 'throttle') memory.throttled = order.fraction > 0
  else if (order.type === 'dirtyLimit') memory.throttled = true
  else if (order.type === 'pin') memory.pinned = order.cores !== null
  else if (order.type === 'track' && order.of === 'disk') memory.trackedDisk = order.on
  else if (order.type === 'track') memory.tracked = order.on
  else if (order.type === 'abandon') memory.reserved = false
}

const heard = (memory: Memory, { signal }: Extract<Entry, { readonly type: 'signalled' }>, { answered }: Orders): void => {
  if (signal.type === 'reserved') memory.reserved = true
  else if (signal.type === 'suspended') memory.context = false
  else if (signal.type === 'redirected') memory.redirected = true
  else if (signal.type === 'released') memory.released = true
  else if ((signal.type === 'done' || signal.type === 'standing') && answered !== undefined) {
    const { order, to } = answered.command
    if (order.type === 'flush' || order.type === 'inquire') memory.flushed = Math.max(memory.flushed, to.n)
    else if (order.type === 'sendContext') memory.context = true
  }
}

const ended = (
  { redirected, released, throttled, pinned, tracked, trackedDisk, reserved }: Memory,
  { type }: Outcome,
  tell: Tell
): void => {
  if (type === 'completed' && !released) tell('the migration is completed, and the source has not let go')
  if (type === 'completed' && !redirected) tell('the migration is completed, and the network still goes to the source')
  if (type !== 'aborted') return
  if (throttled) tell('the migration is aborted, and the guest is still throttled')
  if (pinned) tell('the migration is aborted, and the virtual CPUs are still pinned')
  if (tracked) tell('the migration is aborted, and its writes are still logged')
  if (trackedDisk) tell('the migration is aborted, and its writes to the disk are still logged')
  if (reserved) tell('the migration is aborted, and the target still keeps its reservation')
}
