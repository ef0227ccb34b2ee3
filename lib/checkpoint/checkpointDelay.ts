import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'

/** The parts of the time in which a member's guest stands still for a coordinated checkpoint, in their order. */
export type DelayPart = 'flush' | 'saveState' | 'saveQueue' | 'wait' | 'resume'

/**
 * The delay of one checkpoint at one member, in ns. `flush`: from the guest's halt until all final frames have come; `saveState` and `saveQueue`: into storage; `wait`: until what the
 * cluster decided has come, or it is awaited no longer; `resume`: until the guest runs. `frames` of `queueBytes` stood in the receive queue.
 */
export type CheckpointDelay = {
  readonly member: string
  readonly checkpoint: number
  readonly parts: Readonly<Record<DelayPart, Time>>
  readonly totalNs: Time
  readonly stateBytes: number
  readonly queueBytes: number
  readonly frames: number
}

/** One delay as it grows. */
type Running = {
  readonly member: string
  readonly since: Time
  readonly parts: Record<DelayPart, Time>
  checkpoint: number
  part: DelayPart
  from: Time
  stateBytes: number
  queueBytes: number
  frames: number
}

/**
 * The delays of all coordinated checkpoints in a journal, in the order in which their guests went on; one whose guest does not go on is left out.
 *
 * Law: the parts of a delay sum up to its total, which is the time between the guest's halt and its going on.
 */
export const checkpointDelays: Fold<Entry, readonly CheckpointDelay[]> = fold<
  Entry,
  readonly CheckpointDelay[],
  { readonly open: Map<string, Running>; readonly found: CheckpointDelay[] }
>({
  init: () => ({ open: new Map(), found: [] }),
  step: (state, entry) => {
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      const one = state.open.get(to.migration)
      if (one === undefined) return state
      if (order.type === 'tell' && order.closing !== undefined) one.checkpoint = order.closing
      else if (order.type === 'keep') turn(one, order.what === 'state' ? 'saveState' : 'saveQueue', entry.at)
      else if (order.type === 'settle' || order.type === 'resume') turn(one, 'resume', entry.at)
      return state
    }
    if (entry.type !== 'signalled') return state
    const { signal } = entry
    if (signal.type === 'failed') state.open.delete(signal.migration)
    if (!('to' in signal)) return state
    const { migration } = signal.to
    const one = state.open.get(migration)
    if (signal.type === 'suspended') state.open.set(migration, halted(migration, entry.at))
    else if (one !== undefined && signal.type === 'kept') {
      if (one.part === 'saveState') one.stateBytes = signal.bytes
      else {
        one.queueBytes = signal.bytes
        one.frames = signal.frames
        turn(one, 'wait', entry.at)
      }
    } else if (one !== undefined && signal.type === 'activated') {
      turn(one, 'resume', entry.at)
      const { member, checkpoint, parts, since, stateBytes, queueBytes, frames } = one
      state.found.push({ member, checkpoint, parts: { ...parts }, totalNs: entry.at - since, stateBytes, queueBytes, frames })
      state.open.delete(migration)
    }
    return state
  },
  done: ({ found }) => found.slice()
})

const halted = (member: string, at: Time): Running => ({
  member,
  since: at,
  parts: { flush: 0, saveState: 0, saveQueue: 0, wait: 0, resume: 0 },
  checkpoint: 0,
  part: 'flush',
  from: at,
  stateBytes: 0,
  queueBytes: 0,
  frames: 0
})

/** What has passed belongs to the part before. */
const turn = (one: Running, part: DelayPart, at: Time): void => {
  one.parts[one.part] += at - one.from
  one.part = part
  one.from = at
}
