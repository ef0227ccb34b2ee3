import type { PageTrace } from './pageTrace'

/** Speed and resolution of a summary. */
export interface TraceSummaryOptions {
  /** Guest instructions per second; 1e9 by default: a nanosecond each, so that positions read as times. */
  readonly instructionsPerSecond?: number
  /** Bins of the dirty rate; 40 by default, fewer where the trace has fewer quanta. */
  readonly bins?: number
  /** Windows of the working set, in quanta; 1, 10, 100 and 1000 by default, as far as two of them fit into the trace. */
  readonly windows?: readonly number[]
}

/** A stretch of the trace: distinct pages, each counted once per bin. */
export interface DirtyRateBin {
  readonly fromNs: number
  readonly toNs: number
  readonly pagesTouched: number
  readonly pagesWritten: number
  /** pagesWritten by the length of the bin. */
  readonly pagesPerSecond: number
}

/** Distinct pages written in consecutive windows of one length; a last window that is not full is left out. */
export interface WorkingSetWindow {
  readonly windowNs: number
  readonly windows: number
  readonly meanPages: number
  readonly leastPages: number
  readonly mostPages: number
  /** Pages written in at least half of the windows: sending them early is vain (Clark et al., NSDI 2005 §3.1 and §5.2). */
  readonly hotPages: number
}

/** What is in a trace. */
export interface TraceSummary {
  readonly pages: number
  readonly pageBytes: number
  readonly pagesRead: number
  readonly pagesWritten: number
  readonly quanta: number
  readonly instructions: number
  /** Accesses of the program, instruction fetches included. */
  readonly reads: number
  readonly writes: number
  /** Page-quanta: each page counted once per quantum in which it was touched, and in which it was written. */
  readonly touchedPageQuanta: number
  readonly writtenPageQuanta: number
  readonly instructionsPerSecond: number
  readonly durationNs: number
  readonly dirtyRate: readonly DirtyRateBin[]
  readonly workingSet: readonly WorkingSetWindow[]
}

/**
 * Counts, dirty rate over time and writable working set of a trace. A page counts in the bin or window of the quantum that wrote it.
 *
 * Law: `a bin of one quantum`: with as many bins as quanta, the pages written in the bins add up to writtenPageQuanta.
 * Errors: RangeError naming the option. Cost: a pass over the columns for the bins and one per window length.
 */
export const summary = (trace: PageTrace, options: TraceSummaryOptions = {}): TraceSummary => {
  const { instructionsPerSecond = 1e9, bins = 40, windows = [1, 10, 100, 1000] } = options
  const { header, columns } = trace
  const { pages, pageBytes, quanta, instructions, instructionsPerQuantum, reads, writes } = header
  if (!(instructionsPerSecond > 0 && Number.isFinite(instructionsPerSecond)))
    throw new RangeError(`summary: instructionsPerSecond must be positive and finite (got ${instructionsPerSecond})`)
  for (const [name, value] of [['bins', bins] as const, ...windows.map((window) => ['windows', window] as const)])
    if (!(Number.isInteger(value) && value >= 1)) throw new RangeError(`summary: ${name} must be a whole number from 1 (got ${value})`)

  const atNs = (quantum: number): number =>
    Math.floor((Math.min(quantum * instructionsPerQuantum, instructions) * 1e9) / instructionsPerSecond)
  const binCount = Math.min(bins, quanta)
  const edges = Array.from({ length: binCount + 1 }, (_, bin) => Math.floor((bin * quanta) / binCount))
  const usage = pageUsage(trace)
  return {
    pages,
    pageBytes,
    pagesRead: usage.pagesRead,
    pagesWritten: usage.pagesWritten,
    quanta,
    instructions,
    reads,
    writes,
    touchedPageQuanta: columns.page.length,
    writtenPageQuanta: usage.writtenPageQuanta,
    instructionsPerSecond,
    durationNs: atNs(quanta),
    dirtyRate: distinctPages(trace, edges).map(({ touched, written }, bin) => {
      const fromNs = atNs(edges[bin])
      const toNs = atNs(edges[bin + 1])
      return { fromNs, toNs, pagesTouched: touched, pagesWritten: written, pagesPerSecond: (written * 1e9) / Math.max(toNs - fromNs, 1) }
    }),
    workingSet: windows.filter((window) => 2 * window <= quanta).map((window) => workingSetOf(trace, window, atNs(window)))
  }
}

const workingSetOf = (trace: PageTrace, window: number, windowNs: number): WorkingSetWindow => {
  const windows = Math.floor(trace.header.quanta / window)
  const edges = Array.from({ length: windows + 1 }, (_, index) => index * window)
  const windowsWritten = new Int32Array(trace.header.pages)
  const written = distinctPages(trace, edges, windowsWritten).map((bin) => bin.written)
  return {
    windowNs,
    windows,
    meanPages: written.reduce((sum, pages) => sum + pages, 0) / windows,
    leastPages: written.reduce((least, pages) => Math.min(least, pages), written[0]),
    mostPages: written.reduce((most, pages) => Math.max(most, pages), 0),
    hotPages: windowsWritten.reduce((hot, count) => hot + Number(2 * count >= windows), 0)
  }
}

/** Distinct pages touched and written between consecutive edges (quantum indices); adds each writing bin to the page's tally. */
const distinctPages = ({ header, columns }: PageTrace, edges: readonly number[], tally?: Int32Array) => {
  const { starts, page, lastWritePosition } = columns
  const touchedIn = new Int32Array(header.pages).fill(-1)
  const writtenIn = new Int32Array(header.pages).fill(-1)
  return edges.slice(1).map((to, bin) => {
    let touched = 0
    let written = 0
    for (let entry = starts[edges[bin]]; entry < starts[to]; entry++) {
      const number = page[entry]
      if (touchedIn[number] !== bin) {
        touchedIn[number] = bin
        touched++
      }
      if (lastWritePosition[entry] >= 0 && writtenIn[number] !== bin) {
        writtenIn[number] = bin
        written++
        if (tally !== undefined) tally[number]++
      }
    }
    return { touched, written }
  })
}

const pageUsage = ({ header, columns }: PageTrace) => {
  const { page, firstIsWrite, lastWritePosition } = columns
  const read = new Uint8Array(header.pages)
  const written = new Uint8Array(header.pages)
  let writtenPageQuanta = 0
  for (let entry = 0; entry < page.length; entry++) {
    if (firstIsWrite[entry] === 0) read[page[entry]] = 1
    if (lastWritePosition[entry] >= 0) {
      written[page[entry]] = 1
      writtenPageQuanta++
    }
  }
  const count = (marks: Uint8Array): number => marks.reduce((sum, mark) => sum + mark, 0)
  return { pagesRead: count(read), pagesWritten: count(written), writtenPageQuanta }
}
