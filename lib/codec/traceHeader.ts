import { isLeft } from 'fp-ts/lib/Either'
import * as t from 'io-ts'
import type { PageTraceHeader } from '../guest/pageTrace'

const whole = (least: number, most: number, name: string) =>
  new t.Type<number, number, unknown>(
    name,
    (value): value is number => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    (value, context) =>
      Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? t.success(Number(value)) : t.failure(value, context),
    t.identity
  )

const matching = (pattern: RegExp, name: string) =>
  new t.Type<string, string, unknown>(
    name,
    (value): value is string => typeof value === 'string' && pattern.test(value),
    (value, context) => (typeof value === 'string' && pattern.test(value) ? t.success(value) : t.failure(value, context)),
    t.identity
  )

const pageSize = new t.Type<number, number, unknown>(
  'a power of two from 1024 to 2097152',
  (value): value is number => isPageSize(value),
  (value, context) => (isPageSize(value) ? t.success(value) : t.failure(value, context)),
  t.identity
)

const isPageSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1024 && value <= 2097152 && (value & (value - 1)) === 0

const count = whole(0, Number.MAX_SAFE_INTEGER, 'a whole number from 0')

/** The JSON header of a trace file: what the trace says about itself and how many bytes of body follow. */
export const traceHeaderCodec = t.strict({
  format: t.literal('transhume-trace'),
  version: t.literal(1),
  pageBytes: pageSize,
  instructionsPerQuantum: whole(1, 0x40000000, 'a whole number from 1 to 2^30'),
  command: t.readonlyArray(t.string),
  program: t.strict({ name: t.string, version: t.string }),
  recordedWith: t.string,
  pages: whole(1, 0x40000000, 'a whole number from 1 to 2^30'),
  quanta: whole(1, 0x7ffffffe, 'a whole number from 1 to 2^31 - 2'),
  instructions: count,
  reads: count,
  writes: count,
  sha256: matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  bodyBytes: count
})

/** A header as it stands in a file. */
export type StoredTraceHeader = PageTraceHeader & { readonly bodyBytes: number }

/** The first thing wrong with a header. */
export interface HeaderFault {
  readonly path: string
  readonly expected: string
  readonly got: string
}

/** Reads the JSON of a header; unknown fields are refused, as they would belong to another version. */
export const readTraceHeader = (text: string): StoredTraceHeader | HeaderFault => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { path: 'header', expected: 'JSON', got: shown(text.slice(0, 40)) }
  }
  const decoded = traceHeaderCodec.decode(value)
  if (isLeft(decoded)) {
    const { context, value: got } = decoded.left[0]
    const path = ['header', ...context.slice(1).map(({ key }) => key)].join('.')
    return { path, expected: context[context.length - 1].type.name, got: shown(got) }
  }
  const unknown = Object.keys(value as object).find((key) => !(key in decoded.right))
  if (unknown !== undefined) return { path: `header.${unknown}`, expected: 'no such field', got: shown((value as never)[unknown]) }
  return decoded.right
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value)))
