import type { Guest } from '../guest/guest'
import type { HostCosts } from '../guest/hostCosts'
import type { Bitmap } from '../memory/bitmap'
import * as bitmap from '../memory/bitmap'
import type { Content, Fidelity as ContentFidelity, PageContent } from '../memory/content'
import * as content from '../memory/content'
import type { PageClasses } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Link } from '../network/link'
import { wireBytes } from '../network/link'
import type { Where } from '../protocol/command'
import type { Coder, Engine, Log, Mapping, Packet } from './engine'
import { pinnedBy } from './hostsDevices'
import { soil } from './hostsTarget'

export { plug, plugged, stateful, toPlug } from './hostsDevices'

export {
  apply,
  choose,
  classesOf,
  contentOf,
  deviceMaps,
  deviceWrites,
  encode,
  endEncoding,
  isCoded,
  isFresh,
  isLeftOut,
  isTrapped,
  isZero,
  leaveOut,
  marksOf,
  neverLeft,
  notPlaced,
  read,
  readWords,
  sync,
  touch,
  track,
  unread,
  zeroPages
} from './hostsSource'
export {
  abandon,
  commit,
  compare,
  crash,
  depart,
  discard,
  hugePageOf,
  missing,
  nothingArrives,
  pause,
  place,
  resume,
  running,
  stillToCome,
  trap
} from './hostsTarget'

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
 * state, changed only through the functions that this file names, which the simulated data centre drives on its timeline and the state explorer drives choice by
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
  /** Huge pages that dirty logging has split; those behind the target's memory that have been split there. */
  readonly split: Bitmap
  readonly splitAtTarget: Bitmap
  log: Log | undefined
  coder: Coder | undefined
  mapping: Mapping | undefined
  classes: PageClasses
  /** The devices that cannot move are not there. */
  unplugged: boolean
  /** Pages that devices without a log may write at any time. */
  pinned: PageSet | undefined
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
    splitAtTarget: bitmap.bitmap(guest.hugePages?.splitNs === undefined ? 0 : Math.ceil(pages / guest.hugePages.pages)),
    log: undefined,
    coder: engine.coding?.open(guest),
    mapping: engine.backing?.open(pages),
    classes: guest.classes,
    unplugged: false,
    pinned: pinnedBy(guest, guest.devices),
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
  splitAtTarget: bitmap.copy(h.splitAtTarget),
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
  add(h.splitAtTarget.words)
  if (h.differs !== undefined) add(h.differs.words)
  if (h.exact !== undefined) {
    words.push(h.exact.source.stride, h.exact.target.stride)
    add(h.exact.source.words)
    add(h.exact.target.words)
  }
  text += String.fromCharCode(...words)
  if (h.lost.count > 0) text += `l${pageSet.toArray(h.lost).join()}`
  if (h.classes !== h.setting.guest.classes) text += `c${classesKey(h.classes)}`
  if (h.unplugged) text += 'u'
  if (h.log !== undefined) text += `d${h.log.key()}`
  if (h.coder !== undefined) text += `e${h.coder.key()}`
  return h.mapping === undefined ? text : `${text}b${h.mapping.key()}`
}

/** Characters put into a text at a time: more are too many arguments for a call. */
const MOST_ARGUMENTS = 4096

const classesKey = (of: PageClasses): string =>
  [of.hypervisor, of.guestOs, of.application, of.cache, of.nonPageable, of.zero].map((set) => pageSet.toArray(set).join()).join(';')

/** Both hosts' memories: at the source every page that is not zero has been written once, at the target none, or something else. */
const memories = (guest: Guest, fidelity: ContentFidelity, { usedTarget }: Engine): { source: Content; target: Content } => {
  const options = { fidelity, size: guest.pages, pageBytes: guest.pageBytes }
  const source = content.content(options)
  content.writePages(source, pageSet.complement(guest.classes.zero))
  const target = content.content(options)
  if (usedTarget) soil(target)
  return { source, target }
}

const marked = (pages: PageSet): Bitmap => {
  const b = bitmap.bitmap(pages.size)
  bitmap.markAll(b, pages)
  return b
}
