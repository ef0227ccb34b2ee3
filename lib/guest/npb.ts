import { pageClasses } from '../memory/pageClasses'
import * as pageSet from '../memory/pageSet'
import { type Guest, type GuestOptions, vm } from './guest'
import { type NpbName, npbArrays, npbFacts, npbUsefulCores } from './npbArrays'
import { npbSeries } from './npbSeries'
import { type Pass, passes } from './passes'
import type { Workload } from './workload'

/**
 * `scale`: the part of class D's memory and pace, above 0 and at most 1 (default), so that a small guest has the same times. `beginAtS`: at which second of the series the
 * guest begins, whole, 0 by default (the published series begin with the migration).
 */
export interface NpbOptions {
  readonly scale?: number
  readonly beginAtS?: number
}

/**
 * A benchmark of the NAS Parallel Benchmarks, class D, as a workload of eight virtual CPUs: which pages its program writes second by second (npbSeries), each virtual CPU its
 * share of every array, as the OpenMP version divides its loops. In every second of the series exactly as many distinct pages are written as it says; the series begins
 * anew when it is over. Memory from the top downwards: the operating system's pages, then the arrays in the order in which they are first written, `npbPages(name).used` pages
 * in all; what was never used lies below them.
 *
 * Assumed and not published: that order in the guest's memory (Linux hands out a fresh machine's memory from the top: recalled, unverified; with IS's key_buff2 above its
 * key_array, the published times of IS could not be), and that neither the operating system's pages nor read-only arrays are written. Errors: `RangeError`
 * naming the option. Cost: that of `passes`, some milliseconds for a minute of class D.
 */
export const npb = (name: NpbName, options: NpbOptions = {}): Workload => {
  const { scale, beginAtS } = checked(options)
  const { all, used } = npbPages(name, options)
  const scaled = (pages: number): number => Math.max(VCPUS, Math.round(pages * scale))
  const arrays = new Map<string, Pass>()
  let from = all - used
  for (const { name: array, pages } of [...npbArrays[name]].reverse()) {
    arrays.set(array, { from, pages: scaled(pages) })
    from += scaled(pages)
  }
  const { paths, phases } = npbSeries[name]
  const seconds = phases.flatMap(({ seconds, thousands, path }) =>
    new Array<{ readonly thousands: number; readonly path: number }>(seconds).fill({ thousands, path })
  )
  const begin = beginAtS % seconds.length
  const workload = passes({
    paths: paths.map((path) =>
      path.map(({ array, streams }) => ({ ...arrays.get(array)!, ...(streams === undefined ? {} : { streams }) }))
    ),
    strokes: [...seconds.slice(begin), ...seconds.slice(0, begin)].map(({ thousands, path }) => ({
      forNs: 1e9,
      pages: Math.round(thousands * 1000 * scale),
      path
    })),
    writesPerSecond: VCPUS * Math.ceil(WRITES_PER_VCPU * scale),
    vcpus: VCPUS
  })
  return { ...workload, name: 'npb', pages: all, description: { name: 'npb', benchmark: name, class: 'D', scale, beginAtS } }
}

/** The pages of a benchmark's guest, and those of them that are used; the others have never been written and are free. */
export const npbPages = (name: NpbName, options: NpbOptions = {}): { readonly all: number; readonly used: number } => {
  const { scale } = checked(options)
  const { memoryGib, workingSetGib } = npbFacts[name]
  return { all: Math.ceil(memoryGib * GIB * scale), used: Math.floor(workingSetGib * GIB * scale) }
}

/**
 * A virtual machine that runs a benchmark of class D: its memory, of which all but the working set is zero and free, its workload, and the cores after which memory bounds it
 * (`npbUsefulCores`, unless others are given). Errors: `RangeError`.
 */
export const npbGuest = (
  name: NpbName,
  { scale, beginAtS, ...options }: NpbOptions & Omit<GuestOptions, 'workload' | 'pages' | 'memoryBytes'> = {}
): Guest => {
  const { all, used } = npbPages(name, { scale, beginAtS })
  return vm({
    name: name.toLowerCase(),
    pages: all,
    classes: pageClasses({ size: all, guestOs: pageSet.range(all, all - used, all), zero: pageSet.range(all, 0, all - used) }),
    workload: npb(name, { scale, beginAtS }),
    usefulCores: npbUsefulCores,
    ...options
  })
}

const GIB = 262_144
const VCPUS = 8
/** Writes a second of each virtual CPU: our choice, above what the fastest second needs (SP's 658,000 pages), and without effect on which pages are written when. */
const WRITES_PER_VCPU = 100_000

const checked = ({ scale = 1, beginAtS = 0 }: NpbOptions): Required<NpbOptions> => {
  if (!(scale > 0 && scale <= 1)) throw new RangeError(`npb: scale must be above 0 and at most 1 (got ${scale})`)
  if (!Number.isSafeInteger(beginAtS) || beginAtS < 0)
    throw new RangeError(`npb: beginAtS must be an integer of at least 0 (got ${beginAtS})`)
  return { scale, beginAtS }
}
