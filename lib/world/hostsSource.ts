import type { Bitmap } from '../memory/bitmap'
import * as bitmap from '../memory/bitmap'
import type { Content } from '../memory/content'
import * as content from '../memory/content'
import type { PageClasses } from '../memory/pageClasses'
import { written } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { bitsIn } from '../memory/words'
import type { Place, Unless } from '../protocol/command'
import type { Packet, Writer } from './engine'
import type { Hosts, Reading } from './hosts'
import { xbzrle } from './xbzrle'

/** Makes accesses in bulk, where the guest runs: none is trapped and nobody asks what each costs. */
export const apply = (h: Hosts, accesses: Int32Array, n: number): void => {
  if (h.log !== undefined || h.stale.count > 0) {
    for (let i = 0; i < n; i++) touch(h, accesses[i])
    return
  }
  bitmap.markWrites(h.atTarget ? h.writtenAtTarget : h.marks, accesses, n)
  if (h.exact !== undefined) content.writeAll(h.atTarget ? h.exact.target : h.exact.source, accesses, n)
}

/** The bitmap of what the guest writes where it runs, when nothing else is kept of a write. */
export const marksOf = (h: Hosts): Bitmap | undefined =>
  h.exact !== undefined || h.stale.count > 0 ? undefined : h.atTarget ? h.writtenAtTarget : h.marks

/** Makes one access of a virtual CPU; answers the nanoseconds that dirty logging makes it cost. */
export const touch = (h: Hosts, access: number): number => {
  const page = access >> 1
  if (h.atTarget && h.stale.count > 0 && bitmap.test(h.stale, page) && !bitmap.test(h.writtenAtTarget, page)) bitmap.mark(h.misread, page)
  return (access & 1) === 0 ? 0 : store(h, page, 'vcpu')
}

const store = (h: Hosts, page: number, by: Writer): number => {
  if (h.exact !== undefined) content.write(h.atTarget ? h.exact.target : h.exact.source, page)
  if (h.atTarget) {
    bitmap.mark(h.writtenAtTarget, page)
    return 0
  }
  if (by === 'vcpu') h.log?.wrote([page], by)
  return costOf(h, page, bitmap.mark(h.marks, page))
}

/** A device has been told to write these pages. */
export const deviceMaps = (h: Hosts, pages: readonly number[]): void => {
  if (!h.atTarget) h.log?.mapped(pages)
}

/** A device writes several pages in one transfer. */
export const deviceWrites = (h: Hosts, pages: readonly number[]): void => {
  for (const page of pages) store(h, page, 'device')
  if (!h.atTarget) h.log?.wrote(pages, 'device')
}

const costOf = (h: Hosts, page: number, newly: boolean): number => {
  if (!h.tracking || !newly) return 0
  const { firstWriteNs, hugePageSplitNs, hugePagePages } = h.setting.costs
  const huge = hugePageSplitNs > 0 && bitmap.mark(h.split, Math.floor(page / hugePagePages))
  return firstWriteNs + (huge ? hugePageSplitNs : 0)
}

/** Whether an access to a page at the target has to wait until it arrives. */
export const isTrapped = (h: Hosts, page: number): boolean => bitmap.test(h.trapped, page)

/** Dirty logging on or off; the log begins empty. */
export const track = (h: Hosts, on: boolean): void => {
  if (on && !h.tracking) {
    fold(h)
    bitmap.clearAll(h.split)
    h.log = h.setting.engine.log?.open(h.pages)
  }
  if (!on) h.log = undefined
  h.tracking = on
}

/** Reads and clears the dirty log; what a device without a log may have written is always in it. */
export const sync = (h: Hosts): PageSet => {
  const dirty = fold(h)
  h.coder?.synced?.()
  if (!h.tracking) return pageSet.empty(h.pages)
  const logged = h.log === undefined ? dirty : h.log.sync()
  return h.pinned === undefined ? logged : pageSet.union(logged, h.pinned)
}

/** Brings what the marks say into the rest: stale copies, pages that are no longer zero, pages now in use. @internal */
export const fold = (h: Hosts): PageSet => {
  const dirty = bitmap.snapshotAndClear(h.marks)
  if (dirty.count === 0) return dirty
  if (h.differs !== undefined) bitmap.markAll(h.differs, dirty)
  if (h.zero.count > 0) bitmap.clearSet(h.zero, dirty)
  if (!allInUse(h)) h.classes = written(dirty)(h.classes)
  return dirty
}

/** Whether every page is an application's and none is zero: then no class can change. @internal */
export const allInUse = (h: Hosts): boolean => h.classes.application.count === h.pages && h.classes.zero.count === 0

/** The classes with what has been written since the last sync; the dirty log stays as it is. */
export const classesOf = (h: Hosts): PageClasses =>
  h.marks.count === 0 || allInUse(h) ? h.classes : written(bitmap.snapshot(h.marks))(h.classes)

/** A page that was never written, or whose last store made it all zeros. */
export const isZero = (h: Hosts, page: number): boolean => {
  if (bitmap.test(h.zero, page) && !bitmap.test(h.marks, page)) return true
  const { clears } = h.setting.guest
  if (clears === undefined || h.exact === undefined) return false
  const version = versionAt(h.exact.source, page)
  return version > 0 && version % clears === 0
}

/** How many of some pages are not zero. */
export const contentOf = (h: Hosts, pages: PageSet): number =>
  h.zero.count === 0 ? pages.count : pageSet.difference(pages, pageSet.difference(bitmap.snapshot(h.zero), bitmap.snapshot(h.marks))).count

/** Whether the sender leaves a page out. */
export const isLeftOut = (h: Hosts, page: number, unless: Unless | undefined): boolean =>
  unless === 'dirtied' ? bitmap.test(h.marks, page) : unless === 'sent' && !bitmap.test(h.owed, page)

/** The words of the pages the sender leaves out are taken from `words` (from word `first` on); answers whether any was. */
export const leaveOut = (h: Hosts, words: Int32Array, first: number, unless: Unless | undefined): boolean => {
  if (unless === undefined) return false
  const filter = unless === 'dirtied' ? h.marks.words : h.owed.words
  let any = 0
  for (let i = 0; i < words.length; i++) {
    const out = words[i] & (unless === 'dirtied' ? filter[first + i] : ~filter[first + i])
    any |= out
    words[i] &= ~out
  }
  return any !== 0
}

/** Whether nothing has been placed at the target of a page. */
export const isFresh = (h: Hosts, page: number): boolean => !bitmap.test(h.present, page)

/** A sender has chosen a page: no other lane needs to. */
export const choose = (h: Hosts, page: number): void => {
  bitmap.clear(h.owed, page)
}

/** Whether each page is written on the wire by a coder, which decides its size when it is read. */
export const isCoded = (h: Hosts, mayDelta: boolean): boolean => h.coder !== undefined || mayDelta

/** A page is read at the source and is on its way; answers what was read. */
export const read = (h: Hosts, page: number): Reading => {
  if (h.differs !== undefined) bitmap.clear(h.differs, page)
  return h.exact === undefined ? undefined : { content: content.read(h.exact.source, page) }
}

/** A page is read at the source and written on the wire by the coder; `undefined` when that sends nothing. Only where content is kept. */
export const encode = (h: Hosts, page: number, mayDelta: boolean): Packet | undefined => {
  h.coder ??= xbzrle().open(h.setting.guest)
  return h.coder.encode({ page, content: content.read(h.exact!.source, page), isZero: isZero(h, page), mayDelta, sizes: h.setting.sizes })
}

/** The coder hears that a send has no more pages; answers what it still had to write on the wire. */
export const endEncoding = (h: Hosts): Packet | undefined => h.coder?.ended?.()

/**
 * Pages are read and arrive at once, by words from `first` on: only while the guest does not run at the target. Answers the words of those that were not there
 * before; `undefined` when all were. With `ifAbsent` only those are placed.
 */
export const readWords = (h: Hosts, words: Int32Array, first: number, how: Place): Int32Array | undefined => {
  const fresh = h.present.count === h.pages ? undefined : markWords(h.present, words, first)
  const placed = how === 'ifAbsent' ? fresh : words
  if (h.differs !== undefined && placed !== undefined) clearWords(h.differs, placed, first)
  clearWords(h.owed, words, first)
  return fresh
}

/** Pages that were chosen, and read if they are read by batches, and did not leave after all. */
export const unread = (h: Hosts, list: readonly number[]): void => {
  neverLeft(h, list)
  if (h.activated) for (const page of list) bitmap.mark(h.owed, page)
}

/** Pages that were read by batches and will not arrive. */
export const neverLeft = ({ differs, zero, marks }: Hosts, list: readonly number[]): void => {
  if (differs === undefined) return
  for (const page of list) if (!bitmap.test(zero, page) || bitmap.test(marks, page)) bitmap.mark(differs, page)
}

/** Pages that were placed by words when they were read, and did not arrive: those of them that were not there before are not there. */
export const notPlaced = (h: Hosts, fresh: Int32Array, first: number, list: readonly number[]): void => {
  for (const page of list) if ((fresh[(page >> 5) - first] & (1 << page)) !== 0) bitmap.clear(h.present, page)
}

/** The zero pages among some words, from word `first` on, as words; `undefined` when there are none. */
export const zeroPages = (h: Hosts, words: Int32Array, first: number): Int32Array | undefined => {
  if (h.zero.count === 0) return undefined
  let any = 0
  const found = words.map((word, i) => {
    const zeros = word & h.zero.words[first + i] & ~h.marks.words[first + i]
    any |= zeros
    return zeros
  })
  return any === 0 ? undefined : found
}

/** How often a page has been written, as its memory has it. @internal */
export const versionAt = ({ words, stride }: Content, page: number): number => words[page * stride]

/** Marks words; answers those of their bits that were not marked, `undefined` when all were. */
const markWords = (of: Bitmap, words: Int32Array, first: number): Int32Array | undefined => {
  const fresh = words.slice()
  let marked = 0
  for (let i = 0; i < words.length; i++) {
    fresh[i] &= ~of.words[first + i]
    of.words[first + i] |= fresh[i]
    marked += bitsIn(fresh[i])
  }
  of.count += marked
  return marked === 0 ? undefined : fresh
}

const clearWords = (of: Bitmap, words: Int32Array, first: number): void => {
  if (of.count === 0) return
  let cleared = 0
  for (let i = 0; i < words.length; i++) {
    const old = of.words[first + i]
    of.words[first + i] = old & ~words[i]
    cleared += bitsIn(old & words[i])
  }
  of.count -= cleared
}
