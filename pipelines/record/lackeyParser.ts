/** Takes one quantum as the parser saw it. The arrays belong to the parser and are valid during the call only. */
export type QuantumSink = (quantum: ParsedQuantum) => void

/** The pages of one quantum in the order of first touch; entries 0 to count - 1 are meant. */
export interface ParsedQuantum {
  readonly count: number
  /** Ids in the order in which the program first touched its pages. */
  readonly pageId: Int32Array
  readonly firstPosition: Int32Array
  readonly firstIsWrite: Uint8Array
  /** -1 where the page was only read. */
  readonly lastWritePosition: Int32Array
}

/** What was parsed so far. */
export interface ParsedCounts {
  readonly instructions: number
  readonly reads: number
  readonly writes: number
  readonly pages: number
  readonly quanta: number
}

/** Page size (a power of two), length of a quantum and where to stop (Infinity: nowhere). */
export interface LackeyParserOptions {
  readonly pageBytes: number
  readonly instructionsPerQuantum: number
  readonly maxInstructions: number
}

/** A push parser of Valgrind's memory trace. */
export interface LackeyParser {
  /** Takes whole lines: bytes 0 to length - 1, and answers how many bytes it took; the rest is an unfinished line. */
  readonly push: (bytes: Uint8Array, length: number) => number
  /** Whether `maxInstructions` were read; what is pushed afterwards is passed over. */
  readonly full: () => boolean
  /** Closes the last quantum. */
  readonly end: () => void
  readonly counts: () => ParsedCounts
  /** Virtual page number (address divided by the page size) of every page id. */
  readonly virtualPages: () => Float64Array
}

/**
 * Reads the lines that `valgrind --tool=lackey --trace-mem=yes` prints (3.19.0: `I  addr,size`, ` L addr,size`, ` S addr,size`,
 * ` M addr,size`, addresses in hexadecimal, M a read and a write) and gathers them by quanta of executed instructions. A data access
 * belongs to the instruction line before it. Accesses that span pages touch each of them. Other lines (Valgrind's own messages begin with
 * =) go to `note`. Stops at `maxInstructions`.
 *
 * Errors: Error naming the line when an access line cannot be read. Cost: about 15 ns a line; memory follows the distinct pages.
 */
export const lackeyParser = (
  { pageBytes, instructionsPerQuantum, maxInstructions }: LackeyParserOptions,
  sink: QuantumSink,
  note: (line: string) => void
): LackeyParser => {
  const pageBits = Math.log2(pageBytes)
  const pageMask = pageBytes - 1
  const pageOfHigh = 2 ** (32 - pageBits)
  const ids = pageIds()
  let instructions = 0
  let reads = 0
  let writes = 0
  let quanta = 0
  let full = false
  let position = -1
  let count = 0
  let capacity = 1024
  let pageId = new Int32Array(capacity)
  let firstPosition = new Int32Array(capacity)
  let firstIsWrite = new Uint8Array(capacity)
  let lastWritePosition = new Int32Array(capacity)
  let entryOfId = new Int32Array(capacity).fill(-1)
  // The pages touched last, one for code and one for data: most accesses stay where the one before was.
  let codePage = -1
  let dataPage = -1
  let dataEntry = 0

  const grow = (): void => {
    capacity *= 2
    pageId = grown(pageId, new Int32Array(capacity))
    firstPosition = grown(firstPosition, new Int32Array(capacity))
    firstIsWrite = grown(firstIsWrite, new Uint8Array(capacity))
    lastWritePosition = grown(lastWritePosition, new Int32Array(capacity))
    entryOfId = grown(entryOfId, new Int32Array(capacity).fill(-1))
  }

  const touch = (virtualPage: number, isWrite: boolean): number => {
    const id = ids.idOf(virtualPage)
    if (id >= capacity) grow()
    let entry = entryOfId[id]
    if (entry === -1) {
      entry = count++
      entryOfId[id] = entry
      pageId[entry] = id
      firstPosition[entry] = position
      firstIsWrite[entry] = isWrite ? 1 : 0
      lastWritePosition[entry] = -1
    }
    if (isWrite) lastWritePosition[entry] = position
    return entry
  }

  const closeQuantum = (): void => {
    sink({ count, pageId, firstPosition, firstIsWrite, lastWritePosition })
    for (let entry = 0; entry < count; entry++) entryOfId[pageId[entry]] = -1
    count = 0
    position = -1
    codePage = -1
    dataPage = -1
    quanta++
  }

  const push = (bytes: Uint8Array, length: number): number => {
    if (full) return length
    let end = length
    while (end > 0 && bytes[end - 1] !== NEWLINE) end--
    let at = 0
    while (at < end) {
      const start = at
      const isCode = bytes[at] === LETTER_I
      const letter = isCode ? LETTER_I : bytes[at] === SPACE ? bytes[at + 1] : 0
      if (letter !== LETTER_I && letter !== LETTER_L && letter !== LETTER_S && letter !== LETTER_M) {
        while (bytes[at++] !== NEWLINE);
        note(Buffer.from(bytes.subarray(start, at - 1)).toString('utf8'))
        continue
      }
      at += 3
      let low = 0
      let high = 0
      let digit = DIGIT[bytes[at]]
      const digits = at
      while (digit < 16) {
        high = (high << 4) | (low >>> 28)
        low = (low << 4) | digit
        digit = DIGIT[bytes[++at]]
      }
      let size = 0
      const sizeAt = at + 1
      if (bytes[at++] === COMMA) for (let byte = bytes[at] - 48; byte >= 0 && byte < 10; byte = bytes[++at] - 48) size = size * 10 + byte
      if (digits + 16 < sizeAt - 1 || sizeAt - 1 === digits || at === sizeAt || size === 0 || bytes[at++] !== NEWLINE)
        throw new Error(`lackeyParser: line after instruction ${instructions}: ${lineAt(bytes, start, end)}`)

      const virtualPage = (high >>> 0) * pageOfHigh + (low >>> pageBits)
      const spans = (low & pageMask) + size > pageBytes
      if (isCode) {
        if (instructions === maxInstructions) {
          full = true
          return length
        }
        if (position === instructionsPerQuantum - 1) closeQuantum()
        position++
        instructions++
        reads++
        if (virtualPage !== codePage || spans) {
          touch(virtualPage, false)
          codePage = virtualPage
        }
      } else {
        if (position < 0) throw new Error(`lackeyParser: an access before any instruction: ${lineAt(bytes, start, end)}`)
        if (letter !== LETTER_S) {
          reads++
          if (virtualPage !== dataPage) {
            dataEntry = touch(virtualPage, false)
            dataPage = virtualPage
          }
        }
        if (letter !== LETTER_L) {
          writes++
          if (virtualPage !== dataPage) {
            dataEntry = touch(virtualPage, true)
            dataPage = virtualPage
          } else lastWritePosition[dataEntry] = position
        }
      }
      if (spans) {
        const last = virtualPage + Math.floor(((low & pageMask) + size - 1) / pageBytes)
        for (let page = virtualPage + 1; page <= last; page++) {
          if (letter !== LETTER_S) touch(page, false)
          if (letter === LETTER_S || letter === LETTER_M) touch(page, true)
        }
      }
    }
    return end
  }

  return {
    push,
    full: () => full,
    end: () => {
      if (position >= 0) closeQuantum()
    },
    counts: () => ({ instructions, reads, writes, pages: ids.count(), quanta }),
    virtualPages: ids.virtualPages
  }
}

const NEWLINE = 10
const SPACE = 32
const COMMA = 44
const LETTER_I = 73
const LETTER_L = 76
const LETTER_M = 77
const LETTER_S = 83

/** Value of each hexadecimal digit by its byte; 16 for every other byte. */
const DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase())
  return value < 0 ? 16 : value
})

const lineAt = (bytes: Uint8Array, start: number, end: number): string => {
  const stop = bytes.indexOf(NEWLINE, start)
  return JSON.stringify(Buffer.from(bytes.subarray(start, Math.min(stop < 0 ? end : stop, start + 80))).toString('latin1'))
}

const grown = <Column extends Int32Array | Uint8Array | Float64Array>(from: Column, to: Column): Column => {
  to.set(from)
  return to
}

/** Numbers pages in the order of first touch: an open-addressing table, half full at most. */
const pageIds = () => {
  let slots = 4096
  let keys = new Float64Array(slots).fill(-1)
  let values = new Int32Array(slots)
  let pages = new Float64Array(1024)
  let count = 0
  const slotOf = (virtualPage: number): number => {
    const mixed = Math.imul(virtualPage | 0, 0x9e3779b1) ^ Math.imul((virtualPage / 0x100000000) | 0, 0x85ebca6b)
    let slot = (mixed ^ (mixed >>> 15)) & (slots - 1)
    while (keys[slot] !== virtualPage && keys[slot] !== -1) slot = (slot + 1) & (slots - 1)
    return slot
  }
  const add = (virtualPage: number, id: number): void => {
    const slot = slotOf(virtualPage)
    keys[slot] = virtualPage
    values[slot] = id
  }
  return {
    idOf: (virtualPage: number): number => {
      const slot = slotOf(virtualPage)
      if (keys[slot] === virtualPage) return values[slot]
      const id = count++
      if (id >= pages.length) pages = grown(pages, new Float64Array(2 * pages.length))
      pages[id] = virtualPage
      add(virtualPage, id)
      if (2 * count > slots) {
        slots *= 2
        keys = new Float64Array(slots).fill(-1)
        values = new Int32Array(slots)
        for (let each = 0; each < count; each++) add(pages[each], each)
      }
      return id
    },
    count: () => count,
    virtualPages: () => pages.slice(0, count)
  }
}
