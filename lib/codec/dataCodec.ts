import { isRight } from 'fp-ts/lib/Either'
import * as t from 'io-ts'
import { isPageSequence } from '../memory/pageSequence'
import { isPageSet } from '../memory/pageSet'
import type { Data } from '../protocol/data'
import { isObject } from './closed'
import { pageSequenceCodec, pageSetCodec } from './pagesCodec'

/**
 * Any `Data` as JSON, and back without loss. Page sets and sequences are written as everywhere; what JSON does not have is written
 * `{"value":"Infinity"}` (also `-Infinity`, `NaN`, `-0`, `undefined`); a record that would read as one of these is wrapped in `{"record":...}`. Records
 * are written with their names in ascending order.
 */
export const dataCodec: t.Type<Data, unknown> = new t.Type<Data, unknown>(
  'plain data',
  (u): u is Data => isData(u),
  (u, context) => read(u, context),
  (data) => write(data)
)

const isData = (u: unknown): boolean =>
  u === null ||
  u === undefined ||
  typeof u === 'boolean' ||
  typeof u === 'number' ||
  typeof u === 'string' ||
  isPageSet(u) ||
  isPageSequence(u) ||
  (Array.isArray(u) ? u.every(isData) : isObject(u) && Object.values(u).every(isData))

const beyondJson = new Map<string, Data>([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
  ['-0', -0],
  ['undefined', undefined]
])

const write = (data: Data): unknown => {
  if (data === undefined) return { value: 'undefined' }
  if (typeof data === 'number') {
    if (Object.is(data, -0)) return { value: '-0' }
    return Number.isFinite(data) ? data : { value: String(data) }
  }
  if (data === null || typeof data !== 'object') return data
  if (isPageSet(data)) return pageSetCodec.encode(data)
  if (isPageSequence(data)) return pageSequenceCodec.encode(data)
  if (Array.isArray(data)) return data.map(write)
  const record = data as Readonly<Record<string, Data>>
  const written = Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((name) => [name, write(record[name])])
  )
  return isMarked(written) ? { record: written } : written
}

/** Whether a JSON object is one of our forms and not a plain record. */
const isMarked = (json: Readonly<Record<string, unknown>>): boolean => {
  const names = Object.keys(json)
  if (names.length === 2) return Object.hasOwn(json, 'pages') && Object.hasOwn(json, 'runs')
  return names.length === 1 && (names[0] === 'order' || names[0] === 'value' || names[0] === 'record')
}

const read = (u: unknown, context: t.Context): t.Validation<Data> => {
  if (u === null || typeof u === 'boolean' || typeof u === 'string' || typeof u === 'number') return t.success(u)
  if (Array.isArray(u))
    return readAll(
      u.map((item, i) => [String(i), item] as const),
      context,
      (all) => all.map(([, item]) => item)
    )
  if (!isObject(u)) return t.failure(u, context)
  if (!isMarked(u)) return readAll(Object.entries(u), context, Object.fromEntries)
  if ('runs' in u) return pageSetCodec.validate(u, context)
  if ('order' in u) return pageSequenceCodec.validate(u, context)
  if ('record' in u) {
    const inner = t.appendContext(context, 'record', dataCodec, u.record)
    return isObject(u.record) ? readAll(Object.entries(u.record), inner, Object.fromEntries) : t.failure(u.record, inner, 'an object')
  }
  if (typeof u.value === 'string' && beyondJson.has(u.value)) return t.success(beyondJson.get(u.value))
  const names = [...beyondJson.keys()].map((name) => JSON.stringify(name))
  return t.failure(u.value, t.appendContext(context, 'value', dataCodec, u.value), `one of ${names.join(', ')}`)
}

const readAll = (
  fields: readonly (readonly [string, unknown])[],
  context: t.Context,
  collect: (all: readonly (readonly [string, Data])[]) => Data
): t.Validation<Data> => {
  const all: (readonly [string, Data])[] = []
  const errors: t.Errors = []
  for (const [name, value] of fields) {
    const result = read(value, t.appendContext(context, name, dataCodec, value))
    if (isRight(result)) all.push([name, result.right])
    else errors.push(...result.left)
  }
  return errors.length > 0 ? t.failures(errors) : t.success(collect(all))
}
