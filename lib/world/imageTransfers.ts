import type { PageContent } from '../memory/content'
import * as content from '../memory/content'
import * as pageSet from '../memory/pageSet'
import type { Order } from '../protocol/command'
import type { Section } from '../protocol/imageOrder'
import { type Assembly, load, turnTo } from './assembly'
import type { Parcel } from './freight'
import * as hosts from './hosts'
import { heldAt, type Image, join, sections } from './image'
import type { KeeperPort } from './imageKeeper'
import { type Batch, bits, eachPage, pageBatches, put, takeOut } from './pageBatches'
import { pagesAt } from './placement'
import type { Reached } from './stores'

type Write = Extract<Order, { readonly type: 'write' }>

/** What a write or a restore came to. @internal */
export type Carried =
  | { readonly type: 'carried'; readonly pages: pageSet.PageSet; readonly skipped: pageSet.PageSet; readonly bytes: number }
  | { readonly type: 'failed'; readonly reason: string }

/** The pages of one guest's images on their way to the stores and back: a kernel. @internal */
export type ImageTransfers = {
  readonly write: (one: Image, order: Write, ended: (result: Carried) => void) => void
  readonly restore: (one: Image, section: Section, into: Assembly, ended: (result: Carried) => void) => void
}

/** See `ImageTransfers`. `charge` takes room at a store; the reason when there is none. @internal */
export const imageTransfers = (
  port: KeeperPort,
  charge: (one: Image, store: Reached, bytes: number) => string | undefined
): ImageTransfers => {
  const { shape, freight, stores, guest } = port
  const { pages } = shape
  const words = Math.ceil(pages / 32)
  const masks = new Map<string, pageSet.PageSet>()
  const isThere = (store: string): boolean => stores.get(store)?.standing.gone === undefined
  const maskOf = (one: Image, store: number): pageSet.PageSet => {
    const { stores: n, copies, stripePages } = one.placement
    const name = `${n} ${copies} ${stripePages} ${store}`
    let mask = masks.get(name)
    if (mask === undefined) {
      mask = pagesAt(one.placement, store)
      masks.set(name, mask)
    }
    return mask
  }
  /** Reads a batch of a section as it is now; `land` puts it where it arrives. */
  const readNow = (one: Image, section: Section, batch: Batch): { readonly bytes: number; readonly contents: readonly PageContent[] } => {
    const h = port.hosts()
    const contents: PageContent[] = []
    let zeros = 0
    if (section === 'table') {
      if (one.table.memory !== undefined) eachPage(batch, (page) => contents.push(content.read(one.table.memory!, page)))
    } else if (h.exact !== undefined) {
      port.look()
      const memory = h.exact.source
      eachPage(batch, (page) => {
        if (hosts.isZero(h, page)) zeros++
        contents.push(content.read(memory, page))
      })
    } else {
      port.look()
      takeOut(one.parts[section].stale, batch)
      const zero = hosts.zeroPages(h, batch.words, batch.first)
      zeros = zero === undefined ? 0 : bits(zero)
    }
    const { whole, zero } = h.setting.sizes
    return { bytes: (batch.count - zeros) * whole + zeros * zero, contents }
  }

  const write: ImageTransfers['write'] = (one, order, ended) => {
    const { section } = order
    const part = one.parts[section]
    const skipped = new Int32Array(words)
    const wrote = new Int32Array(words)
    const failed = new Set<number>()
    const rate = Math.min(port.senderBytesPerSecond, order.bytesPerSecond ?? Number.POSITIVE_INFINITY) / one.stores.length
    let bytes = 0
    let reason: string | undefined
    let leaving = one.stores.length
    const oneEnded = (): void => {
      if (--leaving > 0) return
      if (reason === undefined && isBare(one, order.pages, failed)) reason = 'a store failed that alone had pages of the image'
      if (reason !== undefined) {
        ended({ type: 'failed', reason })
        return
      }
      for (let i = 0; i < words; i++) skipped[i] &= ~wrote[i]
      ended({ type: 'carried', pages: pageSet.fromBitmap(pages, wrote), skipped: pageSet.fromBitmap(pages, skipped), bytes })
    }
    one.stores.forEach((name, i) => {
      const store = stores.get(name)!
      if (store.standing.gone !== undefined) {
        failed.add(i)
        oneEnded()
        return
      }
      const next = pageBatches(pageSet.intersection(order.pages, maskOf(one, i)), {
        most: port.batchPages,
        without: order.unless === 'stashed' ? () => one.table.words : undefined,
        skipped
      })
      let context = section === 'last' && i < one.placement.copies
      const held = heldAt(part, name, shape)
      freight.send({
        owner: guest,
        ways: store.ways,
        through: store.there,
        latencyNs: store.latencyNs,
        maxBytesPerSecond: rate,
        next: (): Parcel | undefined => {
          if (reason !== undefined || one.dropped) return undefined
          const batch = next()
          if (batch === undefined) {
            if (!context) return undefined
            context = false
            reason = charge(one, store, port.contextBytes)
            if (reason !== undefined) return undefined
            const arrived = (): void => {
              if (!one.dropped) one.context.add(name)
            }
            return { bytes: port.contextBytes, arrived }
          }
          const read = readNow(one, section, batch)
          reason = charge(one, store, read.bytes)
          if (reason !== undefined) return undefined
          bytes += read.bytes
          put(wrote, batch)
          return {
            bytes: read.bytes,
            arrived: () => {
              if (one.dropped) return
              put(held.words, batch)
              if (store.type === 'file') put(held.unsynced, batch)
              let k = 0
              if (held.memory !== undefined) eachPage(batch, (page) => content.place(held.memory!, page, read.contents[k++]))
            }
          }
        },
        finished: oneEnded,
        refused: (why) => {
          if (isThere(name)) reason ??= why
          failed.add(i)
          oneEnded()
        }
      })
    })
  }

  /** Whether pages of a section are at no store that is there, and in no later section. */
  const isMissing = (one: Image, section: Section, there: Int32Array): boolean => {
    const later = sections.slice(sections.indexOf(section) + 1).map((name) => one.parts[name].manifest)
    return one.parts[section].manifest.some((word, i) => (word & ~there[i] & ~later.reduce((all, words) => all | words[i], 0)) !== 0)
  }

  /** Whether some of the pages lay at stores only that have failed. */
  const isBare = (one: Image, of: pageSet.PageSet, failed: ReadonlySet<number>): boolean => {
    if (failed.size === 0) return false
    let covered = pageSet.empty(pages)
    one.stores.forEach((_, i) => {
      if (!failed.has(i)) covered = pageSet.union(covered, maskOf(one, i))
    })
    return failed.size === one.stores.length || pageSet.difference(of, covered).count > 0
  }

  const restore: ImageTransfers['restore'] = (one, section, into, ended) => {
    turnTo(into, one)
    const part = one.parts[section]
    const { whole: wholeBytes } = port.hosts().setting.sizes
    const assigned = new Int32Array(words)
    const sources = [...part.held].filter(([store]) => isThere(store))
    const contextFrom = section === 'last' ? [...one.context].find(isThere) : undefined
    const carried = new Int32Array(words)
    let bytes = 0
    let reason: string | undefined
    /** Consignments that are leaving, and parcels on their way: who loads has it when the last of it is here. */
    let awaited = 1
    const oneEnded = (): void => {
      if (--awaited > 0) return
      ended(
        reason === undefined
          ? { type: 'carried', pages: pageSet.fromBitmap(pages, carried), skipped: pageSet.empty(pages), bytes }
          : { type: 'failed', reason }
      )
    }
    const parcel = (size: number, arrives: () => void): Parcel => {
      awaited++
      return {
        bytes: size,
        arrived: () => {
          arrives()
          oneEnded()
        },
        lost: () => {
          reason ??= 'what was on its way is lost'
          oneEnded()
        }
      }
    }
    for (const [name, held] of sources) {
      const mine = held.words.map((word, i) => word & part.manifest[i] & ~assigned[i])
      join(assigned, mine)
      const store = stores.get(name)!
      const next = pageBatches(pageSet.fromBitmap(pages, mine), { most: port.batchPages })
      let context = contextFrom === name
      awaited++
      freight.send({
        owner: `${guest}, restored`,
        ways: store.ways,
        through: store.back,
        latencyNs: store.latencyNs,
        maxBytesPerSecond: Number.POSITIVE_INFINITY,
        next: () => {
          const batch = next()
          if (batch === undefined) {
            if (!context) return undefined
            context = false
            return parcel(port.contextBytes, () => {
              into.context = one
            })
          }
          bytes += batch.count * wholeBytes
          put(carried, batch)
          return parcel(batch.count * wholeBytes, () => load(into, one, section, held, batch))
        },
        finished: oneEnded,
        refused: (why) => {
          reason ??= why
          oneEnded()
        }
      })
    }
    if (section === 'last' && contextFrom === undefined) reason ??= `the execution context of ${one.name} is gone`
    if (isMissing(one, section, assigned)) reason ??= `pages of ${one.name} are gone`
    oneEnded()
  }

  return { write, restore }
}
