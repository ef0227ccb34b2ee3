import type { HostCosts, Work } from '../guest/hostCosts'
import { popcount } from '../memory/bitmap'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import { lowestBit } from '../memory/words'
import type { Link } from '../network/link'
import { wireBytes } from '../network/link'
import type { Order, Pages } from '../protocol/command'
import type { Time } from '../time/time'
import type { Batch } from './batch'
import { bytesOnly } from './batch'
import type { Packet } from './engine'
import type { Hosts, Reading } from './hosts'
import * as hosts from './hosts'
import type { Amount, Job } from './lane'
import type { Buffers } from './pageBuffers'
import { bySequence, bySet } from './pageSource'
import { sizesOf } from './sizesOf'
import { transmitted } from './transmitted'
import type { Windows } from './windows'

type Send = Extract<Order, { readonly type: 'send' }>

/** What a sender sends, for whom, over which link, and whom it tells. @internal */
export type SendingOptions = {
  readonly order: Send
  readonly hosts: Hosts
  readonly link: Link
  readonly costs: { readonly source: HostCosts; readonly target: HostCosts }
  /** How many cores' worth of virtual CPUs run beside the sender. */
  readonly busyCores: () => number
  readonly pages: number
  /** The empty set of pages. */
  readonly none: PageSet
  readonly pageBytes: number
  /** Pages chosen at a time when each is followed; zero pages and those to leave out are looked up then, as Xen looks at its dirty bitmap per batch. */
  readonly batchPages: number
  /** Whether pages are followed one by one: their content counts, or the guest may wait for them. */
  readonly followed: boolean
  /** Whether it matters when a page is read; otherwise a batch is read as a whole when it begins to leave. */
  readonly timed: boolean
  readonly buffers: Buffers
  /** The windows to which a send with a rate keeps; absent: it leaves evenly. */
  readonly windows?: Windows
  /** A window begins for one that has waited. */
  readonly looked?: () => void
  /** It is written ahead of the wire, by so many bytes: no batch is larger. */
  readonly ahead?: number
  /** Takes a page out of what another lane has chosen and not begun to send; false when that is too late. */
  readonly withdraw: (page: number) => boolean
  readonly began: () => void
  readonly placed: (page: number, at: Time) => void
  /** Runs ahead of a page's placing over something that the guest may have written. */
  readonly beforePlacing: (at: Time) => void
  readonly ended: (result: Sent) => void
  readonly refused: (reason: string, sent: Amount) => void
}

/** What a send came to: transmitted, left out, and (when it was cancelled) not sent. @internal */
export type Sent = { readonly pages: Pages; readonly skipped: PageSet; readonly unsent: PageSet; readonly bytes: number }

/** A `send` as a job of a lane. `stop` makes the batch under way the last. `counted` are the pages that were chosen to leave. @internal */
export type Sending = Job & { readonly stop: () => void; readonly counted: () => number }

/** See `Sending`. Cost: about 5 ns a page followed, a nanosecond or less a page by words. @internal */
export const sending = (options: SendingOptions): Sending => {
  const { order, hosts: h, pages, none, batchPages, followed, buffers, costs, busyCores } = options
  const small = wireBytes(options.link, options.pageBytes, true)
  const source = order.pages.type === 'PageSet' ? bySet(order.pages, order.from) : bySequence(order.pages)
  const skipped: number[] = []
  let skippedWords: Int32Array | undefined
  const unread: number[] = []
  let counted = 0
  let bytes = 0
  let stopped = false
  let started = false
  const { channels = 1, bytesPerSecond = Number.POSITIVE_INFINITY } = order
  /** Bytes on a connection that are written cannot be taken back. */
  const mayWithdraw = order.overtake && order.connection === undefined
  const windows = order.bytesPerSecond === undefined ? undefined : options.windows
  const sizes = sizesOf(h, order.compression, costs, channels)
  const speedOf = (work: Work): Pick<Batch, 'writeNs' | 'maxBytesPerSecond'> =>
    options.ahead !== undefined ? sizes.written(work) : { maxBytesPerSecond: sizes.rate(work) }
  /** How many of the pages to come one batch takes: over several channels each takes its part of what is left, so that all of them have some to the end. */
  const share = (left: number): number => (channels === 1 ? left : Math.ceil(left / channels))

  /** The next page that is not left out, chosen; -1 when there is none. */
  const nextChosen = (): number => {
    for (;;) {
      const page = source.next()
      if (page < 0) return page
      if (order.unless !== undefined && hosts.isLeftOut(h, page, order.unless) && !(mayWithdraw && options.withdraw(page))) {
        skipped.push(page)
        continue
      }
      hosts.choose(h, page)
      return page
    }
  }

  const nextFollowed = (room: number): Batch | undefined => {
    const most = Math.min(batchPages, share(source.left()))
    const { pages: list, ends, leaves } = buffers.take(most)
    let n = 0
    let zeros = 0
    let fresh = 0
    let touched = 0
    let total = 0
    while (n < most && total < room) {
      const page = nextChosen()
      if (page < 0) break
      list[n] = page
      const zero = hosts.isZero(h, page)
      if (zero) zeros++
      if (hosts.isFresh(h, page)) {
        fresh++
        if (!zero) touched++
      }
      total += zero ? small : sizes.ofPage(page)
      ends[n++] = total
    }
    if (n === 0) {
      buffers.give({ pages: list, ends, leaves })
      return undefined
    }
    const readings: Reading[] = []
    bytes += total
    windows?.took(total)
    counted += n
    if (!options.timed) for (let i = 0; i < n; i++) hosts.read(h, list[i])
    return {
      bytes: total,
      ...speedOf({ pages: n, zeros, fresh, touched, bytes: total, busyCores: busyCores() }),
      count: n,
      pages: list,
      ends,
      leaves,
      read: options.timed ? (i) => readings.push(hosts.read(h, list[i])) : undefined,
      place: (i, at) => {
        if (order.place !== 'ifAbsent') options.beforePlacing(at)
        hosts.place(h, list[i], readings[i], order.place, at, options.placed)
      },
      cut: (left) => {
        let kept = 1
        while (kept < n && ends[kept - 1] < left) kept++
        bytes -= total - ends[kept - 1]
        windows?.took(ends[kept - 1] - total)
        counted -= n - kept
        const rest = Array.from(list.subarray(kept, n))
        unread.push(...rest)
        hosts.unread(h, rest)
        return { bytes: ends[kept - 1], pages: kept }
      },
      withdrawn: (page, size) => {
        skipped.push(page)
        bytes -= size
        windows?.took(-size)
        counted--
        total -= size
        n--
      },
      arrived: () => buffers.give({ pages: list, ends, leaves }),
      lost: options.timed ? undefined : (i) => hosts.neverLeft(h, Array.from(list.subarray(i, n)))
    }
  }

  /** Pages that a coder has read since it gave its last packet. */
  let gathered: number[] = []

  /** The next packet as a coder writes it: a page is read when it begins to leave, which is now; some coders gather several. */
  const nextCoded = (): Batch | undefined => {
    while (!stopped) {
      const page = nextChosen()
      if (page < 0) break
      counted++
      gathered.push(page)
      const packet = hosts.encode(h, page, order.encoding === 'delta')
      if (packet !== undefined) return packed(packet)
    }
    const last = hosts.endEncoding(h)
    return last && packed(last)
  }

  /** A packet as a batch: its pages leave together. */
  const packed = (packet: Packet): Batch => {
    const list = gathered
    const fresh = list.filter((page) => hosts.isFresh(h, page)).length
    gathered = []
    bytes += packet.bytes
    windows?.took(packet.bytes)
    return {
      bytes: packet.bytes,
      ...speedOf({
        pages: list.length,
        zeros: packet.form === 'zero' ? list.length : 0,
        fresh,
        touched: packet.form === 'zero' ? 0 : fresh,
        bytes: packet.bytes,
        busyCores: busyCores()
      }),
      count: list.length,
      pages: Int32Array.from(list),
      ends: new Float64Array(list.length).fill(packet.bytes),
      leaves: new Float64Array(list.length),
      place: (i, at) => {
        if (i < list.length - 1) return
        if (order.place !== 'ifAbsent') options.beforePlacing(at)
        hosts.place(h, list[i], packet, order.place, at, options.placed)
      },
      cut: () => ({ bytes: packet.bytes, pages: list.length })
    }
  }

  const mostWords = Math.min(WORDS, Math.max(FEW_WORDS, Math.ceil(pages / 32 / BATCHES)), share(Math.ceil(pages / 32)))
  /** The next words with a page that is not left out. */
  const chosenWords = (most: number): { readonly first: number; readonly words: Int32Array; readonly count: number } | undefined => {
    for (;;) {
      const taken = source.nextWords(most)
      if (taken === undefined) return undefined
      const { first, words } = taken
      const before = order.unless === undefined ? undefined : words.slice()
      if (hosts.leaveOut(h, words, first, order.unless)) {
        skippedWords ??= new Int32Array(Math.ceil(pages / 32))
        for (let i = 0; i < words.length; i++) skippedWords[first + i] |= before![i] & ~words[i]
      }
      const count = popcount(words)
      if (count > 0) return { first, words, count }
    }
  }

  const nextByWords = (room: number): Batch | undefined => {
    const chosen = chosenWords(Math.min(mostWords, Math.ceil(room / (32 * h.setting.sizes.whole))))
    if (chosen === undefined) return undefined
    const { first, words, count } = chosen
    const zeroPages = hosts.zeroPages(h, words, first)
    const zeros = zeroPages === undefined ? 0 : popcount(zeroPages)
    const content = zeroPages === undefined ? words : words.map((word, i) => word & ~zeroPages[i])
    const total = sizes.ofWords(content, first) + zeros * small
    const fresh = hosts.readWords(h, words, first, order.place)
    /** A page that was there already was not placed, and stays as it is. */
    const undone = (list: readonly number[]): readonly number[] =>
      order.place === 'always' ? list : list.filter((page) => fresh !== undefined && (fresh[(page >>> 5) - first] & (1 << page)) !== 0)
    bytes += total
    windows?.took(total)
    counted += count
    return {
      ...bytesOnly(total),
      ...speedOf({
        pages: count,
        zeros,
        fresh: fresh === undefined ? 0 : popcount(fresh),
        touched: touchedOf(fresh, zeroPages),
        bytes: total,
        busyCores: busyCores()
      }),
      carried: count,
      cut: (left) => {
        const rest: number[] = []
        let kept = 0
        let last = 0
        words.forEach((word, i) => {
          for (let w = word; w !== 0; w &= w - 1) {
            const page = (first + i) * 32 + lowestBit(w)
            if (kept >= left && kept > 0) rest.push(page)
            else {
              last = zeroPages !== undefined && (zeroPages[i] & w & -w) !== 0 ? small : sizes.ofPage(page)
              kept += last
            }
          }
        })
        bytes -= total - kept
        windows?.took(kept - total)
        counted -= rest.length
        for (const page of rest) unread.push(page)
        hosts.unread(h, undone(rest))
        if (fresh !== undefined) hosts.notPlaced(h, fresh, first, rest)
        return { bytes: kept, pages: 0, last }
      },
      lost: () => {
        const all = pagesOf(words, first)
        hosts.neverLeft(h, undone(all))
        if (fresh !== undefined) hosts.notPlaced(h, fresh, first, all)
      }
    }
  }

  const looked = (): void => options.looked?.()

  const result = (): Sent => {
    const out =
      skippedWords !== undefined ? pageSet.fromBitmap(pages, skippedWords) : skipped.length > 0 ? pageSet.fromPages(pages, skipped) : none
    if (!stopped && out.count === 0) return { pages: order.pages, skipped: none, unsent: none, bytes }
    const unsent = stopped ? pageSet.union(pageSet.fromPages(pages, unread), source.rest(pages)) : none
    return { pages: transmitted(order.pages, out, unsent), skipped: out, unsent, bytes }
  }

  return {
    maxBytesPerSecond: windows === undefined ? bytesPerSecond : Number.POSITIVE_INFINITY,
    next: (now) => {
      if (!started) {
        started = true
        options.began()
      }
      const room = windows === undefined ? Number.POSITIVE_INFINITY : windows.room(now, bytesPerSecond)
      if (room <= 0 && !stopped && source.more()) return { until: windows!.endsAt(), told: looked }
      if (options.timed && hosts.isCoded(h, order.encoding === 'delta')) return nextCoded()
      if (stopped) return undefined
      const most = Math.min(room, options.ahead ?? room)
      return followed ? nextFollowed(most) : nextByWords(most)
    },
    finished: () => options.ended(result()),
    refused: (reason, notLeft) =>
      options.refused(reason, { pages: counted - gathered.length - notLeft.pages, bytes: bytes - notLeft.bytes }),
    stop: () => {
      stopped = true
    },
    counted: () => counted
  }
}

/** How many pages with content are placed for the first time. */
const touchedOf = (fresh: Int32Array | undefined, zeros: Int32Array | undefined): number =>
  fresh === undefined ? 0 : popcount(zeros === undefined ? fresh : fresh.map((word, i) => word & ~zeros[i]))

const pagesOf = (words: Int32Array, first: number): readonly number[] => {
  const pages: number[] = []
  for (let i = 0; i < words.length; i++) for (let w = words[i]; w !== 0; w &= w - 1) pages.push((first + i) * 32 + lowestBit(w))
  return pages
}

/** Words of a batch that nobody follows: 32,768 pages at most, of a smaller memory a 256th, but not below 1,024 pages. */
const WORDS = 1024
const FEW_WORDS = 32
const BATCHES = 256
