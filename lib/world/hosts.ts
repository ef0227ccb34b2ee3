import type { Guest } from '../guest/guest'
import { needed } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import type { Bitmap } from '../memory/bitmap'
import * as bitmap from '../memory/bitmap'
import type { Content, Fidelity as ContentFidelity, PageContent } from '../memory/content'
import * as content from '../memory/content'
import type { PageClasses } from '../memory/pageClasses'
import { level, written } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { bitsIn } from '../memory/words'
import type { Link } from '../network/link'
import { wireBytes } from '../network/link'
import type { Place, Unless, Where } from '../protocol/command'
import type { Time } from '../time/time'
import type { Coder, Engine, Log, Mapping, Packet, Writer } from './engine'
import { xbzrle } from './xbzrle'

/**
 * How much of a page's content a world keeps. `marks`: only whether the target's copy is stale (large guests). `versions`: a number that every write raises.
 * `bytes`: real bytes (small guests).
 */
export type Fidelity = 'marks' | ContentFidelity

/** What does not change of two hosts and a guest. `sizes`: wire bytes of a page. */
export type Setting = {
  readonly guest: Guest
  readonly costs: HostCosts
  readonly fidelity: Fidelity
  readonly engine: Engine
  readonly sizes: { readonly zero: number; readonly whole: number; readonly header: number }
}

/**
 * What two hosts know and hold of one guest: its pages on both sides, the dirty log, who owns it and where it runs. No time, no link and no chance: a kernel's
 * state, changed through the functions of this file only, which the simulated data centre drives on its timeline and the state explorer drives choice by
 * choice (`copy`, `key`). It lets a wrong pipeline go wrong, and tells.
 */
export interface Hosts {
  readonly setting: Setting
  readonly pages: number
  /** Both memories, where content is kept. */
  readonly exact: { source: Content; target: Content } | undefined
  /** Written at the source since the last sync, whether anybody logs it or not. */
  readonly marks: Bitmap
  readonly zero: Bitmap
  /** Without content: pages whose copy at the target is older than the marks. */
  readonly differs: Bitmap | undefined
  /** Something has been placed there at the target, be it stale, and not been dropped: such a page traps no access. */
  readonly present: Bitmap
  /** A first access at the target stops the guest. */
  readonly trapped: Bitmap
  /** Missing at the target and not chosen by any sender. */
  readonly owed: Bitmap
  /** From the activation on: what the guest needs and what is not there as it must be. */
  readonly stale: Bitmap
  readonly writtenAtTarget: Bitmap
  readonly regressed: Bitmap
  readonly misread: Bitmap
  /** Huge pages that dirty logging has split. */
  readonly split: Bitmap
  log: Log | undefined
  coder: Coder | undefined
  mapping: Mapping | undefined
  classes: PageClasses
  tracking: boolean
  primary: Where
  atSource: boolean
  atTarget: boolean
  activated: boolean
  /** Lost for good when the guest was activated. */
  lost: PageSet
}

/** What was read of a page when it left; `undefined` in a world that keeps marks only. */
export type Reading = { readonly content: PageContent } | Packet | undefined

/** Hosts with the guest at the source, running, and nothing at the target. With fidelity `marks` neither an engine's parts nor deltas can be had. */
export const hosts = ({
  guest,
  costs,
  link,
  fidelity,
  engine = {}
}: {
  readonly guest: Guest
  readonly costs: HostCosts
  readonly link: Link
  readonly fidelity: Fidelity
  readonly engine?: Engine
}): Hosts => {
  const { pages, pageBytes } = guest
  const zero = marked(guest.classes.zero)
  const sizes = { zero: wireBytes(link, pageBytes, true), whole: wireBytes(link, pageBytes, false), header: link.headerBytes }
  return {
    setting: { guest, costs, fidelity, engine, sizes },
    pages,
    exact: fidelity === 'marks' ? undefined : memories(guest, fidelity, engine),
    marks: bitmap.bitmap(pages),
    zero,
    differs: fidelity === 'marks' ? marked(pageSet.complement(guest.classes.zero)) : undefined,
    present: bitmap.bitmap(pages),
    trapped: bitmap.bitmap(pages),
    owed: bitmap.bitmap(pages),
    stale: bitmap.bitmap(pages),
    writtenAtTarget: bitmap.bitmap(pages),
    regressed: bitmap.bitmap(pages),
    misread: bitmap.bitmap(pages),
    split: bitmap.bitmap(Math.ceil(pages / costs.hugePagePages)),
    log: undefined,
    coder: engine.coding?.open(guest),
    mapping: engine.backing?.open(pages),
    classes: guest.classes,
    tracking: false,
    primary: 'source',
    atSource: true,
    atTarget: false,
    activated: false,
    lost: pageSet.empty(pages)
  }
}

/** The same hosts, to go another way from here. Cost: a copy of all that changes, O(pages). */
export const copy = (h: Hosts): Hosts => ({
  ...h,
  exact: h.exact && { source: content.copy(h.exact.source), target: content.copy(h.exact.target) },
  marks: bitmap.copy(h.marks),
  zero: bitmap.copy(h.zero),
  differs: h.differs && bitmap.copy(h.differs),
  present: bitmap.copy(h.present),
  trapped: bitmap.copy(h.trapped),
  owed: bitmap.copy(h.owed),
  stale: bitmap.copy(h.stale),
  writtenAtTarget: bitmap.copy(h.writtenAtTarget),
  regressed: bitmap.copy(h.regressed),
  misread: bitmap.copy(h.misread),
  split: bitmap.copy(h.split),
  log: h.log?.copy(),
  coder: h.coder?.copy(),
  mapping: h.mapping?.copy()
})

/** All of them that can influence what happens from here on or be told, as text: equal keys, equal futures. Cost: O(pages). */
export const key = (h: Hosts): string => {
  const words: number[] = [
    (h.tracking ? 1 : 0) | (h.primary === 'target' ? 2 : 0) | (h.atSource ? 4 : 0) | (h.atTarget ? 8 : 0) | (h.activated ? 16 : 0)
  ]
  let text = ''
  const add = (of: Int32Array): void => {
    for (let i = 0; i < of.length; i++) {
      words.push(of[i] & 0xffff, of[i] >>> 16)
      if (words.length < MOST_ARGUMENTS) continue
      text += String.fromCharCode(...words)
      words.length = 0
    }
  }
  for (const of of [h.marks, h.zero, h.present, h.trapped, h.owed, h.stale, h.writtenAtTarget, h.regressed, h.misread]) add(of.words)
  if (h.setting.costs.hugePageSplitNs > 0) add(h.split.words)
  if (h.differs !== undefined) add(h.differs.words)
  if (h.exact !== undefined) {
    words.push(h.exact.source.stride, h.exact.target.stride)
    add(h.exact.source.words)
    add(h.exact.target.words)
  }
  text += String.fromCharCode(...words)
  if (h.lost.count > 0) text += `l${pageSet.toArray(h.lost).join()}`
  if (h.classes !== h.setting.guest.classes) text += `c${classesKey(h.classes)}`
  if (h.log !== undefined) text += `d${h.log.key()}`
  if (h.coder !== undefined) text += `e${h.coder.key()}`
  return h.mapping === undefined ? text : `${text}b${h.mapping.key()}`
}

/** Characters put into a text at a time: more are too many arguments for a call. */
const MOST_ARGUMENTS = 4096

const classesKey = (of: PageClasses): string =>
  [of.hypervisor, of.guestOs, of.application, of.cache, of.nonPageable, of.zero].map((set) => pageSet.toArray(set).join()).join(';')

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

/** Reads and clears the dirty log. */
export const sync = (h: Hosts): PageSet => {
  const dirty = fold(h)
  return h.log !== undefined ? h.log.sync() : h.tracking ? dirty : pageSet.empty(h.pages)
}

/** Brings what the marks say into the rest: stale copies, pages that are no longer zero, pages now in use. */
const fold = (h: Hosts): PageSet => {
  const dirty = bitmap.snapshotAndClear(h.marks)
  if (dirty.count === 0) return dirty
  if (h.differs !== undefined) bitmap.markAll(h.differs, dirty)
  if (h.zero.count > 0) bitmap.clearSet(h.zero, dirty)
  if (!allInUse(h)) h.classes = written(dirty)(h.classes)
  return dirty
}

const allInUse = (h: Hosts): boolean => h.classes.application.count === h.pages && h.classes.zero.count === 0

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
 * before; `undefined` when all were.
 */
export const readWords = (h: Hosts, words: Int32Array, first: number): Int32Array | undefined => {
  const fresh = h.present.count === h.pages ? undefined : markWords(h.present, words, first)
  if (h.differs !== undefined) clearWords(h.differs, words, first)
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

/** A page arrives at the target. `untrapped` hears of each page that an access there no longer waits for, and of `at`. */
export const place = (h: Hosts, page: number, reading: Reading, how: Place, at: Time, untrapped: Untrapped): void => {
  if (reading === undefined || !('form' in reading)) {
    placeOne(h, page, reading?.content, how, at, untrapped)
    return
  }
  const present = (of: number): PageContent => content.read(h.exact!.target, of)
  for (const one of h.coder!.decode(reading, present)) placeOne(h, one.page, one.content, how, at, untrapped)
}

type Untrapped = (page: number, at: Time) => void

const placeOne = (h: Hosts, page: number, placed: PageContent | undefined, how: Place, at: Time, untrapped: Untrapped): void => {
  const missing = bitmap.test(h.trapped, page)
  const taken = h.activated ? !missing : bitmap.test(h.present, page)
  if (how === 'ifAbsent' && taken) return
  const older = placed !== undefined && isOlder(placed, h.exact!.target, page)
  if (how === 'ifNewer' && (older || (h.activated && taken))) return
  bitmap.mark(h.present, page)
  if (older || (taken && bitmap.test(h.writtenAtTarget, page))) bitmap.mark(h.regressed, page)
  if (placed !== undefined) content.place(h.exact!.target, page, placed)
  if (h.stale.count > 0 && (placed === undefined || content.isSame(h.exact!.source, h.exact!.target, page))) bitmap.clear(h.stale, page)
  if (h.mapping !== undefined) {
    for (const one of h.mapping.arrived(page)) if (bitmap.clear(h.trapped, one)) untrapped(one, at)
  } else if (missing) {
    bitmap.clear(h.trapped, page)
    untrapped(page, at)
  }
}

const isOlder = (placed: PageContent, memory: Content, page: number): boolean =>
  (((typeof placed === 'number' ? placed : placed[0]) - versionAt(memory, page)) | 0) < 0

const versionAt = ({ words, stride }: Content, page: number): number => words[page * stride]

/** The target drops its copies of pages. */
export const discard = (h: Hosts, dropped: PageSet): void => {
  const gone = h.mapping === undefined ? dropped : pageSet.fromPages(h.pages, h.mapping.dropped(pageSet.toArray(dropped)))
  bitmap.clearSet(h.present, gone)
  if (h.exact !== undefined) drop(h.exact.target, gone)
  else if (h.differs !== undefined) bitmap.markAll(h.differs, pageSet.difference(dropped, bitmap.snapshot(h.zero)))
}

/** The guest stops at the source; where nobody logs its writes, they are accounted for now. */
export const pause = (h: Hosts): void => {
  if (!h.tracking) fold(h)
  h.log?.stopped?.()
  h.atSource = false
}

/** First accesses to these pages at the target will stop the guest until they arrive; what is there already is used as it is, as under a userfaultfd. */
export const trap = (h: Hosts, missing: PageSet): void => {
  const absent = h.present.count === 0 ? missing : pageSet.difference(missing, bitmap.snapshot(h.present))
  bitmap.markAll(h.trapped, absent)
  bitmap.markAll(h.owed, absent)
}

/** The pages that an access at the target would wait for. */
export const missing = (h: Hosts): PageSet => bitmap.snapshot(h.trapped)

/** What was on its way to the target is lost: every page that is missing there is owed again, and the sender does not know any more what the target has. */
export const nothingArrives = (h: Hosts): void => {
  h.coder?.forgotten()
  if (h.trapped.count > 0) bitmap.markAll(h.owed, bitmap.snapshot(h.trapped))
}

/** The guest runs there from now on. */
export const resume = (h: Hosts, where: Where): void => {
  if (where === 'source') h.atSource = true
  else {
    h.atTarget = true
    h.activated = true
  }
}

/** A host is gone, and the guest with it if it ran there. */
export const crash = (h: Hosts, where: Where): void => {
  if (where === 'source') h.atSource = false
  else h.atTarget = false
}

/** Ownership passes to the target. */
export const commit = (h: Hosts): void => {
  h.primary = 'target'
}

/** The target loses its copies; the guest has not been there. */
export const abandon = (h: Hosts): void => {
  nothingArrives(h)
  h.mapping = h.setting.engine.backing?.open(h.pages)
  bitmap.clearAll(h.present)
  if (h.exact !== undefined) {
    drop(h.exact.target, pageSet.full(h.pages))
    if (h.setting.engine.usedTarget) soil(h.exact.target)
  }
  if (h.differs !== undefined) bitmap.markAll(h.differs, pageSet.complement(bitmap.snapshot(h.zero)))
}

/** Where the guest runs: at one place, unless a pipeline is wrong. */
export const running = (h: Hosts): readonly Where[] =>
  h.atSource ? (h.atTarget ? ['source', 'target'] : ['source']) : h.atTarget ? ['target'] : []

/** The oracle's word: see the fact `compared`. When the guest is activated it also fixes what the target must still get. */
export const compare = (
  h: Hosts,
  when: 'activated' | 'released'
): { readonly lost: PageSet; readonly regressed: PageSet; readonly misread: PageSet; readonly owed: number } => {
  const trapped = bitmap.snapshot(h.trapped)
  if (when === 'activated') {
    const stale = pageSet.intersection(differing(h), level(classesOf(h), needed(h.setting.guest)))
    bitmap.markAll(h.stale, stale)
    h.lost = pageSet.difference(stale, trapped)
  }
  const lost = when === 'activated' ? h.lost : pageSet.union(pageSet.union(h.lost, trapped), bitmap.snapshot(h.stale))
  return { lost, regressed: bitmap.snapshot(h.regressed), misread: bitmap.snapshot(h.misread), owed: h.trapped.count }
}

/** Pages whose copy at the target is not what the source has now. */
const differing = (h: Hosts): PageSet =>
  h.exact === undefined
    ? pageSet.union(bitmap.snapshot(h.differs!), bitmap.snapshot(h.marks))
    : content.differing(h.exact.source, h.exact.target)

/**
 * The next hop begins: the target, where the guest is and runs, is the source from now on, and the target is another host, with nothing of it. Only after the
 * source has let go.
 */
export const depart = (h: Hosts): void => {
  fold(h)
  const atTarget = bitmap.snapshot(h.writtenAtTarget)
  if (h.exact !== undefined) {
    const { pages, pageBytes } = h.setting.guest
    h.exact.source = h.exact.target
    h.exact.target = content.content({ fidelity: h.exact.source.fidelity, size: pages, pageBytes })
    if (h.setting.engine.usedTarget) soil(h.exact.target)
  }
  bitmap.clearSet(h.zero, atTarget)
  if (!allInUse(h)) h.classes = written(atTarget)(h.classes)
  for (const of of [h.marks, h.present, h.trapped, h.owed, h.stale, h.writtenAtTarget, h.regressed, h.misread, h.split]) bitmap.clearAll(of)
  if (h.differs !== undefined) bitmap.markAll(h.differs, pageSet.complement(bitmap.snapshot(h.zero)))
  h.log = undefined
  h.coder = h.setting.engine.coding?.open(h.setting.guest)
  h.mapping = h.setting.engine.backing?.open(h.pages)
  h.tracking = false
  h.primary = 'source'
  h.atSource = h.atTarget
  h.atTarget = false
  h.activated = false
  h.lost = pageSet.empty(h.pages)
}

/** Both hosts' memories: at the source every page that is not zero has been written once, at the target none, or something else. */
const memories = (guest: Guest, fidelity: ContentFidelity, { usedTarget }: Engine): { source: Content; target: Content } => {
  const options = { fidelity, size: guest.pages, pageBytes: guest.pageBytes }
  const source = content.content(options)
  content.writePages(source, pageSet.complement(guest.classes.zero))
  const target = content.content(options)
  if (usedTarget) soil(target)
  return { source, target }
}

/** What somebody else left in a memory: older than anything of the guest's. */
const soil = ({ words, stride, size }: Content): void => {
  for (let page = 0; page < size; page++) words[page * stride] = -1
}

const drop = (memory: Content, pages: PageSet): void => {
  const nothing = content.read(content.content({ fidelity: memory.fidelity, size: 1, pageBytes: memory.pageBytes }), 0)
  pageSet.forEach(pages, (page) => content.place(memory, page, nothing))
}

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

const marked = (pages: PageSet): Bitmap => {
  const b = bitmap.bitmap(pages.size)
  bitmap.markAll(b, pages)
  return b
}
