import { isLeft } from 'fp-ts/lib/Either'
import * as t from 'io-ts'
import type { PageTraceHeader } from '../guest/pageTrace'
import { closed } from './closed'
import { decode, type Problem, shown } from './decode'
import { nonNegativeInteger } from './quantities'
import { refined } from './refined'

const wholeUpTo = (most: number) =>
  refined(
    `an integer from 1 to ${most}`,
    (value): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
  )

const pageSize = refined(
  'a power of two from 1024 to 2097152',
  (value): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1024 && value <= 2_097_152 && (value & (value - 1)) === 0
)

const sha256 = refined('64 hexadecimal digits', (value): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))

/** The JSON header of a trace file: what the trace says about itself and how many bytes of body follow. */
export const traceHeaderCodec = closed({
  format: t.literal('transhume-trace'),
  version: t.literal(1),
  pageBytes: pageSize,
  instructionsPerQuantum: wholeUpTo(2 ** 30),
  command: t.readonlyArray(t.string),
  program: closed({ name: t.string, version: t.string }),
  recordedWith: t.string,
  pages: wholeUpTo(2 ** 30),
  quanta: wholeUpTo(2 ** 31 - 2),
  instructions: nonNegativeInteger,
  reads: nonNegativeInteger,
  writes: nonNegativeInteger,
  sha256,
  bodyBytes: nonNegativeInteger
})

/** A header as it stands in a file. */
export type StoredTraceHeader = PageTraceHeader & { readonly bodyBytes: number }

/** Reads the JSON of a header, or says what is wrong with it first. */
export const readTraceHeader = (text: string): StoredTraceHeader | Problem => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { path: 'header', expected: 'JSON', got: shown(text) }
  }
  const decoded = decode(traceHeaderCodec)(value)
  if (!isLeft(decoded)) return decoded.right
  const [problem] = decoded.left
  return { ...problem, path: problem.path === '' ? 'header' : `header.${problem.path}` }
}
