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
  /** Words per page: 1 for versions, pageBytes / 4 for bytes. */
  readonly stride: number
  /** Word 0 of a page is the number of writes it has seen, in both fidelities; the others hold stamps. @internal */
  readonly words: Int32Array
}

/** What one page contained at one moment: its words, or its version alone. A copy: later writes do not change it. */
export type PageContent = number | Int32Array

/** A memory's size, and how truly it is kept. */
export interface ContentOptions {
  readonly fidelity: Fidelity
  readonly size: number
  /** 4096 by default: a multiple of 4, at least 8; `size * pageBytes` is at most 2^30 when bytes are kept. */
  readonly pageBytes?: number
}

/** A memory of zero pages. Throws `RangeError` naming the option. Memory: 4 bytes a page, or pageBytes. */
export function content({ fidelity, size, pageBytes = 4096 }: ContentOptions): Content {
  checkedSize('content', size)
  if (!Number.isInteger(pageBytes) || pageBytes < 8 || pageBytes % 4 !== 0)
    throw new RangeError(`content: pageBytes must be a multiple of 4 and at least 8 (got ${pageBytes})`)
  if (fidelity === 'bytes' && size * pageBytes > 2 ** 30)
    throw new RangeError(`content: bytes are for memories of at most 2^30 bytes (got ${size * pageBytes})`)
  const stride = fidelity === 'versions' ? 1 : pageBytes / 4
  return { fidelity, size, pageBytes, stride, words: new Int32Array(size * stride) }
}

/** The same memory, to be written on its own. Cost: a copy of the words. */
export function copy(memory: Content): Content {
  return { ...memory, words: memory.words.slice() }
}

/** Writes to a page: its version grows by one; of real bytes, the version and one word of the page change. */
export function write(memory: Content, page: PageNumber): void {
  const { words, stride } = memory
  const base = page * stride
  const version = (words[base] + 1) | 0
  words[base] = version
  if (stride > 1) words[base + 1 + ((version >>> 0) % (stride - 1))] = stamp(page, version)
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
  const { words, stride } = memory
  return stride === 1 ? words[page] >>> 0 : words.slice(page * stride, (page + 1) * stride)
}

/** Puts what was read elsewhere in a page. Throws `RangeError` when it is of another fidelity or page size. */
export function place(memory: Content, page: PageNumber, placed: PageContent): void {
  const { words, stride } = memory
  const length = typeof placed === 'number' ? 1 : placed.length
  if (length !== stride || (typeof placed === 'number') !== (memory.fidelity === 'versions'))
    throw new RangeError(`place: content must be ${memory.fidelity} of ${stride} words (got ${length})`)
  if (typeof placed === 'number') words[page] = placed
  else words.set(placed, page * stride)
}

/** Copies pages as they are now from one memory to another. Throws `RangeError` unless both have one shape. */
export function copyPages(from: Content, to: Content, pages: PageSet | PageSequence): void {
  checkShapes('copyPages', from, to)
  const { stride } = from
  const copy = (page: PageNumber): void => {
    if (stride === 1) to.words[page] = from.words[page]
    else to.words.set(from.words.subarray(page * stride, (page + 1) * stride), page * stride)
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
  const { stride } = a
  for (let page = 0, base = 0; page < a.size; page++, base += stride) {
    for (let i = base; i < base + stride; i++)
      if (a.words[i] !== b.words[i]) {
        mark(marks, page)
        break
      }
  }
  return snapshotAndClear(marks)
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
