import { bitsIn } from '../memory/words'
import type { Accesses, Workload } from './workload'
import { checkedRegion, checkedVcpu, checkedVcpus } from './workloadOptions'

/**
 * One pass over a stretch of memory: each virtual CPU writes its share of the pages (CPU i of n those from floor(i * pages / n) on), page after page; with `streams`
 * above 1 in so many streams at once, one page of each in turn, as a program that sorts into buckets does.
 */
export interface Pass {
  readonly from: number
  readonly pages: number
  /** 1 by default. */
  readonly streams?: number
}

/** A stretch of guest time: in `forNs` all virtual CPUs together go on by `pages` pages along a path. */
export interface Stroke {
  readonly forNs: number
  readonly pages: number
  /** Which path; 0 by default. */
  readonly path?: number
}

/** Paths, each the passes made in turn for ever; strokes, one after the other for ever; and how often a page is stored to at all. */
export interface PassesOptions {
  readonly paths: readonly (readonly Pass[])[]
  readonly strokes: readonly Stroke[]
  /** Page writes per second of guest time, of all virtual CPUs together: at least what the fastest stroke needs. */
  readonly writesPerSecond: number
  readonly vcpus?: number
}

/**
 * A numerical program: passes over its arrays at a pace that changes, so that in every stroke exactly `pages` distinct pages are written, whatever the writes.
 *
 *     writes     | . . . . . . . . | . . . . . . . . |       the same number in every nanosecond
 *     pages      | 0 0 0 1 1 1 2 2 | 3 4 5 6 7 8 9 10|       a slow stroke writes each page several times in a row, a fast one goes on
 *
 * A path is left where its stroke ends and gone on with at its next one; a virtual CPU that has no page of a stroke writes the next page all through it. No chance is
 * involved: the key is not used. Law `a stroke of p pages dirties p pages`, as long as its path does not come round and every virtual CPU has one. Errors: `RangeError`
 * naming the option. Cost: 4 ns an access by `fill`; by `mark` O(pages / 32) and a nanosecond or two a page in streams, whatever the writes.
 */
export const passes = (options: PassesOptions): Workload => {
  const { paths, strokes, writesPerSecond, vcpus = 1 } = checked(options)
  return {
    name: 'passes',
    pages: Math.max(...paths.flat().map(({ from, pages }) => from + pages)),
    vcpus,
    description: {
      name: 'passes',
      paths: paths.map((path) => path.map((pass) => ({ ...pass }))),
      strokes: strokes.map((one) => ({ ...one })),
      writesPerSecond,
      vcpus
    },
    open: (_, vcpu) => {
      checkedVcpu('passes', vcpu, vcpus)
      return opened(options, vcpu)
    }
  }
}

const checked = (options: PassesOptions): PassesOptions => {
  const { paths, strokes, writesPerSecond, vcpus = 1 } = options
  checkedVcpus('passes', vcpus)
  if (!(writesPerSecond > 0 && writesPerSecond <= 1e12))
    throw new RangeError(`passes: writesPerSecond must be above 0 and at most 1e12 (got ${writesPerSecond})`)
  if (paths.length === 0 || paths.some((path) => path.length === 0)) throw new RangeError('passes: paths must not be empty (got none)')
  for (const { from, pages, streams = 1 } of paths.flat()) {
    checkedRegion('passes', pages, from)
    if (pages < vcpus) throw new RangeError(`passes: a pass must have a page for each virtual CPU (got ${pages} for ${vcpus})`)
    if (!Number.isInteger(streams) || streams < 1) throw new RangeError(`passes: streams must be an integer of at least 1 (got ${streams})`)
  }
  if (strokes.length === 0) throw new RangeError('passes: strokes must not be empty (got none)')
  for (const { forNs, pages, path = 0 } of strokes) {
    const writes = writesOf(options, forNs)
    if (!Number.isSafeInteger(forNs) || forNs < 1) throw new RangeError(`passes: forNs must be an integer of at least 1 (got ${forNs})`)
    if (!Number.isSafeInteger(writes) || writes < 1)
      throw new RangeError(`passes: every virtual CPU must make a whole number of writes in a stroke (got ${writes} in ${forNs} ns)`)
    if (!Number.isSafeInteger(pages) || pages < 0 || pages > writes * vcpus)
      throw new RangeError(`passes: a stroke's pages must be an integer from 0 to its ${writes * vcpus} writes (got ${pages})`)
    if (paths[path] === undefined) throw new RangeError(`passes: path must be an integer from 0 to ${paths.length - 1} (got ${path})`)
  }
  return options
}

/** The writes that each virtual CPU makes in so much time. */
const writesOf = ({ writesPerSecond, vcpus = 1 }: PassesOptions, forNs: number): number => (writesPerSecond * forNs) / (vcpus * 1e9)

/** A virtual CPU's share of a pass: `pages` from `from` on, in streams of `depth` pages, the first `deeper` of which have one more. */
type Share = { readonly from: number; readonly pages: number; readonly streams: number; readonly depth: number; readonly deeper: number }

const shareOf = ({ from, pages, streams = 1 }: Pass, vcpu: number, vcpus: number): Share => {
  const start = Math.floor((vcpu * pages) / vcpus)
  const own = Math.floor(((vcpu + 1) * pages) / vcpus) - start
  const used = Math.min(streams, own)
  return { from: from + start, pages: own, streams: used, depth: Math.floor(own / used), deeper: own % used }
}

/** A page of a share, in the order of its pass. */
const pageAt = ({ from, streams, depth, deeper }: Share, at: number): number => {
  const stream = at % streams
  return from + stream * depth + Math.min(stream, deeper) + (at - stream) / streams
}

/** A place on a path: in which share, and how far in it. */
type Place = { share: number; at: number }

const opened = (options: PassesOptions, vcpu: number): Accesses => {
  const { writesPerSecond, vcpus = 1, strokes } = options
  const paths = options.paths.map((path) => path.map((pass) => shareOf(pass, vcpu, vcpus)))
  const places: readonly Place[] = paths.map(() => ({ share: 0, at: 0 }))
  let stroke = -1
  let path = 0
  let writes = 0
  let pages = 0
  let made = 0
  /** Pages of the stroke that its place has been moved over. */
  let passed = 0

  const move = (place: Place, by: number): void => {
    const shares = paths[path]
    place.at += by
    while (place.at >= shares[place.share].pages) {
      place.at -= shares[place.share].pages
      place.share = (place.share + 1) % shares.length
    }
  }
  const enter = (next: number): void => {
    if (stroke >= 0) move(places[path], pages - passed)
    stroke = next
    path = strokes[next].path ?? 0
    writes = writesOf(options, strokes[next].forNs)
    // Divided as a pass is, so that a stroke of as many pages as its pass is the pass.
    pages = Math.floor(((vcpu + 1) * strokes[next].pages) / vcpus) - Math.floor((vcpu * strokes[next].pages) / vcpus)
    made = 0
    passed = 0
  }
  enter(0)

  /** Makes `n` writes: each stroke's writes `from` to `to - 1` in turn. */
  const inStrokes = (n: number, visit: (place: Place, from: number, to: number) => void): void => {
    for (let left = n; left > 0; ) {
      if (made === writes) enter((stroke + 1) % strokes.length)
      const some = Math.min(left, writes - made)
      visit(places[path], made, made + some)
      made += some
      left -= some
    }
  }
  /** The page of the stroke that its write `k` is to. */
  const pageOfWrite = (k: number): number => Math.floor((k * pages) / writes)

  return {
    accessesPerSecond: writesPerSecond / vcpus,
    fill: (accesses, _, capacity) => {
      let filled = 0
      inStrokes(capacity, (place, from, to) => {
        for (let k = from; k < to; k++) {
          const page = pageOfWrite(k)
          move(place, page - passed)
          passed = page
          accesses[filled++] = (pageAt(paths[path][place.share], place.at) << 1) | 1
        }
      })
      return capacity
    },
    mark: (words, n) => {
      let newly = 0
      inStrokes(n, (place, from, to) => {
        move(place, pageOfWrite(from) - passed)
        passed = pageOfWrite(from)
        const last = pageOfWrite(to - 1)
        for (;;) {
          const share = paths[path][place.share]
          const run = Math.min(share.pages - place.at, last - passed + 1)
          newly += share.streams === 1 ? markRun(words, share.from + place.at, run) : markStreams(words, share, place.at, run)
          const on = Math.min(run, last - passed)
          move(place, on)
          passed += on
          if (on < run) return
        }
      })
      return newly
    }
  }
}

/** Marks pages that follow one another; answers how many were not marked. */
const markRun = (words: Int32Array, from: number, pages: number): number => {
  const end = from + pages
  const first = from >>> 5
  const last = (end - 1) >>> 5
  let newly = 0
  for (let w = first; w <= last; w++) {
    let mask = -1
    if (w === first) mask &= -1 << from
    if (w === last) mask &= -1 >>> (31 - ((end - 1) & 31))
    const old = words[w]
    if (old === -1) continue
    const now = old | mask
    words[w] = now
    newly += mask === -1 && old === 0 ? 32 : bitsIn(now ^ old)
  }
  return newly
}

/** Marks pages of streams, one of each in turn; answers how many were not marked. */
const markStreams = (words: Int32Array, { from, streams, depth, deeper }: Share, at: number, pages: number): number => {
  let newly = 0
  let stream = at % streams
  let row = (at - stream) / streams
  for (let i = 0; i < pages; i++) {
    const page = from + stream * depth + Math.min(stream, deeper) + row
    const old = words[page >>> 5]
    const now = old | (1 << page)
    words[page >>> 5] = now
    newly = (newly + ((old ^ now) >>> page)) | 0
    if (++stream === streams) {
      stream = 0
      row++
    }
  }
  return newly
}
