import * as content from '../memory/content'
import * as pageSet from '../memory/pageSet'
import type { Order } from '../protocol/command'
import type { Listed } from '../protocol/imageOrder'
import type { Time } from '../time/time'
import { type Assembly, assembled, assembly, lost } from './assembly'
import type { Freight } from './freight'
import type { Hosts } from './hosts'
import {
  folded,
  type Image,
  image as imageOf,
  isWhole,
  join,
  lostAt,
  type Point,
  pointed,
  type Shape,
  sealed,
  synced,
  unsyncedLost
} from './image'
import { type Carried, imageTransfers } from './imageTransfers'
import { among, type Batch, bits, put, takeOut } from './pageBatches'
import type { Reached } from './stores'

type Open = Extract<Order, { readonly type: 'open' }>
type Write = Extract<Order, { readonly type: 'write' }>
type Restore = Extract<Order, { readonly type: 'restore' }>

/** What a keeper of images needs of the guest's machine. @internal */
export type KeeperPort = {
  readonly guest: string
  readonly shape: Shape
  readonly hosts: () => Hosts
  readonly contextBytes: number
  readonly batchPages: number
  /** The most that one sender carries. */
  readonly senderBytesPerSecond: number
  readonly freight: Freight
  readonly stores: ReadonlyMap<string, Reached>
  readonly now: () => Time
  /** Makes the guest's accesses up to now. */
  readonly look: () => void
  readonly isRunning: () => boolean
  readonly point: () => Point
}

/** The images of one guest, and what is read from it and from them: a kernel without time of its own. Reasons are sentences. @internal */
export type ImageKeeper = {
  readonly open: (order: Open) => string | undefined
  readonly stash: (image: string, pages: pageSet.PageSet) => string | number
  readonly write: (order: Write, ended: (result: Carried) => void) => void
  readonly restore: (order: Restore, ended: (result: Carried) => void) => void
  /** The stores of an image that are there. */
  readonly storesOf: (image: string) => readonly Reached[] | string
  /** Why an image that is being made cannot go on. */
  readonly broken: (image: string) => string | undefined
  /** All that has been written so far is durable. */
  readonly synced: () => void
  readonly seal: (image: string) => { readonly pages: number; readonly bytes: number; readonly lost: pageSet.PageSet } | string
  readonly drop: (image: string) => void
  readonly catalogue: () => readonly Listed[]
  /** The log was read. */
  readonly folded: (dirty: pageSet.PageSet) => void
  /** The guest goes on from here. */
  readonly pointed: () => void
  /** The memory that was put together, when a guest can be resumed from it; why not, otherwise. */
  readonly assembled: () => { readonly image: Image; readonly assembly: Assembly; readonly lost: pageSet.PageSet } | string
  /** The guest is that of the image from now on. */
  readonly becomes: (image: Image) => void
  readonly hostFailed: (reason: string) => void
  readonly linkFailed: (reason: string) => void
  readonly storeFailed: (store: string, reason: string) => void
}

/** See `ImageKeeper`. @internal */
export const imageKeeper = (port: KeeperPort): ImageKeeper => {
  const { shape, stores } = port
  const { pages } = shape
  const words = Math.ceil(pages / 32)
  const images = new Map<string, Image>()
  const scratch = new Int32Array(shape.fidelity === 'marks' ? words : 0)
  const copied = new Int32Array(words)
  let making: Assembly | undefined

  const isThere = (store: string): boolean => stores.get(store)?.standing.gone === undefined
  const under = (name: string): Image | string => {
    const one = images.get(name)
    if (one === undefined) return `no image is called ${name}`
    if (one.sealedAt !== undefined) return `image ${name} is sealed`
    return one.broken ?? one
  }
  const free = (one: Image): void => {
    one.dropped = true
    for (const [store, bytes] of one.bytesAt) stores.get(store)!.standing.heldBytes -= bytes
    one.bytesAt.clear()
    images.delete(one.name)
  }
  const charge = (one: Image, store: Reached, bytes: number): string | undefined => {
    if (store.standing.heldBytes + bytes > store.capacityBytes)
      return `store ${store.name} is full: it holds ${store.standing.heldBytes} of ${store.capacityBytes} bytes`
    store.standing.heldBytes += bytes
    one.bytesAt.set(store.name, (one.bytesAt.get(store.name) ?? 0) + bytes)
    return undefined
  }
  const transfers = imageTransfers(port, charge)

  /** The chain of an image, the oldest first; `undefined` when an ancestor is gone. */
  const chainOf = (one: Image): readonly Image[] | undefined => {
    const chain = [one]
    while (chain[0].parent !== undefined) {
      const parent = images.get(chain[0].parent)
      if (parent === undefined || parent.sealedAt === undefined || chain.includes(parent)) return undefined
      chain.unshift(parent)
    }
    return chain
  }
  const toWords = (set: pageSet.PageSet): Int32Array => {
    pageSet.copyInto(set, scratch)
    return scratch
  }
  const underWay = (): Image | undefined => {
    for (const one of images.values()) if (one.sealedAt === undefined) return one
    return undefined
  }
  const point = (one: Image): void => {
    const parent = one.parent === undefined ? undefined : images.get(one.parent)
    const { exact, marks } = port.hosts()
    pointed(one, port.point(), { marks: exact === undefined && marks.count > 0 ? marks.words : NO_WORDS, parent: parent?.after })
  }

  return {
    open: ({ image: name, parent, stores: at, copies = 1, stripePages = 256 }) => {
      if (images.get(name)?.sealedAt !== undefined) return `image ${name} is sealed`
      if (at.length === 0 || new Set(at).size < at.length) return 'an image needs stores, each named once'
      for (const store of at) {
        const reached = stores.get(store)
        if (reached === undefined) return `no store is called ${store}`
        if (reached.standing.gone !== undefined) return reached.standing.gone
      }
      if (!(Number.isInteger(copies) && copies >= 1 && copies <= at.length))
        return `copies must be an integer from 1 to the number of stores (got ${copies} at ${at.length})`
      if (!(Number.isInteger(stripePages) && stripePages >= 1)) return `a stripe must have 1 page at least (got ${stripePages})`
      if (parent !== undefined && images.get(parent)?.sealedAt === undefined) return `the parent ${parent} is no image`
      const before = underWay()
      if (before !== undefined) free(before)
      images.set(name, imageOf({ name, parent, stores: at, placement: { pages, stores: at.length, copies, stripePages } }, shape))
      return undefined
    },
    stash: (name, set) => {
      const one = under(name)
      if (typeof one === 'string') return one
      const { table } = one
      port.look()
      pageSet.copyInto(set, copied)
      const batch = { first: 0, words: copied, count: set.count }
      table.count += put(table.words, batch)
      const h = port.hosts()
      if (table.memory !== undefined && h.exact !== undefined) content.copyPages(h.exact.source, table.memory, set)
      else takeOut(table.stale, batch)
      return table.count
    },
    write: (order, ended) => {
      const one = under(order.image)
      if (typeof one === 'string') ended({ type: 'failed', reason: one })
      else if (order.section === 'table' && among(one.table.words, whole(order.pages)) < order.pages.count)
        ended({ type: 'failed', reason: `pages of the table must be in the table of ${one.name}` })
      else transfers.write(one, order, ended)
    },
    restore: ({ image: name, section }, ended) => {
      const one = images.get(name)
      if (one?.sealedAt === undefined) ended({ type: 'failed', reason: `no image is called ${name}` })
      else {
        making ??= assembly(shape)
        transfers.restore(one, section, making, ended)
      }
    },
    storesOf: (name) => {
      const one = images.get(name)
      if (one === undefined) return `no image is called ${name}`
      const there = one.stores.flatMap((store) => (isThere(store) ? [stores.get(store)!] : []))
      return there.length === 0 ? 'every store of the image is gone' : there
    },
    broken: (name) => images.get(name)?.broken,
    synced: () => {
      for (const one of images.values()) for (const { type, name } of stores.values()) if (type === 'file') synced(one, name)
    },
    seal: (name) => {
      const one = under(name)
      if (typeof one === 'string') return one
      if (one.point === undefined || !port.isRunning()) point(one)
      const chain = chainOf(one)
      const count = sealed(one, port.now())
      let bytes = 0
      for (const held of one.bytesAt.values()) bytes += held
      return { pages: count, bytes, lost: chain === undefined ? one.point!.needed : lost(assembled(chain, shape), one) }
    },
    drop: (name) => {
      const one = images.get(name)
      if (one !== undefined) free(one)
    },
    catalogue: () =>
      [...images.values()]
        .filter((one) => chainOf(one)?.every((each) => isWhole(each, isThere)) === true && one.sealedAt !== undefined)
        .sort((a, b) => a.sealedAt! - b.sealedAt!)
        .map((one) => ({
          image: one.name,
          ...(one.parent === undefined ? {} : { parent: one.parent }),
          pages: Object.values(one.parts).reduce((sum, { manifest }) => sum + bits(manifest), 0),
          sealedAt: one.sealedAt!,
          guestNs: one.point!.guestNs
        })),
    folded: (dirty) => {
      if (scratch.length === 0 || dirty.count === 0) return
      const marks = toWords(dirty)
      for (const one of images.values())
        if (one.sealedAt === undefined) folded(one, marks, port.isRunning())
        else join(one.after, marks)
    },
    pointed: () => {
      const one = underWay()
      if (one !== undefined) point(one)
    },
    assembled: () => {
      if (making?.context === undefined) return 'no execution context has been loaded'
      return { image: making.context, assembly: making, lost: lost(making, making.context) }
    },
    becomes: (of) => {
      making = undefined
      for (const one of [...images.values()]) {
        if (one.sealedAt === undefined) free(one)
        else one.after.fill(one === of ? 0 : -1)
      }
      // The new host has a disk of its own, with nothing on it.
      for (const { type, standing } of stores.values())
        if (type === 'file' && standing.gone !== undefined) Object.assign(standing, { gone: undefined, heldBytes: 0 })
    },
    hostFailed: (reason) => {
      for (const store of stores.values()) {
        if (store.type !== 'file') continue
        if (!store.survives) store.standing.gone = reason
        for (const one of images.values()) (store.survives ? unsyncedLost : lostAt)(one, store.name)
      }
      const one = underWay()
      if (one !== undefined) one.broken = reason
    },
    linkFailed: (reason) => {
      const one = underWay()
      if (one?.stores.some((store) => stores.get(store)?.type === 'server')) one.broken = reason
    },
    storeFailed: (store, reason) => {
      for (const one of images.values()) lostAt(one, store)
      const one = underWay()
      // What has been written there is gone, and nobody knows which pages that were.
      if (one !== undefined && one.stores.filter((name) => !isThere(name)).length >= one.placement.copies) one.broken = reason
    }
  }
}

const NO_WORDS = new Int32Array(0)

/** A whole set as a batch. */
const whole = (set: pageSet.PageSet): Batch => {
  const all = new Int32Array(Math.ceil(set.size / 32))
  pageSet.copyInto(set, all)
  return { first: 0, words: all, count: set.count }
}
