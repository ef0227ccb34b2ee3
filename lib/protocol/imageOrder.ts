import type { PageSet } from '../memory/pageSet'
import type { Time } from '../time/time'

/**
 * The parts of an image, in the order in which their content was read: `bulk`, read from memory while the guest runs; `table`, copies made in short stops; `last`, read in
 * the final stop, with the execution context. Where two parts have a page, the later one has the newer content.
 */
export type Section = 'bulk' | 'table' | 'last'

/**
 * What a pipeline may ask of a world that keeps images of guests (see `Order`); a world that keeps none refuses.
 *
 * - `open`: begins an image at these stores, of all pages or, with a `parent`, of what has changed since. A page lies at `copies` of them (default 1), in stripes of
 *   `stripePages` pages (default 256): stripe k at store k and the next ones, in turn. An image of the same name that was never sealed is dropped.
 * - `stash`: copies pages into the image's table at the host, over older copies there; while the guest stands still, if the pipeline has paused it.
 * - `write`: pages of a section to the stores, `table` from the table and the others from memory, each read when it leaves; `last` with the execution context. `unless`: leaves out
 *   pages that are in the table when their turn comes. Answered when the last byte has left; `flush` is the barrier behind it.
 * - `seal`: the one moment at which the image begins to exist: before it nobody can restore it, after it whoever reaches its stores. `drop`: the image is no more.
 * - `catalogue`: which images can be restored now. `restore`: a section of an image, into the memory of a spare host, over what is there; then `resume` at the target.
 */
export type ImageOrder =
  | {
      readonly type: 'open'
      readonly image: string
      readonly parent?: string
      readonly stores: readonly string[]
      readonly copies?: number
      readonly stripePages?: number
    }
  | { readonly type: 'stash'; readonly image: string; readonly pages: PageSet }
  | {
      readonly type: 'write'
      readonly image: string
      readonly section: Section
      readonly pages: PageSet
      readonly unless?: 'stashed'
      readonly bytesPerSecond?: number
    }
  | { readonly type: 'seal'; readonly image: string }
  | { readonly type: 'drop'; readonly image: string }
  | { readonly type: 'catalogue' }
  | { readonly type: 'restore'; readonly image: string; readonly section: Section }

/** An image as a catalogue lists it: `pages` are written in it, `sealedAt` is when it began to exist, `guestNs` how long the guest had run in it. */
export type Listed = {
  readonly image: string
  readonly parent?: string
  readonly pages: number
  readonly sealedAt: Time
  readonly guestNs: number
}

/** The answers of a world that keeps images. `stashed`: pages in the table now. `sealed`: what the stores hold of the image, each page counted once a section. */
export type ImageAnswer =
  | { readonly type: 'stashed'; readonly pages: number }
  | { readonly type: 'sealed'; readonly image: string; readonly pages: number; readonly bytes: number }
  | { readonly type: 'catalogued'; readonly images: readonly Listed[] }
  | { readonly type: 'loaded'; readonly pages: number; readonly bytes: number }

/** How much a store, or the link, has had to do: bytes through it, time in which anything passed, time in which no more could. */
export type Used = { readonly bytes: number; readonly busyNs: Time; readonly fullNs: Time }

/**
 * The facts of a world that keeps images.
 *
 * - `storeFailed`: a store is gone, and what it held; a file with its host, too.
 * - `verified`: the oracle's word on an image when it is sealed and when a guest is resumed from it: `lost` are the pages whose newest content in it, or in its ancestors, is not what the
 *   guest had at the image's point, the end of its last stop.
 * - `storesUsed`: the oracle's word, with `verified`: the load on the link and on each store so far, by name, and the bytes that a store holds.
 */
export type ImageFact =
  | { readonly type: 'storeFailed'; readonly store: string; readonly reason: string }
  | { readonly type: 'verified'; readonly image: string; readonly when: 'sealed' | 'restored'; readonly lost: PageSet }
  | {
      readonly type: 'storesUsed'
      readonly link: Used
      readonly stores: Readonly<Record<string, Used & { readonly heldBytes: number }>>
    }

/** The kind of answer each of these orders gets when it is not `refused`. */
export type ImageAnswerKind = {
  open: 'done'
  stash: 'stashed'
  write: 'sent'
  seal: 'sealed'
  drop: 'done'
  catalogue: 'catalogued'
  restore: 'loaded'
}

/** The orders that only a world that keeps images obeys. */
export const imageOrders: ReadonlySet<string> = new Set<ImageOrder['type']>([
  'open',
  'stash',
  'write',
  'seal',
  'drop',
  'catalogue',
  'restore'
])
