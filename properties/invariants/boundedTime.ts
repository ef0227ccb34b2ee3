import type { Entry } from '../../lib/protocol/journal'
import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from './invariant'

/** `totalNs`: the longest that a migration may take, from its first command to its release, or else its end. `downtimeNs`: the longest that its guest may stand still, in all. */
export type Bounds = { readonly totalNs?: Time; readonly downtimeNs?: Time }

/**
 * An invariant of a pipeline that claims a bound of its time: no migration, or hop of one, takes longer, whatever the guest does (the claim of TLM: Chanchio & Thaenkaew,
 * CCGrid 2014). Told once each, at the first entry beyond the bound. Throws `RangeError` when a bound is not an integer from 0 on, or none is given.
 */
export const boundedTime = ({ totalNs, downtimeNs }: Bounds): Invariant => {
  if (totalNs === undefined && downtimeNs === undefined) throw new RangeError('boundedTime: a bound must be given (got none)')
  for (const [name, bound = 0] of Object.entries({ totalNs, downtimeNs }))
    if (!Number.isSafeInteger(bound) || bound < 0) throw new RangeError(`boundedTime: ${name} must be an integer from 0 on (got ${bound})`)
  const bounds = [
    ...(totalNs === undefined ? [] : [`a migration takes ${totalNs} ns at most`]),
    ...(downtimeNs === undefined ? [] : [`its guest stands still for ${downtimeNs} ns at most`])
  ]
  return invariant<Memory>({
    name: 'boundedTime',
    sentence: `Whatever the guest does, ${bounds.join(' and ')}.`,
    init: () => begun,
    again: (memory, how) => (how === 'hop' ? begun : memory),
    step: (before, entry, tell) => {
      if (before.over) return before
      const memory = after(before, entry)
      const { startedAt, pausedAt, down } = memory
      const total = startedAt === undefined ? 0 : entry.at - startedAt
      const downtime = down + (pausedAt === undefined ? 0 : entry.at - pausedAt)
      const late = totalNs !== undefined && total > totalNs
      const stood = downtimeNs !== undefined && downtime > downtimeNs
      if (late && !memory.late) tell(`the migration has taken ${total} ns`)
      if (stood && !memory.stood) tell(`the guest has stood still for ${downtime} ns`)
      return late === memory.late && stood === memory.stood ? memory : { ...memory, late, stood }
    }
  })
}

type Memory = {
  readonly over: boolean
  readonly startedAt: Time | undefined
  readonly pausedAt: Time | undefined
  readonly down: Time
  readonly late: boolean
  readonly stood: boolean
}

const begun: Memory = { over: false, startedAt: undefined, pausedAt: undefined, down: 0, late: false, stood: false }

const after = (memory: Memory, entry: Entry): Memory => {
  const { startedAt, pausedAt, down } = memory
  if (entry.type === 'commanded') return startedAt === undefined ? { ...memory, startedAt: entry.at } : memory
  if (entry.type === 'ended') return { ...memory, over: true }
  if (entry.type !== 'signalled') return memory
  const { signal } = entry
  if (signal.type === 'released') return { ...memory, over: true }
  if (signal.type === 'suspended') return pausedAt === undefined ? { ...memory, pausedAt: entry.at } : memory
  if (signal.type !== 'activated' || pausedAt === undefined) return memory
  return { ...memory, pausedAt: undefined, down: down + entry.at - pausedAt }
}
