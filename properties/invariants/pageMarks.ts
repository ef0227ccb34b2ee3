import { type Bitmap, clear, clearSet, mark, markAll, snapshot } from '../../lib/memory/bitmap'
import { orderOf } from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import type { Pages } from '../../lib/protocol/command'

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

/** Pages for people, at most ten of them: `3, 5 and 1000 more`. @internal */
export const listed = (pages: Bitmap | pageSet.PageSet | readonly number[]): string => {
  const first = 'length' in pages ? pages.slice(0, 10) : pageSet.toArray(pageSet.take('words' in pages ? snapshot(pages) : pages, 10))
  const more = ('length' in pages ? pages.length : pages.count) - first.length
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
