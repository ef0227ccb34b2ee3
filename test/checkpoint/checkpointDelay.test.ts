import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkpointDelays } from '../../lib/checkpoint/checkpointDelay'
import { ring } from '../../lib/guest/communication'
import { runFold } from '../../lib/stream/fold'
import { milliseconds, seconds } from '../../lib/time/time'
import { cluster } from '../../lib/world/cluster'
import { coordinated } from '../../pipelines/coordinated'
import { clusterOf, clusterPlans, coordinatedOf } from '../../properties/cluster/clusterPlan'
import { journalOf } from '../../properties/journalOf'

describe('the delay of a coordinated checkpoint', () => {
  it('is the sum of its parts', () => {
    fc.assert(
      fc.property(clusterPlans, (plan) => {
        const journal = journalOf(coordinated(coordinatedOf(plan)), clusterOf(plan), { until: seconds(600) })
        for (const { parts, totalNs } of runFold(checkpointDelays, journal)) {
          expect(Object.values(parts).every((ns) => ns >= 0)).toBe(true)
          expect(Object.values(parts).reduce((sum, ns) => sum + ns, 0)).toBe(totalNs)
        }
      }),
      { numRuns: 50 }
    )
  })

  it('is one time for all: who saves faster waits for the slowest', () => {
    const world = cluster({
      members: {
        fast: { memoryBytes: 4096_000, saveBytesPerSecond: 4096_000 },
        slow: { memoryBytes: 4096_000, saveBytesPerSecond: 2048_000 }
      },
      communication: ring({ computeNs: milliseconds(10), bytes: 1_000_000 }),
      network: { bytesPerSecond: 1e8, latencyNs: milliseconds(1) }
    })
    const delays = runFold(checkpointDelays, journalOf(coordinated({ members: ['fast', 'slow'] }), world))
    const seen = Object.fromEntries(delays.map(({ member, ...rest }) => [member, rest]))
    expect(delays.map(({ checkpoint }) => checkpoint)).toEqual([1, 1])
    expect(seen.fast.parts.saveState).toBe(seconds(1))
    expect(seen.slow.parts.saveState).toBe(seconds(2))
    expect(seen.fast.parts.wait - seen.slow.parts.wait).toBeGreaterThan(seconds(0.98))
    // A frame of 10 ms a link was on its way when the guests stood still, and the final frame behind it.
    expect(seen.slow.parts.flush + seen.fast.parts.flush).toBeGreaterThan(milliseconds(2))
    expect(Math.abs(seen.fast.totalNs - seen.slow.totalNs)).toBeLessThan(milliseconds(1))
  })
})
