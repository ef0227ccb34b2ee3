import { bitmap, mark, snapshotAndClear } from './bitmap'
import { checkedSize, type PageNumber } from './pageNumber'
import { orderOf, type PageSequence } from './pageSequence'
import { forEach, isPageSet, type PageSet } from './pageSet'

/**
 * How truly a memory's content is kept: `versions` counts the writes to each page; `bytes` has real bytes, for small worlds. (A world that keeps neither has
 * bitmaps only.) In both, a page's content is a function of its number and of how often it was written, so both agree on what differs.
 */
export type Fidelity = 'versions' | 'bytes'

/** What the pages of one memory contain; a kernel's state, written through the functions of this file only. */
export interface Content {
  readonly fidelity: Fidelity
  readonly size: number
  readonly pageBytes: number
  /** Words of a page: 1 for versions, pageBytes / 4 for bytes. */
  readonly pageWords: number
  /** Words kept of each page, from its first on; the rest of every page is zero. Grows with what is written. @internal */
  stride: number
  /** Word 0 of a page is the number of writes it has seen, in both fidelities; the others hold stamps. @internal */
  words: Int32Array
}

/**
 * What one page contained at one moment: its words, or its version alone. A copy: later writes do not change it. Words that are missing at the end are zero.
 */
export type PageContent = number | Int32Array

/** A memory's size, and how truly it is kept. */
export interface ContentOptions {
  readonly fidelity: Fidelity
  readonly size: number
  /** 4096 by default: a multiple of 4, at least 8; `size * pageBytes` is at most 2^30 when bytes are kept. */
  readonly pageBytes?: number
}

/**
 * A memory of zero pages. Throws `RangeError` naming the option. Memory: 4 bytes a page, or up to pageBytes: as many words of each page as the page that was
 * written most has in use.
 */
export function content({ fidelity, size, pageBytes = 4096 }: ContentOptions): Content {
  checkedSize('content', size)
  if (!Number.isInteger(pageBytes) || pageBytes < 8 || pageBytes % 4 !== 0)
    throw new RangeError(`content: pageBytes must be a multiple of 4 and at least 8 (got ${pageBytes})`)
  if (fidelity === 'bytes' && size * pageBytes > 2 ** 30)
    throw new RangeError(`content: bytes are for memories of at most 2^30 bytes (got ${size * pageBytes})`)
  const pageWords = fidelity === 'versions' ? 1 : pageBytes / 4
  const stride = Math.min(pageWords, WORDS_AT_FIRST)
  return { fidelity, size, pageBytes, pageWords, stride, words: new Int32Array(size * stride) }
}

/** The same memory, to be written on its own. Cost: a copy of the words. */
export function copy(memory: Content): Content {
  return { ...memory, words: memory.words.slice() }
}

/** Writes to a page: its version grows by one; of real bytes, the version and one word of the page change. */
export function write(memory: Content, page: PageNumber): void {
  const base = page * memory.stride
  const version = (memory.words[base] + 1) | 0
  memory.words[base] = version
  if (memory.pageWords === 1) return
  const place = 1 + ((version >>> 0) % (memory.pageWords - 1))
  if (place >= memory.stride) keep(memory, place + 1)
  memory.words[page * memory.stride + place] = stamp(page, version)
}

/** Writes to the page of each write among the first `n` accesses (`page << 1 | isWrite`), in order. Cost: 3 to 7 ns a write for versions. */
export function writeAll(memory: Content, accesses: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) if ((accesses[i] & 1) === 1) write(memory, accesses[i] >> 1)
}

/** Writes to each page of a set once: what a world does per dirty-log sync that keeps no account of single writes. */
export function writePages(memory: Content, pages: PageSet): void {
  checkSet('writePages', memory, pages)
  forEach(pages, (page) => write(memory, page))
}

/** How often a page was written, counting the writes that came with copies: of two contents of a page, the one with the higher version is newer. */
export function versionOf(memory: Content, page: PageNumber): number {
  return memory.words[page * memory.stride] >>> 0
}

/** True when a page contains nothing but zeros: it was never written. */
export function isZero(memory: Content, page: PageNumber): boolean {
  const base = page * memory.stride
  for (let i = 0; i < memory.stride; i++) if (memory.words[base + i] !== 0) return false
  return true
}

/** What a page contains now: what is read when the page is transmitted. */
export function read(memory: Content, page: PageNumber): PageContent {
  const { words, stride, pageWords } = memory
  return pageWords === 1 ? words[page] >>> 0 : words.slice(page * stride, (page + 1) * stride)
}

/** Puts what was read elsewhere in a page. Throws `RangeError` when it is of another fidelity or page size. */
export function place(memory: Content, page: PageNumber, placed: PageContent): void {
  const { pageWords } = memory
  const length = typeof placed === 'number' ? 1 : placed.length
  if (length > pageWords || (typeof placed === 'number') !== (memory.fidelity === 'versions'))
    throw new RangeError(`place: content must be ${memory.fidelity} of ${pageWords} words (got ${length})`)
  if (typeof placed === 'number') {
    memory.words[page] = placed
    return
  }
  if (length > memory.stride) keep(memory, length)
  const { words, stride } = memory
  const base = page * stride
  for (let i = 0; i < length; i++) words[base + i] = placed[i]
  for (let i = length; i < stride; i++) words[base + i] = 0
}

/** Copies pages as they are now from one memory to another. Throws `RangeError` unless both have one shape. */
export function copyPages(from: Content, to: Content, pages: PageSet | PageSequence): void {
  checkShapes('copyPages', from, to)
  const stride = commonStride(from, to)
  const copy = (page: PageNumber): void => {
    const base = page * stride
    for (let i = base; i < base + stride; i++) to.words[i] = from.words[i]
  }
  if (isPageSet(pages)) {
    checkSet('copyPages', from, pages)
    forEach(pages, copy)
  } else for (const page of orderOf(pages)) copy(page)
}

/** The pages that differ between two memories. Throws `RangeError` unless both have one shape. Cost: one pass over both. */
export function differing(a: Content, b: Content): PageSet {
  checkShapes('differing', a, b)
  const marks = bitmap(a.size)
  const stride = commonStride(a, b)
  for (let page = 0, base = 0; page < a.size; page++, base += stride) {
    for (let i = base; i < base + stride; i++)
      if (a.words[i] !== b.words[i]) {
        mark(marks, page)
        break
      }
  }
  return snapshotAndClear(marks)
}

/** Whether a page is the same in two memories of one shape. Cost: its words. */
export function isSame(a: Content, b: Content, page: PageNumber): boolean {
  const [more, less] = a.stride < b.stride ? [b, a] : [a, b]
  const [base, other] = [page * more.stride, page * less.stride]
  for (let i = 0; i < more.stride; i++) if (more.words[base + i] !== (i < less.stride ? less.words[other + i] : 0)) return false
  return true
}

/** Words kept of a page at first: most pages of small worlds are written fewer times than that. */
const WORDS_AT_FIRST = 8

/** Keeps at least `least` words of each page. */
function keep(memory: Content, least: number): void {
  resize(memory, Math.min(memory.pageWords, Math.max(least, 2 * memory.stride)))
}

/** Keeps this many words of each page, more than so far. */
function resize(memory: Content, stride: number): void {
  const { words, stride: before, size } = memory
  const larger = new Int32Array(size * stride)
  for (let page = 0; page < size; page++) for (let i = 0; i < before; i++) larger[page * stride + i] = words[page * before + i]
  memory.stride = stride
  memory.words = larger
}

/** Makes both memories keep as many words of each page. */
function commonStride(a: Content, b: Content): number {
  if (a.stride < b.stride) resize(a, b.stride)
  else if (b.stride < a.stride) resize(b, a.stride)
  return a.stride
}

/** A word that tells page and version; never zero. Integer arithmetic, the finaliser of MurmurHash3. */
function stamp(page: PageNumber, version: number): number {
  let x = Math.imul(page, 0x9e3779b1) ^ version
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) | 1
}

function checkShapes(caller: string, a: Content, b: Content): void {
  if (a.fidelity !== b.fidelity || a.size !== b.size || a.pageBytes !== b.pageBytes)
    throw new RangeError(`${caller}: both memories must have one fidelity, size and page size (got ${shape(a)} and ${shape(b)})`)
}

function shape(memory: Content): string {
  return `${memory.fidelity} of ${memory.size} pages of ${memory.pageBytes} bytes`
}

function checkSet(caller: string, memory: Content, pages: PageSet): void {
  if (pages.size !== memory.size) throw new RangeError(`${caller}: the set must have the memory's size ${memory.size} (got ${pages.size})`)
}
