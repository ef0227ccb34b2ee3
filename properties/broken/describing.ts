import type { Data } from '../../lib/protocol/data'
import type { World } from '../../lib/protocol/world'

/** A world that does not keep to what it says of itself: its description is changed. Breaks what holds a world to its description. */
export const describing =
  (change: (described: Readonly<Record<string, Data>>) => Data) =>
  (world: World): World => ({ ...world, description: inner(world.description as Readonly<Record<string, Data>>, change) })

/** A data centre whose link says that it carries half of what it does. Breaks `linkNotOverused`. */
export const describingHalfTheLink = describing((world) => {
  const link = world.link as Readonly<Record<string, number>>
  return { ...world, link: { ...link, bytesPerSecond: link.bytesPerSecond / 2 } }
})

/** A data centre whose target takes whatever comes, and says that it has room for a byte less than the smallest guest. Breaks `memoryNotOverused`. */
export const describingATinyTarget = describing((world) => {
  const guests = Object.values(world.guests as Readonly<Record<string, { readonly memoryBytes: number }>>)
  return { ...world, targetMemoryBytes: Math.min(...guests.map(({ memoryBytes }) => memoryBytes)) - 1 }
})

/** A data centre whose target keeps whatever disk comes, and says that its store has room for a byte less than the smallest. Breaks `storeNotOverused`. */
export const describingATinyStore = describing((world) => {
  const guests = Object.values(world.guests as Readonly<Record<string, { readonly disk?: { readonly bytes: number } }>>)
  return { ...world, targetDiskBytes: Math.min(...guests.flatMap(({ disk }) => (disk === undefined ? [] : [disk.bytes]))) - 1 }
})

function inner(described: Readonly<Record<string, Data>>, change: (described: Readonly<Record<string, Data>>) => Data): Data {
  return described.of === undefined
    ? change(described)
    : { ...described, of: inner(described.of as Readonly<Record<string, Data>>, change) }
}
