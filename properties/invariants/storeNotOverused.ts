import { described } from './described'
import { type Invariant, invariant } from './invariant'

/**
 * The target's store is never over-used: a guest for which room has been reserved has it for its disk too, and all such disks together are within what the world's description says
 * the store can take; a world that does not say is not judged. It is given back as memory is (see `memoryNotOverused`).
 */
export const storeNotOverused: Invariant = invariant<Memory>({
  name: 'storeNotOverused',
  sentence: "All disks that are on their way together never take more than the target's store has.",
  of: 'journal',
  hears: ['preselect', 'reserved', 'abandon'],
  init: (began) => {
    const { targetDiskBytes, diskBytesOf } = described(began)
    return { most: targetDiskBytes, diskBytesOf, reserved: new Map() }
  },
  step: (memory, entry, tell) => {
    const { most, diskBytesOf, reserved } = memory
    if (most === undefined) return memory
    if (entry.type === 'commanded') reserved.delete(entry.command.to.migration)
    else if (entry.type === 'signalled' && entry.signal.type === 'reserved') {
      const { migration } = entry.signal.to
      reserved.set(migration, diskBytesOf(migration))
      let sum = 0
      for (const bytes of reserved.values()) sum += bytes
      if (sum > most) tell(`disks of ${sum} bytes are to come to the target, whose store has ${most}`)
    }
    return memory
  }
})

/** `reserved`: bytes by migration. */
type Memory = {
  readonly most: number | undefined
  readonly diskBytesOf: (migration: string) => number
  readonly reserved: Map<string, number>
}
