import * as fc from 'fast-check'
import { type Disk, disk } from '../../lib/guest/disk'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { type WorkloadPlan, workloadOf, workloadPlans } from './workloadPlan'

/**
 * A disk as plain values: its blocks, how many pages of the memory a block is as large as, what reads and writes them, and the blocks by class as block numbers (those
 * beyond its end do not count). `devicePages`: the source's device reads a page's bytes in the time of so many pages on the wire.
 */
export type DiskPlan = {
  readonly blocks: number
  readonly blockPages: number
  readonly workload: WorkloadPlan
  readonly storage: 'shared' | 'local'
  readonly free?: readonly number[]
  readonly zero?: readonly number[]
  readonly needed?: 'guestOs' | 'application'
  readonly devicePages?: number
}

const someBlocks = fc.uniqueArray(fc.nat({ max: 15 }), { maxLength: 8 })

/** Disks of 1 to 16 blocks, one in five on storage that both hosts share. */
export const diskPlans: fc.Arbitrary<DiskPlan> = fc.record(
  {
    blocks: fc.integer({ min: 1, max: 16 }),
    blockPages: fc.constantFrom(1, 1, 2, 4),
    workload: workloadPlans,
    storage: fc.constantFrom('local' as const, 'local' as const, 'local' as const, 'local' as const, 'shared' as const),
    free: someBlocks,
    zero: someBlocks,
    needed: fc.constantFrom('guestOs' as const, 'application' as const),
    devicePages: fc.integer({ min: 1, max: 4 })
  },
  { requiredKeys: ['blocks', 'blockPages', 'workload', 'storage'] }
)

/** The disk of a plan for a guest with pages of `pageBytes`, on a link that carries one in `pageNs`. */
export const diskOf = (plan: DiskPlan, { pageBytes, pageNs }: { readonly pageBytes: number; readonly pageNs: number }): Disk => {
  const { blocks, blockPages, storage, needed, devicePages } = plan
  const of = (numbers: readonly number[] = []) =>
    pageSet.fromPages(
      blocks,
      numbers.filter((block) => block < blocks)
    )
  return disk({
    blocks,
    blockBytes: blockPages * pageBytes,
    workload: workloadOf(plan.workload, { pages: blocks, vcpus: 1, pageNs: blockPages * pageNs }),
    storage,
    needed,
    classes: pageClasses({ size: blocks, guestOs: pageSet.complement(of(plan.free)), zero: of(plan.zero) }),
    readBytesPerSecond: devicePages === undefined ? undefined : (pageBytes * 1e9) / (devicePages * pageNs)
  })
}
