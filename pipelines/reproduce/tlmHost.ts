import type { HostCosts } from '../../lib/guest/hostCosts'
import { type NpbName, npbFacts } from '../../lib/guest/npbArrays'
import { type Link, link, wireBytes } from '../../lib/network/link'
import { benchmarks, publishedModes } from './tlmPublished'

/** What a GiB costs a sender, in seconds: looking at it for the first time, and sending it. */
export type Calibration = { readonly scan: number; readonly send: number }

/** A published OFFLINE time, and what it is of, in GiB. */
type Offline = { readonly memory: number; readonly workingSet: number; readonly seconds: number }

const offlineOf = (name: NpbName): Offline => ({
  memory: npbFacts[name].memoryGib,
  workingSet: npbFacts[name].workingSetGib,
  seconds: publishedModes[name].find(([mode]) => mode === 'OFFLINE')![1][1]
})

/** What the calibration says of an OFFLINE time, in seconds: `scan * memory + send * working set`. */
export const offlineSeconds = ({ scan, send }: Calibration, { memory, workingSet }: Omit<Offline, 'seconds'>): number =>
  scan * memory + send * workingSet

/**
 * The two parameters, from the OFFLINE row alone. MG and IS have the same memory and different working sets, so that the difference of their times is the sending of the
 * difference; the scanning is then such that the largest and the smallest deviation of the four are equal and opposite. (Any `send` from 0.56 to 1.42 s a GiB lets
 * all four come out within 5.3 %: the row alone does not tell it but by this pair.)
 */
export const calibrated = (): Calibration => {
  const rows = benchmarks.map(offlineOf)
  const [mg, is] = rows
  const send = (is.seconds - mg.seconds) / (is.workingSet - mg.workingSet)
  const skew = (scan: number): number => {
    const deviations = rows.map((row) => offlineSeconds({ scan, send }, row) / row.seconds - 1)
    return Math.max(...deviations) + Math.min(...deviations)
  }
  let [low, high] = [0, 10]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (skew(middle) < 0) low = middle
    else high = middle
  }
  return { scan: low, send }
}

/** The part by which a core of running virtual CPUs lengthens what a sender does: a round figure, see the notes of the reproduction. */
export const CROWDING = 0.02
/** Nanoseconds of a dirty update for each page of memory: a round figure, see the notes of the reproduction. */
export const UPDATE_PAGE_NS = 30
const GIB_PAGES = 262_144

/** Bytes per second that one core of the hosts draws from memory: STREAM's triad on an Opteron 6172 of 2.1 GHz, 4,958 MB/s (gregs1104/stream-scaling, README). */
export const CORE_BYTES_PER_SECOND = 4.958e9

/**
 * What is stated of the hosts besides the calibration, by default as it is stated; `linkShare`: the part of the link that the technique makes use of (default all). `lookPageNs`,
 * `sendPageNs`: in place of the calibrated times; `savedPageNs`: less than the calibrated time of sending a page.
 */
export type Stated = {
  readonly crowding?: number
  readonly updatePageNs?: number
  readonly linkShare?: number
  readonly lookPageNs?: number
  readonly sendPageNs?: number
  readonly savedPageNs?: number
}

/** The hosts and the link of Chanchio and Thaenkaew as the model has them, for a guest of so many pages: the calibration, and what is stated and common to every row. */
export const tlmHost = (
  { scan, send }: Calibration,
  pages: number,
  { crowding = CROWDING, updatePageNs = UPDATE_PAGE_NS, linkShare = 1, savedPageNs = 0, ...own }: Stated = {}
): { readonly source: Partial<HostCosts>; readonly link: Link } => {
  const sendPageNs = (own.sendPageNs ?? (send * 1e9) / GIB_PAGES) - savedPageNs
  const headers = link({ bytesPerSecond: 1 })
  return {
    source: { freshPageNs: own.lookPageNs ?? (scan * 1e9) / GIB_PAGES, sendPageNs, crowding, syncNs: updatePageNs * pages },
    link: link({ bytesPerSecond: (linkShare * wireBytes(headers, 4096, false) * 1e9) / sendPageNs })
  }
}
