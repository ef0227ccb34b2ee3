import type { Guest } from '../guest/guest'
import { needed } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import type { Bitmap } from '../memory/bitmap'
import * as bitmap from '../memory/bitmap'
import type { Fidelity as ContentFidelity, PageContent } from '../memory/content'
import * as content from '../memory/content'
import type { PageClasses } from '../memory/pageClasses'
import { level, written } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { bitsIn } from '../memory/words'
import type { Place, Unless, Where } from '../protocol/command'

/**
 * How much of a page's content a world keeps. `marks`: only whether the target's copy is stale (large guests). `versions`: a number that every write raises.
 * `bytes`: real bytes (small guests).
 */
export type Fidelity = 'marks' | ContentFidelity

/**
 * What two hosts know and hold of one guest: its pages on both sides, the dirty log, who owns it and where it runs. No time, no link and no chance: a kernel
 * that the simulated worlds drive and that a state explorer could. It lets a wrong pipeline go wrong, and tells.
 */
export type Hosts = {
  /** Makes accesses in bulk, where the guest runs. */
  readonly apply: (accesses: Int32Array, n: number) => void
  /** The bitmap of what the guest writes where it runs, when nothing else is kept of a write. */
  readonly marks: () => Bitmap | undefined
  /** Makes one access; answers the nanoseconds that dirty logging makes it cost. */
  readonly touch: (access: number) => number
  readonly isTrapped: (page: number) => boolean
  readonly trappedPages: () => number
  readonly track: (on: boolean) => void
  readonly isTracking: () => boolean
  readonly sync: () => PageSet
  readonly classes: () => PageClasses
  readonly setClasses: (classes: PageClasses) => void
  readonly isZero: (page: number) => boolean
  /** Whether the sender leaves a page out. */
  readonly isLeftOut: (page: number, unless: Unless | undefined) => boolean
  /** The words of the pages the sender leaves out are taken from `words` (from word `first` on); answers whether any was. */
  readonly leaveOut: (words: Int32Array, first: number, unless: Unless | undefined) => boolean
  /** A sender has chosen a page: no other lane needs to. */
  readonly choose: (page: number) => void
  /** A page is read at the source and is on its way; answers what was read. */
  readonly read: (page: number) => Reading
  /** Pages are read and arrive at once, by words from `first` on: only while the guest does not run at the target. */
  readonly readWords: (words: Int32Array, first: number) => void
  /** Pages that were chosen, and read if they are read by batches, and did not leave after all. */
  readonly unread: (pages: readonly number[]) => void
  /** The zero pages among some words, from word `first` on, as words; `undefined` when there are none. */
  readonly zeroPages: (words: Int32Array, first: number) => Int32Array | undefined
  /** A page arrives at the target. */
  readonly place: (page: number, reading: Reading, place: Place) => void
  readonly discard: (pages: PageSet) => void
  readonly pause: () => void
  /** First accesses to these pages at the target will stop the guest until they arrive. */
  readonly trap: (missing: PageSet) => void
  readonly resume: (where: Where) => void
  /** A host is gone, and the guest with it if it ran there. */
  readonly crash: (where: Where) => void
  readonly commit: () => void
  /** The target loses its copies. */
  readonly abandon: () => void
  readonly primary: () => Where
  /** Pages whose first access at the target would stop the guest; they are owed again, whoever had chosen them. */
  readonly missing: () => PageSet
  readonly running: () => readonly Where[]
  readonly compare: (when: 'activated' | 'released') => {
    readonly lost: PageSet
    readonly regressed: PageSet
    readonly misread: PageSet
    readonly owed: number
  }
}

/** What was read of a page, and the number of the read in order; `undefined` in a world that keeps marks only. */
export type Reading = { readonly order: number; readonly content: PageContent } | undefined

/**
 * See `Hosts`. With fidelity `marks` a page at the target is stale if it was written in the epoch (from one sync to the next) in which it was sent: that errs
 * on the side of stale, as dirty logging does. With `versions` and `bytes` each write counts by itself.
 */
export const hosts = ({
  guest,
  costs,
  fidelity
}: {
  readonly guest: Guest
  readonly costs: HostCosts
  readonly fidelity: Fidelity
}): Hosts => {
  const { pages } = guest
  const exact = fidelity === 'marks' ? undefined : memories(guest, fidelity)
  const marks = bitmap.bitmap(pages)
  const zero = marked(guest.classes.zero)
  const differs = exact === undefined ? marked(pageSet.complement(guest.classes.zero)) : undefined
  const trapped = bitmap.bitmap(pages)
  const owed = bitmap.bitmap(pages)
  const writtenAtTarget = bitmap.bitmap(pages)
  const regressed = bitmap.bitmap(pages)
  const split = bitmap.bitmap(Math.ceil(pages / costs.hugePagePages))
  const runs = { source: true, target: false }
  let reads = 0
  /** When the target's copy of each page was read, in the order of reads. */
  const readAt = exact === undefined ? undefined : new Float64Array(pages)
  let classes = guest.classes
  let tracking = false
  let primary: Where = 'source'
  let activated = false
  let lost = pageSet.empty(pages)

  /** Brings what the marks say into the rest: stale copies, pages that are no longer zero, pages now in use. */
  const fold = (): PageSet => {
    const dirty = bitmap.snapshotAndClear(marks)
    if (dirty.count === 0) return dirty
    if (differs !== undefined) bitmap.markAll(differs, dirty)
    if (zero.count > 0) bitmap.clearSet(zero, dirty)
    if (!allInUse()) classes = written(dirty)(classes)
    return dirty
  }

  /** The classes with what has been written since the last sync; the dirty log stays as it is. */
  const classesNow = (): PageClasses => (marks.count === 0 || allInUse() ? classes : written(bitmap.snapshot(marks))(classes))
  const allInUse = (): boolean => classes.application.count === pages && classes.zero.count === 0

  /** Pages whose copy at the target is not what the source has now. */
  const stale = (): PageSet =>
    exact === undefined ? pageSet.union(bitmap.snapshot(differs!), bitmap.snapshot(marks)) : content.differing(exact.source, exact.target)

  const costOf = (page: number, newly: boolean): number => {
    if (!tracking || !newly) return 0
    const huge = costs.hugePageSplitNs > 0 && bitmap.mark(split, Math.floor(page / costs.hugePagePages))
    return costs.firstWriteNs + (huge ? costs.hugePageSplitNs : 0)
  }

  return {
    apply: (accesses, n) => {
      bitmap.markWrites(runs.target ? writtenAtTarget : marks, accesses, n)
      if (exact !== undefined) content.writeAll(runs.target ? exact.target : exact.source, accesses, n)
    },
    marks: () => (exact !== undefined ? undefined : runs.target ? writtenAtTarget : marks),
    touch: (access) => {
      if ((access & 1) === 0) return 0
      const page = access >> 1
      if (exact !== undefined) content.write(runs.target ? exact.target : exact.source, page)
      if (runs.target) {
        bitmap.mark(writtenAtTarget, page)
        return 0
      }
      return costOf(page, bitmap.mark(marks, page))
    },
    isTrapped: (page) => bitmap.test(trapped, page),
    trappedPages: () => trapped.count,
    track: (on) => {
      if (on && !tracking) {
        fold()
        bitmap.clearAll(split)
      }
      tracking = on
    },
    isTracking: () => tracking,
    sync: () => {
      const dirty = fold()
      return tracking ? dirty : pageSet.empty(pages)
    },
    classes: classesNow,
    setClasses: (next) => {
      classes = next
    },
    isZero: (page) => bitmap.test(zero, page) && !bitmap.test(marks, page),
    isLeftOut: (page, unless) => (unless === 'dirtied' ? bitmap.test(marks, page) : unless === 'sent' && !bitmap.test(owed, page)),
    leaveOut: (words, first, unless) => {
      if (unless === undefined) return false
      const filter = unless === 'dirtied' ? marks.words : owed.words
      let any = 0
      for (let i = 0; i < words.length; i++) {
        const out = words[i] & (unless === 'dirtied' ? filter[first + i] : ~filter[first + i])
        any |= out
        words[i] &= ~out
      }
      return any !== 0
    },
    choose: (page) => {
      bitmap.clear(owed, page)
    },
    read: (page) => {
      if (differs !== undefined) bitmap.clear(differs, page)
      return exact === undefined ? undefined : { order: ++reads, content: content.read(exact.source, page) }
    },
    readWords: (words, first) => {
      if (differs !== undefined) clearWords(differs, words, first)
      clearWords(owed, words, first)
    },
    unread: (list) => {
      for (const page of list) {
        if (differs !== undefined) bitmap.mark(differs, page)
        if (activated) bitmap.mark(owed, page)
      }
    },
    zeroPages: (words, first) => {
      if (zero.count === 0) return undefined
      let any = 0
      const found = words.map((word, i) => {
        const zeros = word & zero.words[first + i] & ~marks.words[first + i]
        any |= zeros
        return zeros
      })
      return any === 0 ? undefined : found
    },
    place: (page, reading, how) => {
      const missing = bitmap.clear(trapped, page)
      if (how === 'ifAbsent' && activated && !missing) return
      const older = reading !== undefined && reading.order < readAt![page]
      if (how === 'ifNewer' && (older || (activated && !missing))) return
      if (older || (activated && !missing && bitmap.test(writtenAtTarget, page))) bitmap.mark(regressed, page)
      if (reading === undefined) return
      readAt![page] = reading.order
      content.place(exact!.target, page, reading.content)
    },
    discard: (dropped) => {
      if (exact !== undefined) drop(exact.target, dropped)
      else if (differs !== undefined) bitmap.markAll(differs, pageSet.difference(dropped, bitmap.snapshot(zero)))
    },
    pause: () => {
      if (!tracking) fold()
      runs.source = false
    },
    trap: (missing) => {
      bitmap.markAll(trapped, missing)
      bitmap.markAll(owed, missing)
    },
    resume: (where) => {
      runs[where] = true
      activated ||= where === 'target'
    },
    crash: (where) => {
      runs[where] = false
    },
    commit: () => {
      primary = 'target'
    },
    abandon: () => {
      if (activated) return
      if (exact !== undefined) drop(exact.target, pageSet.full(pages))
      if (differs !== undefined) bitmap.markAll(differs, pageSet.complement(bitmap.snapshot(zero)))
    },
    primary: () => primary,
    missing: () => {
      const missing = bitmap.snapshot(trapped)
      bitmap.markAll(owed, missing)
      return missing
    },
    running: () => (['source', 'target'] as const).filter((where) => runs[where]),
    compare: (when) => {
      const missing = bitmap.snapshot(trapped)
      if (when === 'activated') lost = pageSet.difference(pageSet.intersection(stale(), level(classesNow(), needed(guest))), missing)
      return {
        lost: when === 'activated' ? lost : pageSet.union(lost, missing),
        regressed: bitmap.snapshot(regressed),
        misread: pageSet.empty(pages),
        owed: trapped.count
      }
    }
  }
}

/** Both hosts' memories: at the source every page that is not zero has been written once, at the target none. */
const memories = (guest: Guest, fidelity: ContentFidelity) => {
  const options = { fidelity, size: guest.pages, pageBytes: guest.pageBytes }
  const source = content.content(options)
  content.writePages(source, pageSet.complement(guest.classes.zero))
  return { source, target: content.content(options) }
}

const drop = (memory: content.Content, pages: PageSet): void => {
  const nothing = content.read(content.content({ fidelity: memory.fidelity, size: 1, pageBytes: memory.pageBytes }), 0)
  pageSet.forEach(pages, (page) => content.place(memory, page, nothing))
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
