import { ancestry, type ImageRecord } from '../../lib/checkpoint/imageChain'
import { type Invariant, invariant } from '../invariants/invariant'

type Memory = { images: readonly ImageRecord[]; readonly parents: Map<string, string | undefined> }

/** From the first sealed image on there is always one that can be restored: nobody drops the last one, nor an ancestor of the last. */
export const alwaysRestorable: Invariant = invariant<Memory>({
  name: 'alwaysRestorable',
  sentence:
    'Once an image is sealed there is always a sealed one with all its ancestors: older ones are dropped after newer ones are sealed.',
  hears: ['open', 'sealed', 'drop'],
  init: () => ({ images: [], parents: new Map() }),
  step: (memory, entry, tell) => {
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type === 'open') memory.parents.set(order.image, order.parent)
      if (order.type === 'drop') {
        const left = memory.images.filter(({ image }) => image !== order.image)
        if (isAny(memory.images) && !isAny(left)) tell(`${order.image} was dropped, and no image is left that can be restored`)
        memory.images = left
      }
    } else if (entry.type === 'signalled' && entry.signal.type === 'sealed') {
      const { image } = entry.signal
      const parent = memory.parents.get(image)
      memory.images = [...memory.images, { image, ...(parent === undefined ? {} : { parent }) }]
    }
    return memory
  }
})

const isAny = (images: readonly ImageRecord[]): boolean => images.some(({ image }) => ancestry(images, image) !== undefined)
