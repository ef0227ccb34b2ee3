import { lastValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { run } from '../../lib/loop/run'
import { measure } from '../../lib/metrics/metrics'
import { link } from '../../lib/network/link'
import { folded } from '../../lib/stream/fold'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'

const workload = sweep({ pages: 1024, writesPerSecond: 2000 })
const world = (network?: { readonly bytesPerSecond: number }) =>
  datacentre({ guests: { m: vm({ workload, network }) }, link: link({ gigabitsPerSecond: 1 }), source: { cores: 1, senderCores: 1 } })
const measured = async (pipeline: ReturnType<typeof precopy>, network?: { readonly bytesPerSecond: number }) =>
  (await lastValueFrom(run(pipeline, world(network)).pipe(folded(measure())))).m

describe('guestThroughput', () => {
  it('is what the guest offers, times its progress per time', async () => {
    const live = await measured(precopy(), { bytesPerSecond: 1e8 })
    expect(live.guestThroughput).toBeCloseTo(1e8 * (1 - live.applicationDegradation!), 6)
    // A sender on the only core leaves the guest half of it while it runs.
    expect(live.guestThroughput).toBeGreaterThan(0.35e8)
    expect(live.guestThroughput).toBeLessThan(0.5e8)
  })

  it('is next to nothing where the guest stands still', async () => {
    expect((await measured(stopAndCopy(), { bytesPerSecond: 1e8 })).guestThroughput).toBeLessThan(0.02e8)
  })

  it('is undefined for a guest that states no network', async () => {
    expect((await measured(precopy())).guestThroughput).toBeUndefined()
  })
})
