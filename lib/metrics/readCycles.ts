import type { Entry } from '../protocol/journal'
import { type Fold, fold } from '../stream/fold'

/**
 * How long the clusters of a chip were at reading, by name, in cycles of their own clocks: all calls of `receive` and `get` that were answered, waiting included. It is what the kernel of Nanvix
 * counts at a mailbox or portal that receives, and so what its benchmarks report.
 */
export const readCycles: Fold<Entry, Readonly<Record<string, number>>> = fold<Entry, Readonly<Record<string, number>>, Map<string, number>>(
  {
    init: () => new Map(),
    step: (cycles, entry) => {
      if (entry.type !== 'signalled') return cycles
      const { signal } = entry
      if (signal.type === 'received' || signal.type === 'got')
        cycles.set(signal.to.migration, (cycles.get(signal.to.migration) ?? 0) + signal.cycles)
      return cycles
    },
    done: (cycles) => Object.fromEntries(cycles)
  }
)
