import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from './invariant'

/**
 * Downtime is part of total time: `0 <= downtime <= totalTime` of every migration that is over, and of every hop, by the metrics of those names. Only the sum
 * of its pauses is remembered, however many there were.
 */
export const downtimeWithinTotal: Invariant = invariant<Memory>({
  name: 'downtimeWithinTotal',
  sentence: 'Downtime is part of total migration time.',
  init: () => begun,
  again: (memory, how, tell) => {
    const problem = wrong(memory)
    if (how === 'hop' && problem !== undefined) tell(problem)
    return how === 'hop' ? begun : memory
  },
  step: (memory, entry) => {
    if (entry.type === 'commanded') return memory.started === undefined ? { ...memory, started: entry.at } : memory
    if (entry.type === 'ended') return { ...memory, ended: entry.at }
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    const { pausedAt, down } = memory
    if (signal.type === 'suspended') return { ...memory, pausedAt: pausedAt ?? signal.at }
    if (signal.type === 'activated')
      return { ...memory, pausedAt: undefined, down: down + (pausedAt === undefined ? 0 : signal.at - pausedAt) }
    return signal.type === 'released' ? { ...memory, released: signal.at } : memory
  },
  done: (memory) => wrong(memory)
})

type Memory = {
  readonly started: Time | undefined
  /** The pause that is open, and those that are over, summed. */
  readonly pausedAt: Time | undefined
  readonly down: Time
  readonly released: Time | undefined
  readonly ended: Time | undefined
}

const begun: Memory = { started: undefined, pausedAt: undefined, down: 0, released: undefined, ended: undefined }

const wrong = ({ started, pausedAt, down, released, ended }: Memory): string | undefined => {
  const over = released ?? ended
  const downtime = down + (pausedAt === undefined || over === undefined ? 0 : over - pausedAt)
  if (downtime < 0) return `the downtime is ${downtime} ns`
  if (over === undefined || started === undefined) return undefined
  return downtime > over - started ? `the downtime is ${downtime} ns and the total time ${over - started} ns` : undefined
}
