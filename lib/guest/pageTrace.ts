/** What a trace says about itself. Counts are of the recorded program, not of the columns, except `pages` and `quanta`. */
export interface PageTraceHeader {
  readonly format: 'transhume-trace'
  readonly version: 1
  /** Bytes per page: a power of two; 4096 unless the recorder was told otherwise. */
  readonly pageBytes: number
  /** Executed instructions per quantum; the last quantum may be shorter. */
  readonly instructionsPerQuantum: number
  /** The recorded command, word by word. */
  readonly command: readonly string[]
  readonly program: { readonly name: string; readonly version: string }
  /** The tool that watched the program, for instance `valgrind-3.19.0`. */
  readonly recordedWith: string
  /** Distinct pages touched: page numbers run from 0 to pages - 1 in address order. */
  readonly pages: number
  readonly quanta: number
  readonly instructions: number
  /** Read accesses, each instruction fetch included. */
  readonly reads: number
  readonly writes: number
  /** SHA-256 of the stored body in hexadecimal; empty for a trace that was never encoded. */
  readonly sha256: string
}

/** A run of neighbouring pages of the program: pages firstPage .. firstPage + pages - 1 lie at virtualPage and onwards. */
export interface TraceRegion {
  readonly firstPage: number
  /** Address divided by the page size. */
  readonly virtualPage: number
  readonly pages: number
}

/**
 * One entry per page touched in a quantum, in the order of first touch. Entries of quantum q are starts[q] .. starts[q + 1] - 1.
 * Positions count instructions from the start of the quantum.
 */
export interface TraceColumns {
  readonly starts: Int32Array
  readonly page: Int32Array
  readonly firstPosition: Int32Array
  /** 1 where the first touch is a write, 0 where it is a read. */
  readonly firstIsWrite: Uint8Array
  /** Position of the last write, at or after the first touch; -1 where the page was only read. */
  readonly lastWritePosition: Int32Array
}

/** The pages a real program touched, quantum by quantum, with reads, writes and where in the quantum they happened. */
export interface PageTrace {
  readonly header: PageTraceHeader
  readonly regions: readonly TraceRegion[]
  readonly columns: TraceColumns
}

/** What a trace is made from when it does not come out of a file. */
export interface PageTraceParts {
  readonly instructionsPerQuantum: number
  readonly instructions: number
  readonly regions: readonly TraceRegion[]
  readonly columns: TraceColumns
  readonly pageBytes?: number
  readonly command?: readonly string[]
  readonly program?: { readonly name: string; readonly version: string }
  readonly recordedWith?: string
  /** Access counts of the program; by default the page-quanta of the columns. */
  readonly reads?: number
  readonly writes?: number
}

/**
 * A trace from its columns, checked whole.
 *
 * Errors: RangeError naming the quantum when the columns contradict themselves or the regions. Cost: one pass over the columns.
 */
export const pageTrace = (parts: PageTraceParts): PageTrace => {
  const { columns, regions } = parts
  const { page, firstIsWrite, lastWritePosition } = columns
  let writes = 0
  let writeOnly = 0
  for (let entry = 0; entry < page.length; entry++) {
    if (lastWritePosition[entry] >= 0) writes++
    writeOnly += firstIsWrite[entry]
  }
  const header: PageTraceHeader = {
    format: 'transhume-trace',
    version: 1,
    pageBytes: parts.pageBytes ?? 4096,
    instructionsPerQuantum: parts.instructionsPerQuantum,
    command: parts.command ?? [],
    program: parts.program ?? { name: 'unnamed', version: 'unknown' },
    recordedWith: parts.recordedWith ?? 'nothing',
    pages: regions.reduce((pages, region) => pages + region.pages, 0),
    quanta: columns.starts.length - 1,
    instructions: parts.instructions,
    reads: parts.reads ?? page.length - writeOnly,
    writes: parts.writes ?? writes,
    sha256: ''
  }
  const trace = { header, regions, columns }
  const fault = traceFault(trace)
  if (fault !== undefined) throw new RangeError(`pageTrace: ${fault.path}: expected ${fault.expected} (got ${fault.got})`)
  return trace
}

/** The place and the rule where a trace contradicts itself. */
export interface TraceFault {
  readonly path: string
  readonly expected: string
  readonly got: string
}

/** The first contradiction inside a trace, or undefined where there is none. Cost: one pass over the columns. */
export const traceFault = ({ header, regions, columns }: PageTrace): TraceFault | undefined =>
  headerFault(header, columns) ?? regionFault(header, regions) ?? entryFault(header, columns)

const headerFault = (header: PageTraceHeader, { starts, page }: TraceColumns): TraceFault | undefined => {
  const { instructionsPerQuantum, instructions, quanta, pages } = header
  if (quanta < 1) return { path: 'header.quanta', expected: 'at least 1 quantum', got: `${quanta}, an empty trace` }
  if (pages < 1) return { path: 'header.pages', expected: 'at least 1 page', got: `${pages}, an empty trace` }
  if (starts.length !== quanta + 1) return { path: 'header.quanta', expected: `${starts.length - 1}, as in the body`, got: `${quanta}` }
  if (starts[0] !== 0 || starts[quanta] !== page.length)
    return { path: 'quanta', expected: `entries 0 to ${page.length}`, got: `${starts[0]} to ${starts[quanta]}` }
  const least = (quanta - 1) * instructionsPerQuantum + 1
  const most = quanta * instructionsPerQuantum
  if (!(instructions >= least && instructions <= most))
    return { path: 'header.instructions', expected: `${least} to ${most} in ${quanta} quanta`, got: `${instructions}` }
  return undefined
}

const regionFault = (header: PageTraceHeader, regions: readonly TraceRegion[]): TraceFault | undefined => {
  let pages = 0
  let end = -1
  for (const [index, region] of regions.entries()) {
    const path = `region ${index}`
    if (region.pages < 1) return { path, expected: 'at least 1 page', got: `${region.pages}` }
    if (region.firstPage !== pages) return { path, expected: `first page ${pages}`, got: `${region.firstPage}` }
    if (region.virtualPage <= end) return { path, expected: `an address above virtual page ${end}`, got: `${region.virtualPage}` }
    pages += region.pages
    end = region.virtualPage + region.pages
  }
  return pages === header.pages ? undefined : { path: 'regions', expected: `${header.pages} pages, as in the header`, got: `${pages}` }
}

const entryFault = (header: PageTraceHeader, columns: TraceColumns): TraceFault | undefined => {
  const { starts, page, firstPosition, firstIsWrite, lastWritePosition } = columns
  const seenIn = new Int32Array(header.pages).fill(-1)
  let seen = 0
  for (let quantum = 0; quantum < header.quanta; quantum++) {
    const path = `quantum ${quantum}`
    const length = Math.min(header.instructionsPerQuantum, header.instructions - quantum * header.instructionsPerQuantum)
    if (starts[quantum + 1] < starts[quantum]) return { path, expected: 'entries in order', got: `${starts[quantum + 1]}` }
    let position = 0
    for (let entry = starts[quantum]; entry < starts[quantum + 1]; entry++) {
      const number = page[entry]
      if (!(number >= 0 && number < header.pages)) return { path, expected: `pages 0 to ${header.pages - 1}`, got: `page ${number}` }
      if (seenIn[number] === quantum) return { path, expected: 'each page once', got: `page ${number} twice` }
      if (seenIn[number] === -1) seen++
      seenIn[number] = quantum
      const first = firstPosition[entry]
      if (first < position || first >= length)
        return { path, expected: `first touches in order, ${position} to ${length - 1}`, got: `position ${first} of page ${number}` }
      position = first
      const last = lastWritePosition[entry]
      if (last === -1 ? firstIsWrite[entry] !== 0 : last < first || last >= length)
        return { path, expected: `a last write from ${first} to ${length - 1}`, got: `position ${last} of page ${number}` }
    }
  }
  return seen === header.pages ? undefined : { path: 'header.pages', expected: `${seen}, the pages touched`, got: `${header.pages}` }
}
