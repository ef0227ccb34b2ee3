import { isPageSequence, toArray as sequenceToArray } from '../../lib/memory/pageSequence'
import { isPageSet, toArray } from '../../lib/memory/pageSet'

/**
 * Data as text: equal data, equal text, and different data, different text; the order of a record's fields does not matter, nor whether an undefined one is there. What
 * numbers a request (`n` of its address) is left out, because it only names. Throws `RangeError` for a function: a phase that keeps one in its data cannot be told
 * from another.
 */
export const dataKey = (data: unknown): string => {
  switch (typeof data) {
    case 'undefined':
      return 'u'
    case 'boolean':
      return data ? 't' : 'f'
    case 'number':
      return Object.is(data, -0) ? '-0' : String(data)
    case 'string':
      return JSON.stringify(data)
    case 'object':
      return data === null ? 'n' : objectKey(data)
    default:
      throw new RangeError(`dataKey: data must be plain values and page sets (got a ${typeof data})`)
  }
}

const objectKey = (data: object): string => {
  if (isPageSet(data)) return `P${data.size}:${toArray(data).join()}`
  if (isPageSequence(data)) return `S${sequenceToArray(data).join()}`
  if (Array.isArray(data)) return `[${data.map(dataKey).join()}]`
  if (ArrayBuffer.isView(data)) return `A${[...(data as unknown as Iterable<number>)].join()}`
  if (data instanceof Map || data instanceof Set)
    throw new RangeError('dataKey: data must be plain values and page sets (got a map or a set)')
  const fields: string[] = []
  for (const name of Object.keys(data).sort()) {
    const value = (data as Readonly<Record<string, unknown>>)[name]
    if (value === undefined || (name === 'n' && 'lane' in data)) continue
    fields.push(`${PLAIN.test(name) ? name : JSON.stringify(name)}=${dataKey(value)}`)
  }
  return `{${fields.join()}}`
}

/** A name that cannot be taken for anything but a name. */
const PLAIN = /^\w+$/
