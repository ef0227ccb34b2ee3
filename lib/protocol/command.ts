import type { Level } from '../memory/pageClasses'
import type { PageSequence } from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import type { ChipOrder } from './chip'
import type { ClusterOrder } from './cluster'
import type { Compression } from './compression'
import type { ImageOrder } from './imageOrder'
import type { KernelOrder, MemoryOrder } from './process'
import type { ThreadAct } from './threadOrder'

export type { Level } from '../memory/pageClasses'

/** The two ends of a migration. */
export type Where = 'source' | 'target'

/**
 * Where a page that arrives is placed. `always`: over whatever is there (pre-copy: the guest does not run at the target). `ifAbsent`: only where nothing
 * has been placed (post-copy: the guest may have written there since). `ifNewer`: only over an older version (several lanes at once).
 */
export type Place = 'always' | 'ifAbsent' | 'ifNewer'

/**
 * Which pages of a set the sender leaves out at the moment it would send them. `dirtied`: those already written again since the last dirty-log sync (Clark
 * et al., NSDI 2005, §5.4: the peek). `sent`: those no longer owed to a guest that runs at the target, because another lane sent them.
 */
export type Unless = 'dirtied' | 'sent'

/**
 * How the sender may write a page on the wire besides as it is. `delta`: as its difference from what was sent of it last, where the sender still has that in its
 * cache (XBZRLE; Hudzia et al., and QEMU's `migration/xbzrle.c`). A zero page is always a mark without content.
 */
export type Encoding = 'delta'

/**
 * What an order or a signal speaks of when it is not the guest's memory: its disk, a second memory whose pages are blocks, with a dirty log, versions and lanes of its
 * own. Absent: the memory.
 */
export type Of = 'disk'

/** Pages to send: a set, sent in address order, or a sequence, sent in its own order. */
export type Pages = PageSet | PageSequence

/**
 * What a pipeline may ask of a world, each answered later (see `AnswerTo`). Plain data. Times are in the world's ticks, rates in bytes per second.
 *
 * - `of: 'disk'` on `select`, `track`, `sync`, `send` and `discard`: the same of the blocks of the guest's disk; refused where it has none that moves.
 * - `preselect`, `reserve`: Clark's stages 0 and 1. `select`: which pages exist at a level, now.
 * - `track`: dirty logging on or off; `sync`: read and clear the dirty log.
 * - `send`: transmit pages on this lane, at most at `bytesPerSecond`; each page is read when it is transmitted. Sends of one lane leave in order. A set
 *   leaves in address order, with `from` beginning at that page and wrapping around. With
 *   `overtake`, a page that another lane has chosen and not begun to send is sent here instead. With `connection`, what several lanes send leaves in one order over one
 *   connection of that name, which is also the lane's name to stalls; with `overtake` then ahead of what has not been written to it. With `channels`, the lane's pages are spread over so many
 *   connections: what leaves on one may arrive ahead of what left on another before it, unless a `flush` stands between them. With `compression` pages take fewer bytes, at the rate of those who compress them.
 * - `discard`: the target drops its copies of pages. `flush`: a barrier, answered when all that was sent has been acknowledged.
 * - `dump`: the source writes pages into a file; `rebuild`: the target makes them memory again, out of the files that have arrived.
 * - `plug`: the devices that cannot move are taken from the running guest (`on: false`), or given back to it.
 * - `pause`, `sendContext`, `redirect` (network to the target), `commit` (ownership passes), `resume`, `release` (the source drops the guest): stages 3 to 5.
 *   `resume` at the target traps first accesses to the pages in `missing`, and sets the guest's own clock not to show less than `clockNs`.
 * - `inquire`: what the target knows of the migration: whose the guest is, and which pages are still missing there. A connection that broke stays broken when the link is
 *   mended: orders that need it are refused until `inquire` (to go on) or `preselect` (to begin anew) has made another.
 * - `throttle`: take a fraction of its time from the guest (0: none, and no dirty limit either). `dirtyLimit`: from now on each virtual CPU sleeps whenever its dirty ring of so many pages is full, as
 *   long as brings what it dirties to so many bytes per second, measured every `periodNs` (see `ringSleeps` of lib/guest); who only reads does not. `pin`: all its virtual CPUs share so many cores of the source from now on (`null`: any of them), as by sched_setaffinity. `wake`: a timer. `cancel`: stop an earlier `send` of this lane, by its tag.
 * - `ClusterOrder`: what only a cluster of machines understands.
 * - `ChipOrder`, `KernelOrder`, `MemoryOrder`: what only a chip of clusters understands.
 * - `act`: what a thread with iso-address memory does (see `ThreadOrder`); any other guest is refused it.
 * - `ImageOrder`: of a world that keeps images of guests; any other refuses them.
 * - `abandon`: the target drops its reservation and all its copies, and closes the connection; refused once the guest is the target's.
 */
export type Order =
  | { readonly type: 'preselect' }
  | { readonly type: 'reserve' }
  | { readonly type: 'select'; readonly level: Level; readonly of?: Of }
  | { readonly type: 'track'; readonly on: boolean; readonly of?: Of }
  | { readonly type: 'sync'; readonly of?: Of }
  | {
      readonly type: 'send'
      readonly pages: Pages
      readonly place: Place
      readonly unless?: Unless
      readonly overtake?: boolean
      readonly connection?: string
      readonly encoding?: Encoding
      readonly channels?: number
      readonly compression?: Compression
      readonly from?: number
      readonly round?: number
      readonly bytesPerSecond?: number
      readonly of?: Of
    }
  | { readonly type: 'discard'; readonly pages: PageSet; readonly of?: Of }
  | { readonly type: 'flush' }
  | { readonly type: 'plug'; readonly on: boolean }
  | { readonly type: 'dump' | 'rebuild'; readonly pages: PageSet }
  | { readonly type: 'pause' }
  | { readonly type: 'sendContext' }
  | { readonly type: 'redirect' }
  | { readonly type: 'commit' }
  | { readonly type: 'resume'; readonly where: Where; readonly missing?: PageSet; readonly clockNs?: number }
  | { readonly type: 'release' }
  | { readonly type: 'inquire' }
  | { readonly type: 'throttle'; readonly fraction: number }
  | { readonly type: 'dirtyLimit'; readonly bytesPerSecond: number; readonly ringPages: number; readonly periodNs: number }
  | { readonly type: 'pin'; readonly cores: number | null }
  | { readonly type: 'wake'; readonly afterNs: number }
  | { readonly type: 'cancel'; readonly tag: number }
  | { readonly type: 'abandon' }
  | ClusterOrder
  | ChipOrder
  | KernelOrder
  | MemoryOrder
  | ThreadAct
  | ImageOrder

/**
 * Who asked, so that the answer finds its way back: the migration, the lane's path inside it (`lanes` adds it), the asker's own tag, and a number that
 * is unique in the migration (`carry` adds both).
 */
export type Address = { readonly migration: string; readonly lane: string; readonly tag: number; readonly n: number }

/** An order as a phase gives it: the tag tells its own requests apart; the lane's path is still being built. */
export type Request = { readonly order: Order; readonly lane: string; readonly tag: number }

/** An order on its way to a world. */
export type Command = { readonly order: Order; readonly to: Address }
