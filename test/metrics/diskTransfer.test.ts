import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { disk } from '../../lib/guest/disk'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import { diskTransfer } from '../../lib/metrics/diskTransfer'
import { metrics } from '../../lib/metrics/metrics'
import { link } from '../../lib/network/link'
import { runFold } from '../../lib/stream/fold'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { diskPipelines } from '../../properties/arbitraries/diskRuleArbitraries'
import { untilOf, worldOf } from '../../properties/arbitraries/worldPlan'
import { diskWorldPlans } from '../../properties/diskWorldPlans'
import { journalOf } from '../../properties/journalOf'

const BLOCK = 65_536

/** A guest of 64 pages and 40 blocks, on a link that carries a block with its header in a millisecond. */
const world = (storage: 'local' | 'shared') =>
  datacentre({
    guests: {
      g: vm({
        pages: 64,
        contextBytes: 0,
        workload: uniform({ pages: 64, writesPerSecond: 1000 }),
        disk: disk({ blocks: 40, blockBytes: BLOCK, workload: sweep({ pages: 40, writesPerSecond: 100 }), storage })
      })
    },
    link: link({ bytesPerSecond: (BLOCK + 8) * 1000, latencyNs: 0 })
  })

describe('diskTransfer', () => {
  it('counts blocks apart from pages, and how long the guest stood still for them', () => {
    const found = runFold(metrics(), journalOf(stopAndCopy(), world('local')))
    expect(found.disk).toEqual({ blocks: 40, bytes: 40 * (BLOCK + 8), rounds: 0, drainedBytes: 40 * (BLOCK + 8), drainTime: 40e6 })
    expect(found.pagesTransferred).toBe(64)
    expect(found.bytesTransferred).toBe(64 * 4104)
    const alone = runFold(metrics(), journalOf(stopAndCopy(), world('shared')))
    expect(alone.disk).toBeUndefined()
    expect(found.downtime - alone.downtime).toBe(40e6)
  })

  it('of a mirrored disk only what was written last is drained', () => {
    const found = runFold(metrics(), journalOf(precopy({ disk: { mirror: 'rounds' } }), world('local')))
    // A block is written every 10 ms: four until the first round of 40 ms is over, and none in the 4 ms of the memory's.
    expect(found.disk).toEqual({ blocks: 44, bytes: 44 * (BLOCK + 8), rounds: 1, drainedBytes: 4 * (BLOCK + 8), drainTime: 4e6 })
    expect(found.rounds).toBe(1)
  })

  it('drainTime <= downtime', () => {
    fc.assert(
      fc.property(diskPipelines, diskWorldPlans, ({ pipeline }, { second: _, ...plan }) => {
        const journal = journalOf(pipeline, worldOf(plan), { until: untilOf(plan), seed: plan.seed })
        expect(runFold(diskTransfer, journal)?.drainTime ?? 0).toBeLessThanOrEqual(runFold(metrics(), journal).downtime)
      }),
      { numRuns: Number(process.env.RUNS ?? 100) }
    )
  })
})
