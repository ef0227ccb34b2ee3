import type { Content, Fidelity as ContentFidelity } from '../memory/content'
import * as content from '../memory/content'
import type { PageClasses } from '../memory/pageClasses'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Section } from '../protocol/imageOrder'
import type { Time } from '../time/time'
import type { Progress } from './execution'
import { bits } from './pageBatches'
import type { Placement } from './placement'

/** The sections in the order of their content's age: where two have a page, the later one's is newer. @internal */
export const sections: readonly Section[] = ['bulk', 'table', 'last']

/** What one store has of a section. `unsynced`: pages that a crash of its host would take. @internal */
export type Held = { readonly words: Int32Array; readonly unsynced: Int32Array; readonly memory: Content | undefined }

/** A section of an image. `stale`, where no content is kept: pages written since they were read. @internal */
export type Part = { readonly held: Map<string, Held>; stale: Int32Array; manifest: Int32Array }

/** The moment of which an image is: the end of its last stop. `needed`: the pages that must be right. @internal */
export type Point = {
  readonly guestNs: number
  readonly progress: readonly Progress[]
  readonly classes: PageClasses
  readonly needed: PageSet
  readonly memory: Content | undefined
}

/** Copies at the host of pages that an image's interruptions have found written. @internal */
export type Table = { readonly words: Int32Array; count: number; readonly memory: Content | undefined; stale: Int32Array }

/**
 * An image as its world has it: what lies where, and what the oracle knows of it. `since`, where no content is kept: pages written between the parent's point and this
 * one's; `after`: pages written after it.
 * @internal
 */
export type Image = {
  readonly name: string
  readonly parent: string | undefined
  readonly stores: readonly string[]
  readonly placement: Placement
  readonly parts: Readonly<Record<Section, Part>>
  readonly table: Table
  /** Stores that have the execution context. */
  readonly context: Set<string>
  readonly bytesAt: Map<string, number>
  since: Int32Array
  readonly after: Int32Array
  point: Point | undefined
  /** The stale sets as they were at the point, when more has been learnt since. */
  frozen: Readonly<Record<Section, Int32Array>> | undefined
  frozenSince: Int32Array | undefined
  /** Why it can never be sealed. */
  broken: string | undefined
  sealedAt: Time | undefined
  dropped: boolean
}

/** The memory of which images are made. @internal */
export type Shape = { readonly pages: number; readonly pageBytes: number; readonly fidelity: 'marks' | ContentFidelity }

/** A memory of zeros, where content is kept. @internal */
export const blank = ({ pages, pageBytes, fidelity }: Shape): Content | undefined =>
  fidelity === 'marks' ? undefined : content.content({ fidelity, size: pages, pageBytes })

const NONE = new Int32Array(0)

/** An image that nothing has been written to. @internal */
export const image = (of: Pick<Image, 'name' | 'parent' | 'stores' | 'placement'>, shape: Shape): Image => {
  const words = Math.ceil(shape.pages / 32)
  const marks = (): Int32Array => (shape.fidelity === 'marks' ? new Int32Array(words) : NONE)
  const part = (): Part => ({ held: new Map(), stale: marks(), manifest: NONE })
  return {
    ...of,
    parts: { bulk: part(), table: part(), last: part() },
    table: { words: new Int32Array(words), count: 0, memory: blank(shape), stale: marks() },
    context: new Set(),
    bytesAt: new Map(),
    since: marks(),
    after: marks(),
    point: undefined,
    frozen: undefined,
    frozenSince: undefined,
    broken: undefined,
    sealedAt: undefined,
    dropped: false
  }
}

/** What a store has of a section, made when the first page is on its way there. @internal */
export const heldAt = (part: Part, store: string, shape: Shape): Held => {
  let held = part.held.get(store)
  if (held === undefined) {
    const words = Math.ceil(shape.pages / 32)
    held = { words: new Int32Array(words), unsynced: new Int32Array(words), memory: blank(shape) }
    part.held.set(store, held)
  }
  return held
}

/** target := target or source. @internal */
export const join = (target: Int32Array, source: Int32Array): void => {
  for (let i = 0; i < target.length; i++) target[i] |= source[i]
}

/** The log was read while an image is being made: pages that it names have been written since they were read. @internal */
export const folded = (one: Image, dirty: Int32Array, running: boolean): void => {
  if (running && one.point !== undefined) {
    one.frozen ??= staleOf(one, (words) => words.slice())
    one.frozenSince ??= one.since.slice()
    join(one.after, dirty)
  }
  const [bulk, table, last] = [one.parts.bulk.stale, one.table.stale, one.parts.last.stale]
  for (let i = 0; i < bulk.length; i++) {
    const word = dirty[i]
    if (word === 0) continue
    bulk[i] |= word
    table[i] |= word
    last[i] |= word
  }
}

const staleOf = (one: Image, f: (words: Int32Array) => Int32Array): Readonly<Record<Section, Int32Array>> => ({
  bulk: f(one.parts.bulk.stale),
  table: f(one.table.stale),
  last: f(one.parts.last.stale)
})

/**
 * The guest goes on from where the image would be of. `marks`: pages written and not read from the log, where no content is kept; `parent`: what was written since the
 * parent's point, by what the log has told.
 * @internal
 */
export const pointed = (
  one: Image,
  point: Point,
  { marks, parent }: { readonly marks: Int32Array; readonly parent: Int32Array | undefined }
): void => {
  one.point = point
  if (one.frozen !== undefined) one.after.fill(0)
  one.frozen = undefined
  one.frozenSince = undefined
  if (one.after.length === 0) return
  if (parent !== undefined) one.since.set(parent)
  for (let i = 0; i < marks.length; i++)
    if (marks[i] !== 0) {
      one.since[i] |= marks[i]
      one.parts.bulk.stale[i] |= marks[i]
      one.table.stale[i] |= marks[i]
      one.parts.last.stale[i] |= marks[i]
    }
}

/** The image begins to exist as its stores have it now; answers its pages, each counted once a section. @internal */
export const sealed = (one: Image, at: Time): number => {
  one.sealedAt = at
  const stale = one.frozen ?? staleOf(one, (words) => words)
  if (one.frozenSince !== undefined) one.since = one.frozenSince
  let pages = 0
  for (const section of sections) {
    const part = one.parts[section]
    part.stale = stale[section]
    part.manifest = new Int32Array(Math.ceil(one.placement.pages / 32))
    for (const { words } of part.held.values()) join(part.manifest, words)
    pages += bits(part.manifest)
  }
  one.frozen = undefined
  one.frozenSince = undefined
  return pages
}

/** Whether all that the image lists can still be had from stores that are there; its parent apart. @internal */
export const isWhole = (one: Image, isThere: (store: string) => boolean): boolean => {
  if (one.sealedAt === undefined || one.dropped || ![...one.context].some(isThere)) return false
  const have = new Int32Array(Math.ceil(one.placement.pages / 32))
  for (let s = sections.length - 1; s >= 0; s--) {
    const { manifest, held } = one.parts[sections[s]]
    const there = [...held].flatMap(([store, { words }]) => (isThere(store) ? [words] : []))
    for (let i = 0; i < manifest.length; i++) {
      let live = 0
      for (const words of there) live |= words[i]
      if ((manifest[i] & ~live & ~have[i]) !== 0) return false
      have[i] |= manifest[i]
    }
  }
  return true
}

/** A host has crashed that kept a file: what had not been made durable is gone. @internal */
export const unsyncedLost = (one: Image, store: string): void => {
  for (const section of sections) {
    const held = one.parts[section].held.get(store)
    if (held === undefined) continue
    for (let i = 0; i < held.words.length; i++) held.words[i] &= ~held.unsynced[i]
    held.unsynced.fill(0)
  }
  if (one.sealedAt === undefined) one.context.delete(store)
}

/** A store is gone, with what it held. @internal */
export const lostAt = (one: Image, store: string): void => {
  for (const section of sections) one.parts[section].held.delete(store)
  one.context.delete(store)
}

/** A file has made durable what it holds. @internal */
export const synced = (one: Image, store: string): void => {
  for (const section of sections) one.parts[section].held.get(store)?.unsynced.fill(0)
}

/** Pages of a level as a set, those known to be zeros apart where no content is kept. @internal */
export const neededOf = (level: PageSet, zero: PageSet | undefined): PageSet =>
  zero === undefined ? level : pageSet.difference(level, zero)
