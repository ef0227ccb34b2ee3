import { type Bitmap, clear, clearSet, mark, markAll, snapshot } from '../../lib/memory/bitmap'
import { orderOf } from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import type { Order, Pages } from '../../lib/protocol/command'

/** Marks pages, whichever way they are named. Cost: a few nanoseconds a page of a sequence, about one a word of a set. @internal */
export const markPages = (marks: Bitmap, pages: Pages): void => {
  if (pages.type === 'PageSet') {
    markAll(marks, pages)
    return
  }
  const order = orderOf(pages)
  for (let i = 0; i < order.length; i++) mark(marks, order[i])
}

/** Takes the marks of pages away. @internal */
export const clearPages = (marks: Bitmap, pages: Pages): void => {
  if (pages.type === 'PageSet') {
    clearSet(marks, pages)
    return
  }
  const order = orderOf(pages)
  for (let i = 0; i < order.length; i++) clear(marks, order[i])
}

/** Takes the marks of pages away, and answers which of them were not marked, or named twice; `undefined` when all were. @internal */
export const clearMarked = (marks: Bitmap, pages: Pages): readonly number[] | undefined => {
  if (pages.type === 'PageSet') {
    const before = pageSet.difference(pages, snapshot(marks))
    clearSet(marks, pages)
    return before.count === 0 ? undefined : pageSet.toArray(before)
  }
  const order = orderOf(pages)
  let unmarked: number[] | undefined
  for (let i = 0; i < order.length; i++)
    if (!clear(marks, order[i])) {
      unmarked ??= []
      unmarked.push(order[i])
    }
  return unmarked
}

/** The pages that a guest is resumed at the target without; `undefined` for every other order. @internal */
export const missingIn = (order: Order): pageSet.PageSet | undefined =>
  order.type === 'resume' && order.where === 'target' ? order.missing : undefined

/** Takes the marks of pages away that were missing at the target and, as it tells, are not any more: they have arrived, answered or not. @internal */
export const arrived = (unsent: Bitmap | undefined, missing: pageSet.PageSet | undefined, still: pageSet.PageSet): void => {
  if (unsent !== undefined && missing !== undefined) clearSet(unsent, pageSet.difference(missing, still))
}

/** Pages for people, at most ten of them: `3, 5 and 1000 more`. @internal */
export const listed = (pages: Bitmap | pageSet.PageSet | readonly number[]): string => {
  const first = 'length' in pages ? pages.slice(0, 10) : pageSet.toArray(pageSet.take('words' in pages ? snapshot(pages) : pages, 10))
  const more = ('length' in pages ? pages.length : pages.count) - first.length
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
