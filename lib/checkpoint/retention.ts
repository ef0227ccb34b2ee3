import { ancestry, type ImageRecord } from './imageChain'

/**
 * Which images may be dropped so that the `keep` newest can still be restored: none of those, and none of their ancestors; children before their parents, so that
 * a failure half-way leaves no orphan. `images` come the oldest first. Throws `RangeError` unless keep is an integer from 1 on.
 *
 * Laws: `what is kept is whole` each of the `keep` newest has its ancestry among what is left; `nothing needless` each image left is one of them or an ancestor of one.
 */
export const droppable = (images: readonly ImageRecord[], keep: number): readonly string[] => {
  if (!Number.isInteger(keep) || keep < 1) throw new RangeError(`droppable: keep must be an integer from 1 on (got ${keep})`)
  const kept = new Set(images.slice(-keep).flatMap(({ image }) => ancestry(images, image) ?? [image]))
  return images
    .map(({ image }) => image)
    .filter((image) => !kept.has(image))
    .reverse()
}
