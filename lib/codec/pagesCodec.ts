import { isLeft } from 'fp-ts/lib/Either'
import * as t from 'io-ts'
import { isPageSequence, type PageSequence, sequence, toArray } from '../memory/pageSequence'
import { empty, fromPages, fromRuns, isPageSet, type PageSet, toRuns } from '../memory/pageSet'
import type { Pages } from '../protocol/command'
import { closed, isObject } from './closed'
import { nonNegativeInteger } from './quantities'
import { refined } from './refined'

/** A page set as JSON: its universe and its maximal runs, each from its first page to the page after its last: `{"pages":100,"runs":[0,4,7,8]}`. */
export const pageSetCodec: t.Type<PageSet, unknown> = new t.Type<PageSet, unknown>(
  'an object',
  isPageSet,
  (u, context) => {
    const read = pageSetFields.validate(u, context)
    if (isLeft(read)) return read
    const { pages, runs } = read.right
    const wrong = firstWrongRun(pages, runs)
    if (wrong === undefined) return t.success(ofRuns(pages, runs))
    const message = `runs [from, to, ...] that ascend with gaps and stay within ${pages} pages`
    return t.failure(runs.slice(wrong, wrong + 2), t.appendContext(context, 'runs', pageSetFields, runs), message)
  },
  (set) => ({ pages: set.size, runs: toRuns(set) })
)

/**
 * A page sequence as JSON, in its order: a page, or the pair `[from, to]` (`to` excluded) for three or more pages that follow one another:
 * `{"order":[50,49,[51,60]]}`.
 */
export const pageSequenceCodec: t.Type<PageSequence, unknown> = new t.Type<PageSequence, unknown>(
  'an object',
  isPageSequence,
  (u, context) => {
    const read = orderFields.validate(u, context)
    if (isLeft(read)) return read
    const pages: number[] = []
    for (const item of read.right.order) {
      if (typeof item === 'number') pages.push(item)
      else for (let page = item[0]; page < item[1]; page++) pages.push(page)
    }
    if (new Set(pages).size === pages.length) return t.success(sequence(pages))
    return t.failure(read.right.order, t.appendContext(context, 'order', orderFields, read.right.order), 'pages that are all different')
  },
  (pages) => ({ order: runsInOrder(toArray(pages)) })
)

/** Pages to send, a set or a sequence: told apart by `order`, which only a sequence has. */
export const pagesCodec: t.Type<Pages, unknown> = new t.Type<Pages, unknown>(
  'an object',
  (u): u is Pages => isPageSet(u) || isPageSequence(u),
  (u, context) => (isObject(u) && 'order' in u ? pageSequenceCodec : pageSetCodec).validate(u, context) as t.Validation<Pages>,
  (pages) => (isPageSet(pages) ? pageSetCodec.encode(pages) : pageSequenceCodec.encode(pages))
)

const pagesAtMost = 2 ** 30

/** A page number: an integer from 0 to 2^30 - 1. */
export const pageNumber = refined('an integer from 0 to 2^30 - 1', (u): u is number => nonNegativeInteger.is(u) && u < pagesAtMost)

/** A list that is only looked through when all is well: io-ts makes a context for each item, which took most of the time of reading a journal. */
const listOf = <A>(codec: t.Type<A, A, unknown>, name: string): t.Type<readonly A[], unknown> => {
  const slow = t.readonlyArray(codec, name)
  return new t.Type<readonly A[], unknown>(
    name,
    slow.is,
    (u, context) => (slow.is(u) ? t.success(u) : slow.validate(u, context)),
    t.identity
  )
}

const pageBound = refined('an integer from 0 to 2^30', (u): u is number => nonNegativeInteger.is(u) && u <= pagesAtMost)

const pageSetFields = closed({ pages: pageBound, runs: listOf(pageBound, 'a list of runs [from, to, ...]') })

type Item = number | readonly [from: number, to: number]

const orderItem = refined(
  'a page or a run [from, to] of pages',
  (u): u is Item => pageNumber.is(u) || (Array.isArray(u) && u.length === 2 && pageNumber.is(u[0]) && pageBound.is(u[1]) && u[0] < u[1])
)

const orderFields = closed({ order: listOf(orderItem, 'a list of pages and runs [from, to]') })

/** The place of the first run that is damaged, or `undefined`. */
const firstWrongRun = (size: number, runs: readonly number[]): number | undefined => {
  for (let i = 0; i < runs.length; i += 2) {
    const after = i === 0 ? 0 : runs[i - 1] + 1
    if (!(runs[i] >= after && runs[i] < runs[i + 1] && runs[i + 1] <= size)) return i
  }
  return undefined
}

/** Sets of few pages touch few chunks; `fromRuns` writes the whole bitmap, 1.1 MB for 36 GiB, and journals hold an empty set in every answer. */
const ofRuns = (size: number, runs: readonly number[]): PageSet => {
  if (runs.length === 0) return empty(size)
  let count = 0
  for (let i = 0; i < runs.length; i += 2) count += runs[i + 1] - runs[i]
  if (count > 1024) return fromRuns(size, runs)
  const members: number[] = []
  for (let i = 0; i < runs.length; i += 2) for (let page = runs[i]; page < runs[i + 1]; page++) members.push(page)
  return fromPages(size, members)
}

const runsInOrder = (pages: readonly number[]): readonly Item[] => {
  const items: Item[] = []
  for (let i = 0; i < pages.length; ) {
    let length = 1
    while (i + length < pages.length && pages[i + length] === pages[i] + length) length++
    if (length >= 3) items.push([pages[i], pages[i] + length])
    else for (let k = 0; k < length; k++) items.push(pages[i + k])
    i += length
  }
  return items
}
