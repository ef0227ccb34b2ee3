import { needed } from '../guest/guest'
import * as bitmap from '../memory/bitmap'
import type { Content, PageContent } from '../memory/content'
import * as content from '../memory/content'
import { widened } from '../memory/hugePage'
import { level, written } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Place, Where } from '../protocol/command'
import type { Time } from '../time/time'
import type { Hosts, Reading } from './hosts'
import { allInUse, classesOf, fold, versionAt } from './hostsSource'

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
    const together = hugePageOf(h, page)
    if (together === undefined) {
      bitmap.clear(h.trapped, page)
      untrapped(page, at + splitNsOf(h, page))
    } else if (isWhole(h, together.first, together.end))
      for (let one = together.first; one < together.end; one++) if (bitmap.clear(h.trapped, one)) untrapped(one, at)
  }
}

/** The pages that the target places together with one: from `first` to before `end`; `undefined` where it places each by itself. */
export const hugePageOf = ({ setting, pages }: Hosts, page: number): { readonly first: number; readonly end: number } | undefined => {
  const { hugePages } = setting.guest
  if (hugePages === undefined || hugePages.splitNs !== undefined) return undefined
  const first = page - (page % hugePages.pages)
  return { first, end: Math.min(first + hugePages.pages, pages) }
}

/** The pages of a huge page that are waited for and have not arrived. */
export const stillToCome = (
  { trapped, present }: Hosts,
  { first, end }: { readonly first: number; readonly end: number }
): readonly number[] => {
  const pages: number[] = []
  for (let page = first; page < end; page++) if (bitmap.test(trapped, page) && !bitmap.test(present, page)) pages.push(page)
  return pages
}

/** Whether nothing of a huge page is on its way: no page that is waited for has not arrived. Looks from its end: pages come in order. */
const isWhole = ({ trapped, present }: Hosts, first: number, end: number): boolean => {
  for (let w = (end - 1) >> 5; w >= first >> 5; w--) {
    const from = Math.max(first - w * 32, 0)
    const to = Math.min(end - w * 32, 32)
    const inside = (to === 32 ? -1 : (1 << to) - 1) & (-1 << from)
    if ((trapped.words[w] & ~present.words[w] & inside) !== 0) return false
  }
  return true
}

/** What splitting the huge page behind a page costs, at the first of it that arrives. */
const splitNsOf = ({ setting, splitAtTarget }: Hosts, page: number): number => {
  const { hugePages } = setting.guest
  if (hugePages?.splitNs === undefined) return 0
  return bitmap.mark(splitAtTarget, Math.floor(page / hugePages.pages)) ? hugePages.splitNs : 0
}

const isOlder = (placed: PageContent, memory: Content, page: number): boolean =>
  (((typeof placed === 'number' ? placed : placed[0]) - versionAt(memory, page)) | 0) < 0

/** The target drops its copies of pages. */
export const discard = (h: Hosts, dropped: PageSet): void => {
  const whole = h.setting.guest.hugePages?.splitNs === undefined ? (h.setting.guest.hugePages?.pages ?? 1) : 1
  const gone = h.mapping === undefined ? widened(dropped, whole) : pageSet.fromPages(h.pages, h.mapping.dropped(pageSet.toArray(dropped)))
  bitmap.clearSet(h.present, gone)
  if (h.exact !== undefined) drop(h.exact.target, gone)
  else if (h.differs !== undefined) bitmap.markAll(h.differs, pageSet.difference(gone, bitmap.snapshot(h.zero)))
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
  if (h.trapped.count === 0) return
  const trapped = bitmap.snapshot(h.trapped)
  bitmap.markAll(h.owed, trapped)
  if (h.setting.guest.hugePages === undefined) return
  // What of a huge page had arrived was waiting for the rest, and is lost with it.
  const waiting = pageSet.intersection(trapped, bitmap.snapshot(h.present))
  bitmap.clearSet(h.present, waiting)
  bitmap.markAll(h.stale, waiting)
  if (h.exact !== undefined) drop(h.exact.target, waiting)
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

/** The oracle's word: see the fact `compared`. When the guest is activated it also fixes what the target must still get; at the commit it only looks. */
export const compare = (
  h: Hosts,
  when: 'committed' | 'activated' | 'released'
): { readonly lost: PageSet; readonly regressed: PageSet; readonly misread: PageSet; readonly owed: number } => {
  const trapped = bitmap.snapshot(h.trapped)
  if (when !== 'released') {
    const stale = pageSet.intersection(differing(h), level(classesOf(h), needed(h.setting.guest)))
    if (when === 'committed') return { lost: stale, regressed: bitmap.snapshot(h.regressed), misread: bitmap.snapshot(h.misread), owed: 0 }
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
    adopt(h.exact.source)
    h.exact.target = content.content({ fidelity: h.exact.source.fidelity, size: pages, pageBytes })
    if (h.setting.engine.usedTarget) soil(h.exact.target)
  }
  bitmap.clearSet(h.zero, atTarget)
  if (!allInUse(h)) h.classes = written(atTarget)(h.classes)
  for (const of of [h.marks, h.present, h.trapped, h.owed, h.stale, h.writtenAtTarget, h.regressed, h.misread, h.split, h.splitAtTarget])
    bitmap.clearAll(of)
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

/** What somebody else left in a memory: older than anything of the guest's, however often the guest writes over it. @internal */
export const soil = ({ words, stride, size }: Content): void => {
  for (let page = 0; page < size; page++) words[page * stride] = SOILED
}

/** The guest owns what was left in the memory it has come to: from here on that is older than what it writes, and newer than a page of which nothing is there. */
const adopt = ({ words, stride, size }: Content): void => {
  for (let page = 0; page < size; page++) if (words[page * stride] < 0) words[page * stride] += 1 - SOILED
}

/** The version of what somebody else left. */
const SOILED = -(2 ** 30)

const drop = (memory: Content, pages: PageSet): void => {
  const nothing = content.read(content.content({ fidelity: memory.fidelity, size: 1, pageBytes: memory.pageBytes }), 0)
  pageSet.forEach(pages, (page) => content.place(memory, page, nothing))
}
