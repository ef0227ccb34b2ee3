import type { Content } from '../memory/content'
import * as content from '../memory/content'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Section } from '../protocol/imageOrder'
import { blank, type Held, type Image, join, type Shape, sections } from './image'
import { type Batch, eachPage, put } from './pageBatches'

/** A memory that is being put together from images: its content, or (where none is kept) which pages are there and which of them are not as they must be. @internal */
export type Assembly = {
  readonly memory: Content | undefined
  readonly have: Int32Array
  readonly wrong: Int32Array
  /** The image loaded last, and the one whose execution context was. */
  latest: Image | undefined
  context: Image | undefined
}

/** A memory of which nothing is there. @internal */
export const assembly = (shape: Shape): Assembly => ({
  memory: blank(shape),
  have: new Int32Array(Math.ceil(shape.pages / 32)),
  wrong: new Int32Array(Math.ceil(shape.pages / 32)),
  latest: undefined,
  context: undefined
})

/** A section of an image is about to be loaded: what was written between the point of its parent and its own is not as it must be until it comes. @internal */
export const turnTo = (into: Assembly, next: Image): void => {
  if (into.latest === next) return
  if (into.latest !== undefined && into.memory === undefined) {
    if (into.latest.name === next.parent) join(into.wrong, next.since)
    else into.wrong.fill(-1)
  }
  into.latest = next
}

/** Pages of a section arrive, over what is there. @internal */
export const load = (into: Assembly, from: Image, section: Section, { memory }: Held, batch: Batch): void => {
  put(into.have, batch)
  if (into.memory !== undefined && memory !== undefined) {
    const target = into.memory
    eachPage(batch, (page) => content.place(target, page, content.read(memory, page)))
    return
  }
  const { stale } = from.parts[section]
  const { first, words } = batch
  for (let i = 0; i < words.length; i++) into.wrong[first + i] = (into.wrong[first + i] & ~words[i]) | (stale[first + i] & words[i])
}

/** The pages that are not what they must be at an image's point. @internal */
export const lost = (made: Assembly, of: Image): PageSet => {
  const { point } = of
  if (point === undefined) return pageSet.empty(of.placement.pages)
  if (made.memory !== undefined && point.memory !== undefined)
    return pageSet.intersection(content.differing(made.memory, point.memory), point.needed)
  const words = new Int32Array(made.have.length)
  pageSet.copyInto(point.needed, words)
  for (let i = 0; i < words.length; i++) words[i] &= made.wrong[i] | ~made.have[i]
  return pageSet.fromBitmap(of.placement.pages, words)
}

/** What a restore of an image and its ancestors (the oldest first) would come to, each page in its newest content; a page at several stores as the first of them has it. @internal */
export const assembled = (chain: readonly Image[], shape: Shape): Assembly => {
  const made = assembly(shape)
  for (const one of chain) {
    turnTo(made, one)
    for (const section of sections)
      for (const held of [...one.parts[section].held.values()].reverse())
        load(made, one, section, held, { first: 0, words: held.words, count: 0 })
  }
  return made
}
