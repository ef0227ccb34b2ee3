import type { PageTrace } from './pageTrace'
import { openTrace, type TracePlayback } from './traceAccesses'
import type { Workload } from './workload'
import { checkedRegion, checkedVcpu } from './workloadOptions'

/** A recorded program's options: the trace, how fast it runs, what follows its end, and where its pages lie. */
export interface RecordedOptions extends Partial<TracePlayback> {
  readonly trace: PageTrace
  /** The page of the guest that is the trace's page 0; 0 by default. */
  readonly from?: number
}

/**
 * A real program's accesses, from a trace, on one virtual CPU; stamped. The key is not used.
 *
 * instructionsPerSecond is 1e9 by default, so that an instruction is a nanosecond: a round figure and no measurement. atEnd is `exit` by
 * default: the guest ends as the program did. Errors: `RangeError` naming the option. Cost: that of openTrace.
 */
export const recorded = (options: RecordedOptions): Workload => {
  const { trace, instructionsPerSecond = 1e9, atEnd = 'exit', from = 0 } = options
  const { pages, pageBytes, command, program, instructions, sha256 } = trace.header
  checkedRegion('recorded', pages, from)
  if (!(instructionsPerSecond > 0 && instructionsPerSecond < Number.POSITIVE_INFINITY))
    throw new RangeError(`recorded: instructionsPerSecond must be positive and finite (got ${instructionsPerSecond})`)
  if (atEnd !== 'exit' && atEnd !== 'repeat') throw new RangeError(`recorded: atEnd must be exit or repeat (got ${atEnd})`)
  const about = { program: program.name, programVersion: program.version, command, instructions, pageBytes, sha256 }
  return {
    name: 'recorded',
    pages: from + pages,
    vcpus: 1,
    description: { name: 'recorded', ...about, pages, from, instructionsPerSecond, atEnd },
    open: (_, vcpu) => {
      checkedVcpu('recorded', vcpu, 1)
      const cursor = openTrace(trace, { instructionsPerSecond, atEnd })
      return {
        accessesPerSecond: undefined,
        fill: (accesses, times, capacity) => {
          const filled = cursor.fill(accesses, times, capacity)
          if (from > 0) for (let i = 0; i < filled; i++) accesses[i] += from << 1
          return filled
        }
      }
    }
  }
}
