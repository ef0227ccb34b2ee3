import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clocked } from '../../lib/guest/clocked'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { Driving } from '../world/driving'

const PAGES = 1000
/** A write every 10 us, and the first to a page under the log takes `firstWriteNs`. */
const dirtiedBy = (at: number, firstWriteNs: number, catchUpNs: number | undefined): number => {
  const writes = sweep({ pages: PAGES, writesPerSecond: 100_000 })
  const workload = catchUpNs === undefined ? writes : clocked({ catchUpNs })(writes)
  const driving = new Driving(
    datacentre({
      guests: { a: vm({ pages: PAGES, workload }) },
      link: link({ gigabitsPerSecond: 10, latencyNs: 0 }),
      source: { firstWriteNs }
    })
  ).order({ type: 'track', on: true })
  driving.run(at).order({ type: 'sync' })
  return driving.heard('synced')[0].dirty.count
}

describe('clocked', () => {
  it('loses nothing to costs that fit between its accesses', () => {
    expect(dirtiedBy(5_000_000, 8000, 0)).toBe(500)
    expect(dirtiedBy(5_000_000, 8000, undefined)).toBe(Math.floor(5_000_000 / 18_000) + 1)
  })

  it('falls behind when they do not, and catches up what lies within its reach', () => {
    // A first write of 20 us: it makes one access in 20 us, behind by as many.
    expect(dirtiedBy(5_000_000, 20_000, 20_000_000)).toBe(250)
  })

  it('catches up a delay within its reach: dirtied pages are those of an undelayed guest, fewer only while it lasts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 0, max: 1_000_000 }), (firstWriteNs, catchUpNs) => {
        const dirtied = dirtiedBy(4_000_000, firstWriteNs, catchUpNs)
        expect(Math.abs(dirtied - 400)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 20 }
    )
  })

  it('says so in its description, and refuses a reach that is not whole', () => {
    const workload = clocked()(sweep({ pages: 4, writesPerSecond: 1 }))
    expect(workload.description).toMatchObject({ name: 'sweep', catchUpNs: 20_000_000 })
    expect(() => clocked({ catchUpNs: -1 })).toThrow('clocked: catchUpNs must be an integer from 0 on (got -1)')
  })
})
