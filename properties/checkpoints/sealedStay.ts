import { ancestry } from '../../lib/checkpoint/imageChain'
import type { Time } from '../../lib/time/time'
import { described } from '../invariants/described'
import { type Invariant, invariant } from '../invariants/invariant'

type Known = {
  readonly parent: string | undefined
  readonly stores: readonly string[]
  readonly copies: number
  sealed: boolean
  dropped: boolean
}
type Memory = {
  readonly images: Map<string, Known>
  readonly gone: Set<string>
  readonly storesGone: (at: Time) => readonly string[]
}

/**
 * What was told to be sealed stays: a catalogue lists every image whose seal was answered and that nobody has dropped, with all its ancestors, as long as fewer of its stores have
 * failed than it has copies: as somebody was told, or as the world says of itself, since a catalogue may be there before the news. Whatever crashes in the middle of a checkpoint, the ones before it can be restored. Nor is anything listed that was never sealed.
 */
export const sealedStay: Invariant = invariant<Memory>({
  name: 'sealedStay',
  sentence:
    'A sealed image can be restored until it is dropped or its stores are gone, whatever fails in the middle of a later one; no other is listed.',
  hears: ['open', 'seal', 'sealed', 'drop', 'storeFailed', 'catalogued'],
  init: (began, migration) => {
    const { storesGone } = described(began)
    return { images: new Map(), gone: new Set(), storesGone: (at) => storesGone(migration, at) }
  },
  step: (memory, entry, tell) => {
    const { images, gone } = memory
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type === 'open')
        images.set(order.image, { parent: order.parent, stores: order.stores, copies: order.copies ?? 1, sealed: false, dropped: false })
      if (order.type === 'drop') {
        const one = images.get(order.image)
        if (one !== undefined) one.dropped = true
      }
      return memory
    }
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'sealed') {
      const one = images.get(signal.image)
      if (one !== undefined) one.sealed = true
    } else if (signal.type === 'storeFailed') gone.add(signal.store)
    else if (signal.type === 'catalogued') {
      for (const store of memory.storesGone(entry.at)) gone.add(store)
      const names = new Set(signal.images.map(({ image }) => image))
      const all = [...images].map(([image, { parent }]) => ({ image, ...(parent === undefined ? {} : { parent }) }))
      const stands = (image: string): boolean => {
        const one = images.get(image)!
        return one.sealed && !one.dropped && one.stores.filter((store) => gone.has(store)).length < one.copies
      }
      for (const [image, { sealed }] of images)
        if (sealed && !names.has(image) && ancestry(all, image)?.every(stands)) tell(`${image} was sealed and cannot be restored`)
      for (const name of names) if (!images.has(name)) tell(`${name} can be restored and was never begun`)
    }
    return memory
  }
})
