import { type Invariant, invariant } from '../invariants/invariant'
import { listed } from '../invariants/pageMarks'

/** An image is the guest at one moment: when it is sealed, and when a guest is resumed from it, every page is as the guest had it at the end of the image's last stop. */
export const imagesHold: Invariant = invariant<null>({
  name: 'imagesHold',
  sentence: 'Every image that exists, and every guest restored from one, has exactly the memory of the final stop; later content wins.',
  oracle: 'O1',
  plane: 'pages',
  hears: ['verified'],
  init: () => null,
  step: (memory, entry, tell) => {
    if (entry.type === 'signalled' && entry.signal.type === 'verified' && entry.signal.lost.count > 0)
      tell(`${entry.signal.image}, when ${entry.signal.when}, has pages ${listed(entry.signal.lost)} wrong`)
    return memory
  }
})
