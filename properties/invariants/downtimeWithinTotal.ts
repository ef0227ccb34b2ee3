import { downtime } from '../../lib/metrics/downtime'
import { totalTime } from '../../lib/metrics/totalTime'
import type { Entry } from '../../lib/protocol/journal'
import { combine } from '../../lib/stream/fold'
import { type Invariant, invariant } from './invariant'

/** Downtime is part of total time: `0 <= downtime <= totalTime` of every migration that is over, by the metrics of those names. */
export const downtimeWithinTotal: Invariant = invariant<{ readonly measured: unknown; readonly entries: number }>({
  name: 'downtimeWithinTotal',
  sentence: 'Downtime is part of total migration time.',
  init: () => ({ measured: both.init(), entries: 0 }),
  step: ({ measured, entries }, entry: Entry) => ({ measured: both.step(measured, entry), entries: entries + 1 }),
  done: ({ measured }) => {
    const { down, total } = both.done(measured)
    if (down < 0) return `the downtime is ${down} ns`
    return total !== undefined && down > total ? `the downtime is ${down} ns and the total time ${total} ns` : undefined
  }
})

const both = combine({ down: downtime, total: totalTime })
