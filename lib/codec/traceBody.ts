import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import type { TraceColumns, TraceRegion } from '../guest/pageTrace'
import { unzigzag, type VarintReader, varintReader, varintWriter, zigzag } from './varint'

/** Takes a trace quantum by quantum and gives its body block by block: memory follows the number of pages, never the length of the run. */
export interface TraceBodyWriter {
  /** One touched page of the quantum under way. Page ids are numbered from 0 in the order in which the program first touched them. */
  readonly touch: (pageId: number, firstPosition: number, firstIsWrite: boolean, lastWritePosition: number) => void
  /** Ends the quantum under way. */
  readonly endQuantum: () => void
  /** Ends the body with the map from page ids to page numbers in address order. */
  readonly end: (regions: readonly TraceRegion[], numberOfId: Int32Array) => void
}

/** Entries after which a block is closed. */
const BLOCK_ENTRIES = 1 << 16
/** Largest block accepted when reading, in bytes before compression. */
const BLOCK_LIMIT = 1 << 28

const QUANTA = 1
const MAP = 2

/** How a page of a quantum was used; the numbers stand in the file. Bit 0: a last write is stored; bit 1: the first touch is a write. */
const READ_ONLY = 0
const READ_THEN_WRITTEN = 1
const WRITTEN_ONCE = 2
const WRITTEN_AGAIN = 3

/** Above every position inside a quantum of at most 2^30 instructions. */
const LAST_POSITION = 0x7ffffffe

/**
 * A writer of trace bodies. A block is its kind (1 byte), the lengths of its content before and after compression (4 bytes each, lowest
 * first) and the content compressed by brotli. A block of quanta holds columns one after another, because like beside like compresses
 * best: entries per quantum; pages; differences of first positions; kinds of use; last writes as distances from the first touch.
 *
 * A page is written as 0 where it followed the previous page the last time that one was touched, as 1 where it is touched for the first
 * time ever (its id is the next free one), else as 2 + zigzag(id - id of the previous page).
 */
export const traceBodyWriter = (sink: (bytes: Uint8Array) => void): TraceBodyWriter => {
  const counts = varintWriter()
  const pages = varintWriter()
  const positions = varintWriter()
  const kinds = varintWriter()
  const lasts = varintWriter()
  const columns = [counts, pages, positions, kinds, lasts]
  let quanta = 0
  let entries = 0
  let inQuantum = 0
  let position = 0
  const predictor = pagePredictor()

  const flush = (): void => {
    if (quanta === 0) return
    const head = varintWriter()
    head.write(quanta)
    head.write(entries)
    sink(block(QUANTA, [head.bytes(), ...columns.map((column) => column.bytes())]))
    for (const column of columns) column.clear()
    quanta = 0
    entries = 0
  }

  return {
    touch: (pageId, firstPosition, firstIsWrite, lastWritePosition) => {
      pages.write(predictor.symbol(pageId))
      positions.write(firstPosition - position)
      position = firstPosition
      if (firstIsWrite) {
        kinds.write(lastWritePosition > firstPosition ? WRITTEN_AGAIN : WRITTEN_ONCE)
        if (lastWritePosition > firstPosition) lasts.write(lastWritePosition - firstPosition)
      } else {
        kinds.write(lastWritePosition < 0 ? READ_ONLY : READ_THEN_WRITTEN)
        if (lastWritePosition >= 0) lasts.write(lastWritePosition - firstPosition)
      }
      inQuantum++
    },
    endQuantum: () => {
      counts.write(inQuantum)
      entries += inQuantum
      quanta++
      inQuantum = 0
      position = 0
      if (entries >= BLOCK_ENTRIES || quanta >= BLOCK_ENTRIES) flush()
    },
    end: (regions, numberOfId) => {
      flush()
      sink(block(MAP, [mapContent(regions, numberOfId)]))
    }
  }
}

/** What a body says, and where it goes wrong when it does. */
export type TraceBody =
  | { readonly type: 'read'; readonly regions: readonly TraceRegion[]; readonly columns: TraceColumns }
  | { readonly type: 'damaged'; readonly path: string; readonly expected: string; readonly got: string }

/** Reads a whole body; `origin` is its byte offset in the file, `quanta` and `pages` what the header promised. Cost: about 80 ns an entry. */
export const readTraceBody = (body: Uint8Array, promised: { origin: number; quanta: number; pages: number }): TraceBody => {
  const blocks: Block[] = []
  let entries = 0
  let quanta = 0
  let map: VarintReader | undefined
  for (let at = 0; at < body.length; ) {
    const path = `byte ${promised.origin + at}`
    if (map !== undefined) return damaged(path, 'the end of the file after the page map', `${body.length - at} bytes more`)
    const opened = openBlock(body, at)
    if (typeof opened === 'string') return damaged(path, 'a block of the body', opened)
    at = opened.end
    const reader = varintReader(opened.content)
    if (opened.kind === MAP) {
      map = reader
      continue
    }
    const block = { path, reader, quanta: reader.read(), entries: reader.read() }
    if (block.quanta < 1 || block.entries < 0 || block.quanta + block.entries > opened.content.length)
      return damaged(path, 'a count of quanta and entries', `${block.quanta} and ${block.entries} in ${opened.content.length} bytes`)
    blocks.push(block)
    quanta += block.quanta
    entries += block.entries
  }
  if (map === undefined) return damaged(`byte ${promised.origin + body.length}`, 'the page map', 'the end of the file')
  if (quanta !== promised.quanta) return damaged('header.quanta', `${quanta}, as in the body`, `${promised.quanta}`)
  if (promised.pages > entries) return damaged('header.pages', `at most ${entries}, the entries of the body`, `${promised.pages}`)
  const columns = {
    starts: new Int32Array(quanta + 1),
    page: new Int32Array(entries),
    firstPosition: new Int32Array(entries),
    firstIsWrite: new Uint8Array(entries),
    lastWritePosition: new Int32Array(entries)
  }
  return readBlocks(blocks, columns, promised.pages) ?? readMap(map, columns, promised)
}

interface Block {
  readonly path: string
  readonly reader: VarintReader
  readonly quanta: number
  readonly entries: number
}

const damaged = (path: string, expected: string, got: string): TraceBody => ({ type: 'damaged', path, expected, got })

const readBlocks = (blocks: readonly Block[], columns: TraceColumns, pages: number): TraceBody | undefined => {
  const { starts, page, firstPosition, firstIsWrite, lastWritePosition } = columns
  const predictor = pagePredictor()
  let quantum = 0
  let entry = 0
  for (const { path, reader, quanta, entries } of blocks) {
    const quantumEnd = quantum + quanta
    const blockStart = quantum
    const end = entry + entries
    for (let at = quantum; at < quantumEnd; at++) {
      const count = reader.read()
      if (count < 0 || starts[at] + count > end) return damaged(`quantum ${at}`, `at most ${end - starts[at]} entries`, `${count}`)
      starts[at + 1] = starts[at] + count
    }
    if (starts[quantumEnd] !== end) return damaged(path, `${entries} entries in its quanta`, `${starts[quantumEnd] - entry}`)
    const cut = (column: string) => damaged(path, `${entries} ${column}`, 'the end of the block or a number above 2^31 - 1')
    if (!reader.readInto(page, entry, end)) return cut('pages')
    for (let at = entry; at < end; at++) {
      const id = predictor.page(page[at])
      if (id < 0 || id >= pages) {
        const got = id < 0 ? 'a page that was never touched before' : `page ${id}`
        return damaged(`quantum ${quantumOf(starts, blockStart, at)}`, `a page within the guest, 0 to ${pages - 1}`, got)
      }
      page[at] = id
    }
    if (!reader.readInto(firstPosition, entry, end)) return cut('first positions')
    for (; quantum < quantumEnd; quantum++) {
      let position = 0
      for (let at = starts[quantum]; at < starts[quantum + 1]; at++) {
        position += firstPosition[at]
        if (position > LAST_POSITION) return damaged(`quantum ${quantum}`, `positions up to ${LAST_POSITION}`, `${position}`)
        firstPosition[at] = position
      }
    }
    if (!reader.readInto(lastWritePosition, entry, end)) return cut('kinds of use')
    let later = 0
    for (let at = entry; at < end; at++) {
      const kind = lastWritePosition[at]
      if (kind > WRITTEN_AGAIN) return damaged(`quantum ${quantumOf(starts, blockStart, at)}`, 'a kind of use from 0 to 3', `${kind}`)
      firstIsWrite[at] = kind >> 1
      later += kind & 1
    }
    const distances = new Int32Array(later)
    if (!reader.readInto(distances, 0, later)) return cut('last writes')
    later = 0
    for (let at = entry; at < end; at++) {
      const kind = lastWritePosition[at]
      const last = firstPosition[at] + ((kind & 1) === 1 ? distances[later++] : 0)
      if (last > LAST_POSITION)
        return damaged(`quantum ${quantumOf(starts, blockStart, at)}`, `positions up to ${LAST_POSITION}`, `${last}`)
      lastWritePosition[at] = kind === READ_ONLY ? -1 : last
    }
    if (!reader.ended()) return damaged(path, 'the end of the block after its last write', 'more bytes')
    entry = end
  }
  return undefined
}

const quantumOf = (starts: Int32Array, from: number, entry: number): number => {
  let quantum = from
  while (starts[quantum + 1] <= entry) quantum++
  return quantum
}

const readMap = (map: VarintReader, columns: TraceColumns, { pages, origin }: { pages: number; origin: number }): TraceBody => {
  const path = `the page map after byte ${origin}`
  const regions: TraceRegion[] = []
  let firstPage = 0
  let virtualEnd = 0
  for (let left = map.read(); left > 0; left--) {
    const gap = map.read()
    const length = map.read()
    if (gap < 0 || length < 1 || firstPage + length > pages) return damaged(path, `regions of ${pages} pages`, `${firstPage + length}`)
    regions.push({ firstPage, virtualPage: virtualEnd + gap, pages: length })
    virtualEnd += gap + length
    firstPage += length
  }
  const numberOfId = new Int32Array(pages)
  const taken = new Uint8Array(pages)
  let number = 0
  for (let id = 0; id < pages; ) {
    const length = map.read()
    const move = map.read()
    const step = move % 2 === 0 ? 1 : -1
    number += unzigzag(Math.floor(move / 2))
    if (length < 1 || move < 0 || id + length > pages) return damaged(path, `page numbers of ${pages} pages`, `${id} and ${length} more`)
    for (let run = 0; run < length; run++) {
      if (!(number >= 0 && number < pages) || taken[number] === 1)
        return damaged(path, `each page from 0 to ${pages - 1} once`, `page ${number}`)
      taken[number] = 1
      numberOfId[id++] = number
      number += step
    }
  }
  if (firstPage !== pages || !map.ended()) return damaged(path, `regions and numbers of ${pages} pages`, `${firstPage} pages`)
  const { page } = columns
  for (let entry = 0; entry < page.length; entry++) page[entry] = numberOfId[page[entry]]
  return { type: 'read', regions, columns }
}

const mapContent = (regions: readonly TraceRegion[], numberOfId: Int32Array): Uint8Array => {
  const map = varintWriter()
  map.write(regions.length)
  let virtualEnd = 0
  for (const { virtualPage, pages } of regions) {
    map.write(virtualPage - virtualEnd)
    map.write(pages)
    virtualEnd = virtualPage + pages
  }
  let expected = 0
  for (let id = 0; id < numberOfId.length; ) {
    const start = numberOfId[id]
    const step = numberOfId[id + 1] === start - 1 ? -1 : 1
    let end = id + 1
    while (end < numberOfId.length && numberOfId[end] === numberOfId[end - 1] + step) end++
    map.write(end - id)
    map.write(2 * zigzag(start - expected) + (step === 1 ? 0 : 1))
    expected = start + step * (end - id)
    id = end
  }
  return map.bytes().slice()
}

/** Both ends keep the same memory of which page followed which. */
const pagePredictor = () => {
  let follower = new Int32Array(1024).fill(-1)
  let seen = 0
  let previous = 0
  const visit = (id: number): void => {
    follower[previous] = id
    previous = id
    if (id === seen) seen++
    if (id + 1 >= follower.length) {
      const grown = new Int32Array(2 * follower.length).fill(-1)
      grown.set(follower)
      follower = grown
    }
  }
  return {
    symbol: (id: number): number => {
      const symbol = id === seen ? 1 : follower[previous] === id ? 0 : 2 + zigzag(id - previous)
      visit(id)
      return symbol
    },
    page: (symbol: number): number => {
      const id = symbol < 0 ? -1 : symbol === 0 ? follower[previous] : symbol === 1 ? seen : previous + unzigzag(symbol - 2)
      if (id < 0 || id > seen || (id === seen && symbol !== 1)) return -1
      visit(id)
      return id
    }
  }
}

const block = (kind: number, parts: readonly Uint8Array[]): Uint8Array => {
  const content = Buffer.concat(parts)
  const stored = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 10,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length
    }
  })
  const bytes = new Uint8Array(9 + stored.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, kind)
  view.setUint32(1, content.length, true)
  view.setUint32(5, stored.length, true)
  bytes.set(stored, 9)
  return bytes
}

const openBlock = (body: Uint8Array, at: number): { kind: number; content: Uint8Array; end: number } | string => {
  if (at + 9 > body.length) return `${body.length - at} bytes`
  const view = new DataView(body.buffer, body.byteOffset + at, 9)
  const kind = view.getUint8(0)
  const length = view.getUint32(1, true)
  const end = at + 9 + view.getUint32(5, true)
  if (kind !== QUANTA && kind !== MAP) return `kind ${kind}`
  if (end > body.length) return `${end - at} bytes of which ${body.length - at} are there`
  if (length > BLOCK_LIMIT) return `${length} bytes, above the limit of ${BLOCK_LIMIT}`
  try {
    const content = brotliDecompressSync(body.subarray(at + 9, end), { maxOutputLength: Math.max(length, 1) })
    return content.length === length ? { kind, content, end } : `${content.length} bytes instead of ${length}`
  } catch {
    return 'bytes that brotli cannot decompress'
  }
}
