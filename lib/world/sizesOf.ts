import { compressorSpeed, type HostCosts, laneRate, receiverRate, senderNs, type Work } from '../guest/hostCosts'
import { popcount } from '../memory/bitmap'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Compression } from '../protocol/compression'
import type { Hosts } from './hosts'
import { classesOf } from './hostsSource'

/** What the pages of a send take on the wire, and how fast its sender and receiver work them off. @internal */
export type Sizes = {
  /** Wire bytes of a page with content. */
  readonly ofPage: (page: number) => number
  /** Those of all pages in some words, from word `first` on; all have content. */
  readonly ofWords: (words: Int32Array, first: number) => number
  /** The most that a lane of the send carries of a batch, in bytes per second. */
  readonly rate: (work: Work) => number
  /** The same of a batch that is written ahead of the wire, and how long that takes. */
  readonly written: (work: Work) => { readonly writeNs: number; readonly maxBytesPerSecond: number }
}

type Costs = { readonly source: HostCosts; readonly target: HostCosts }

/** The sizes of pages as they are, or as a compression leaves them, by the classes that they have when the send begins. @internal */
export const sizesOf = (h: Hosts, compression: Compression | undefined, costs: Costs, channels: number): Sizes => {
  const { whole } = h.setting.sizes
  const plain = (work: Work): number => laneRate(costs, work)
  const writeNs = (work: Work): number => senderNs(costs.source, work)
  if (compression === undefined)
    return {
      ofPage: () => whole,
      ofWords: (words) => popcount(words) * whole,
      rate: plain,
      written: (work) => ({ writeNs: writeNs(work), maxBytesPerSecond: receiverRate(costs.target, work) })
    }
  const { header } = h.setting.sizes
  const { pageBytes, compressionRatio = 1 } = h.setting.guest
  const { ratio = compressionRatio, cacheRatio = ratio, freeRatio = ratio } = compression
  const sizeAt = (of: number): number => header + Math.ceil(pageBytes * of)
  const [size, cacheSize, freeSize] = [sizeAt(ratio), sizeAt(cacheRatio), sizeAt(freeRatio)]
  const { cache, free } = classesOf(h)
  const inCache = cacheSize === size ? undefined : wordsOf(cache)
  const inFree = freeSize === size ? undefined : wordsOf(free)
  const isIn = (of: Int32Array | undefined, page: number): boolean => of !== undefined && (of[page >> 5] & (1 << page)) !== 0
  const shared = (of: Int32Array | undefined, words: Int32Array, first: number): number =>
    of === undefined ? 0 : popcount(words.map((word, i) => word & of[first + i]))
  const { threads = 1, decompressionThreads = 1 } = compression
  const { vcpus } = h.setting.guest.workload
  const atSource = timeOf(compression, pageBytes) * channels
  const atTarget = timeOfTarget(compression, pageBytes) * channels
  const nsPerPage = (busyCores: number): number =>
    Math.max(
      atSource / compressorSpeed(costs.source, { vcpus, busyCores, senders: channels, threads }),
      atTarget / compressorSpeed(costs.target, { vcpus, busyCores: h.atTarget ? vcpus : 0, senders: 0, threads: decompressionThreads })
    )
  const rate = (work: Work): number => {
    const ns = nsPerPage(work.busyCores ?? 0) * (work.pages - work.zeros)
    return ns === 0 ? plain(work) : Math.min(plain(work), (work.bytes * 1e9) / ns)
  }
  return {
    ofPage: (page) => (isIn(inCache, page) ? cacheSize : isIn(inFree, page) ? freeSize : size),
    ofWords: (words, first) =>
      popcount(words) * size + shared(inCache, words, first) * (cacheSize - size) + shared(inFree, words, first) * (freeSize - size),
    rate,
    written: (work) => ({ writeNs: writeNs(work), maxBytesPerSecond: rate(work) })
  }
}

const timeOf = ({ bytesPerSecond, threads = 1 }: Compression, pageBytes: number): number => (pageBytes * 1e9) / (bytesPerSecond * threads)

const timeOfTarget = ({ decompressionBytesPerSecond: rate, decompressionThreads = 1 }: Compression, pageBytes: number): number =>
  rate === undefined ? 0 : (pageBytes * 1e9) / (rate * decompressionThreads)

const wordsOf = (pages: PageSet): Int32Array => {
  const words = new Int32Array(Math.ceil(pages.size / 32))
  pageSet.copyInto(pages, words)
  return words
}
