import { createHash } from 'node:crypto'
import { type Either, left, right } from 'fp-ts/lib/Either'
import { type PageTrace, type PageTraceHeader, traceFault } from '../guest/pageTrace'
import { readTraceBody, traceBodyWriter } from './traceBody'
import { readTraceHeader, type StoredTraceHeader, traceHeaderCodec } from './traceHeader'

/** Why a trace was refused: the place, the rule, what stood there and what to do. */
export interface TraceError {
  /** Byte offset, quantum index or header field, after the name of the trace. */
  readonly path: string
  readonly expected: string
  readonly got: string
  readonly hint: string
}

/** Version of the format that is written and read. */
export const TRACE_VERSION = 1

/** The first eight bytes of every trace file. */
export const TRACE_MAGIC = 'thTRACE\n'

const MAGIC = Buffer.from(TRACE_MAGIC, 'latin1')
/** Magic, version, length of the header, SHA-256 of the header. */
const PREAMBLE_BYTES = 8 + 4 + 4 + 32

/**
 * The bytes of a trace file. Integers stand lowest byte first.
 *
 *     offset 0   magic, 8 bytes: thTRACE and a newline
 *            8   version, 4 bytes
 *           12   h, the length of the header, 4 bytes
 *           16   SHA-256 of the bytes 0 to 15 and of the header, 32 bytes
 *           48   header, h bytes: JSON, among others with the length and the SHA-256 of the body
 *       48 + h   body: blocks of quanta, then the page map; see `traceBodyWriter`
 *
 * Law: `encode after decode`: encodeTrace(decodeTrace(bytes)) = bytes.
 * Cost: the compression, about a second per megabyte written.
 */
export const encodeTrace = (trace: PageTrace): Uint8Array => {
  const blocks: Uint8Array[] = []
  const writer = traceBodyWriter((bytes) => blocks.push(bytes))
  const { starts, page, firstPosition, firstIsWrite, lastWritePosition } = trace.columns
  const idOfNumber = new Int32Array(trace.header.pages).fill(-1)
  const numberOfId = new Int32Array(trace.header.pages)
  let ids = 0
  for (let quantum = 0; quantum < trace.header.quanta; quantum++) {
    for (let entry = starts[quantum]; entry < starts[quantum + 1]; entry++) {
      const number = page[entry]
      if (idOfNumber[number] === -1) {
        numberOfId[ids] = number
        idOfNumber[number] = ids++
      }
      writer.touch(idOfNumber[number], firstPosition[entry], firstIsWrite[entry] === 1, lastWritePosition[entry])
    }
    writer.endQuantum()
  }
  writer.end(trace.regions, numberOfId)
  const body = Buffer.concat(blocks)
  const head = traceFileHead({ ...trace.header, sha256: sha256(body).toString('hex'), bodyBytes: body.length })
  return new Uint8Array(Buffer.concat([head, body]))
}

/** Everything that stands before the body of a trace file. */
export const traceFileHead = (header: StoredTraceHeader): Uint8Array => {
  const text = Buffer.from(JSON.stringify(traceHeaderCodec.encode(header)))
  const preamble = Buffer.alloc(16)
  MAGIC.copy(preamble)
  preamble.writeUInt32LE(TRACE_VERSION, 8)
  preamble.writeUInt32LE(text.length, 12)
  return new Uint8Array(Buffer.concat([preamble, sha256(preamble, text), text]))
}

/** A decoded trace or the one reason against it. `name` (a file's path, say) opens the path of an error. Cost: about 100 ns an entry, twice that in a fresh process. */
export const decodeTrace = (bytes: Uint8Array, name = 'trace'): Either<TraceError, PageTrace> => {
  const refuse = (path: string, expected: string, got: string, hint: string) => left({ path: `${name}: ${path}`, expected, got, hint })
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.length === 0) return refuse('byte 0', 'a trace file', 'an empty file', RECORD_ANEW)
  if (!file.subarray(0, 8).equals(MAGIC.subarray(0, Math.min(8, file.length))))
    return refuse(
      'byte 0',
      `the magic ${JSON.stringify(TRACE_MAGIC)}`,
      JSON.stringify(file.toString('latin1', 0, 8).replace(/[^ -~]/g, '.')),
      NOT_A_TRACE
    )
  if (file.length < PREAMBLE_BYTES) return refuse(`byte ${file.length}`, `${PREAMBLE_BYTES} bytes of preamble`, 'the end of the file', CUT)
  const version = file.readUInt32LE(8)
  if (version !== TRACE_VERSION)
    return refuse('byte 8', `version ${TRACE_VERSION} of the format`, `version ${version}`, 'record the trace anew with this release')
  const origin = PREAMBLE_BYTES + file.readUInt32LE(12)
  if (origin > file.length) return refuse(`byte ${file.length}`, `a header up to byte ${origin}`, 'the end of the file', CUT)
  const text = file.subarray(PREAMBLE_BYTES, origin)
  const headHash = sha256(file.subarray(0, 16), text)
  if (!headHash.equals(file.subarray(16, PREAMBLE_BYTES)))
    return refuse('byte 16', `SHA-256 ${headHash.toString('hex')} of the header`, file.toString('hex', 16, PREAMBLE_BYTES), DAMAGED)
  const header = readTraceHeader(text.toString('utf8'))
  if ('path' in header) return refuse(header.path, header.expected, header.got, RECORD_ANEW)
  const body = file.subarray(origin)
  if (body.length < header.bodyBytes)
    return refuse(`byte ${file.length}`, `a body of ${header.bodyBytes} bytes`, `${body.length} bytes and the end of the file`, CUT)
  if (body.length > header.bodyBytes)
    return refuse(`byte ${origin + header.bodyBytes}`, 'the end of the file', `${body.length - header.bodyBytes} bytes more`, DAMAGED)
  const bodyHash = sha256(body).toString('hex')
  if (bodyHash !== header.sha256) return refuse(`byte ${origin}`, `a body of SHA-256 ${header.sha256}`, bodyHash, DAMAGED)
  const read = readTraceBody(body, { origin, quanta: header.quanta, pages: header.pages })
  if (read.type === 'damaged') return refuse(read.path, read.expected, read.got, RECORD_ANEW)
  const trace = { header: withoutLength(header), regions: read.regions, columns: read.columns }
  const fault = traceFault(trace)
  return fault === undefined ? right(trace) : refuse(fault.path, fault.expected, fault.got, RECORD_ANEW)
}

const withoutLength = ({ bodyBytes: _, ...header }: StoredTraceHeader): PageTraceHeader => header

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const CUT = 'the file was cut short: copy it again or record the trace anew'
const DAMAGED = 'the file was changed after it was recorded: copy it again or record the trace anew'
const NOT_A_TRACE = 'give a file written by the record command'
const RECORD_ANEW = 'record the trace anew'
