import type { Order } from '../protocol/command'
import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'
import { sentOf } from './sentOf'

/**
 * What moving a disk took. `blocks`, `bytes`: of every `sent` of the disk, and what had left of one that was given up, headers included. `rounds`: its rounds. `drainedBytes`: those of them sent while the guest stood
 * still. `drainTime`: for how long, in ticks, the guest stood still while an order for the disk waited for its answer: what the disk added to the downtime, where
 * it is drained by itself.
 */
export type DiskTransfer = {
  readonly blocks: number
  readonly bytes: number
  readonly rounds: number
  readonly drainedBytes: number
  readonly drainTime: Time
}

/** A migration's entries to what moving its guest's disk took; `undefined` when nothing was ordered of one. Law: `drainTime <= downtime`. */
export const diskTransfer: Fold<Entry, DiskTransfer | undefined> = fold<Entry, DiskTransfer | undefined, Gathered>({
  init: () => ({ ordered: false, paused: false, waiting: new Set(), at: 0, blocks: 0, bytes: 0, rounds: 0, drainedBytes: 0, drainTime: 0 }),
  step: (state, entry) => {
    if (entry.type === 'commanded' && isOfDisk(entry.command.order)) {
      pass(state, entry.at)
      state.ordered = true
      state.waiting.add(entry.command.to.n)
    }
    if (entry.type !== 'signalled') return state
    const { signal } = entry
    const concerns = signal.type === 'suspended' || signal.type === 'activated' || ('to' in signal && state.waiting.has(signal.to.n))
    if (concerns) pass(state, entry.at)
    if (signal.type === 'suspended') state.paused = true
    else if (signal.type === 'activated') state.paused = false
    if ('to' in signal) state.waiting.delete(signal.to.n)
    if (signal.type === 'round' && signal.of === 'disk') state.rounds++
    const left = sentOf(signal, 'disk')
    if (left === undefined) return state
    state.blocks += left.pages
    state.bytes += left.bytes
    if (state.paused) state.drainedBytes += left.bytes
    return state
  },
  done: ({ ordered, blocks, bytes, rounds, drainedBytes, drainTime }) =>
    ordered ? { blocks, bytes, rounds, drainedBytes, drainTime } : undefined
})

/** A kernel's state. `waiting`: orders for the disk without an answer, by number. `at`: up to when the drain is counted. */
type Gathered = { -readonly [K in keyof DiskTransfer]: DiskTransfer[K] } & {
  ordered: boolean
  paused: boolean
  readonly waiting: Set<number>
  at: Time
}

const pass = (state: Gathered, now: Time): void => {
  if (state.paused && state.waiting.size > 0) state.drainTime += now - state.at
  state.at = now
}

const isOfDisk = (order: Order): boolean => 'of' in order && order.of === 'disk'
