import type { PageSet } from '../memory/pageSet'
import { has } from '../memory/pageSet'
import type { Section } from '../protocol/imageOrder'

/** An image as a chain knows it: its name, and the image since which it has what changed (absent: it has everything). */
export type ImageRecord = { readonly image: string; readonly parent?: string }

/** An image with its pages, by section. */
export type Layer = ImageRecord & { readonly sections: Readonly<Record<Section, PageSet>> }

/** A section of an image to be restored. */
export type Piece = { readonly image: string; readonly section: Section }

/** The sections in the order of their content's age, the oldest first. */
export const sectionsByAge: readonly Section[] = ['bulk', 'table', 'last']

/**
 * An image and its ancestors, the full one first; `undefined` when one of them is not among the images, or they are a ring.
 *
 *     ancestry([{ image: 'a' }, { image: 'b', parent: 'a' }], 'b')   // ['a', 'b']
 */
export const ancestry = (images: readonly ImageRecord[], image: string): readonly string[] | undefined => {
  const names: string[] = []
  for (let next: string | undefined = image; next !== undefined; ) {
    const found: ImageRecord | undefined = images.find((one) => one.image === next)
    if (found === undefined || names.includes(found.image)) return undefined
    names.unshift(found.image)
    next = found.parent
  }
  return names
}

/**
 * What to load, in order, so that later content wins: every section of every ancestor, the oldest content first. `undefined` where an ancestor is missing.
 *
 * Law `later content wins`: a page is as the last piece of the plan has it that has it at all (`contentAt`).
 */
export const restorePlan = (images: readonly ImageRecord[], image: string): readonly Piece[] | undefined =>
  ancestry(images, image)?.flatMap((name) => sectionsByAge.map((section): Piece => ({ image: name, section })))

/** Which section of which image has the content of a page at an image's point: the newest that has it; `undefined` when none has (zeros), or an ancestor is missing. */
export const contentAt = (layers: readonly Layer[], image: string, page: number): Piece | undefined => {
  const plan = restorePlan(layers, image) ?? []
  for (let i = plan.length - 1; i >= 0; i--) {
    const layer = layers.find((one) => one.image === plan[i].image)!
    if (has(layer.sections[plan[i].section], page)) return plan[i]
  }
  return undefined
}
