import { described } from './described'
import { type Invariant, invariant } from './invariant'

/**
 * The target's memory is never over-used: what is reserved there for all migrations together is within what the world's description says the target can
 * take; a world that does not say is not judged. A reservation is given back by `abandon`, and by a guest that moves on to its next host.
 */
export const memoryNotOverused: Invariant = invariant<Memory>({
  name: 'memoryNotOverused',
  sentence: 'All reservations together never take more memory than the target has.',
  of: 'journal',
  hears: ['preselect', 'reserved', 'abandon'],
  init: (began) => ({ most: described(began).targetMemoryBytes, reserved: new Map() }),
  step: (memory, entry, tell) => {
    const { most, reserved } = memory
    if (most === undefined) return memory
    if (entry.type === 'commanded') reserved.delete(entry.command.to.migration)
    else if (entry.type === 'signalled' && entry.signal.type === 'reserved') {
      reserved.set(entry.signal.to.migration, entry.signal.bytes)
      let sum = 0
      for (const bytes of reserved.values()) sum += bytes
      if (sum > most) tell(`${sum} bytes are reserved at the target, which has ${most}`)
    }
    return memory
  }
})

/** `reserved`: bytes by migration. */
type Memory = { readonly most: number | undefined; readonly reserved: Map<string, number> }
