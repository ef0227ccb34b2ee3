import { isPageSequence, toArray as sequenceToArray } from '../../lib/memory/pageSequence'
import { isPageSet, toArray } from '../../lib/memory/pageSet'

/**
 * Data as text: equal data, equal text, and different data, different text; the order of a record's fields does not matter, nor whether an undefined one is there. What
 * numbers a request (`n` of a whole address) is left out, because it only names. Throws `RangeError` for a function, and for an object of a class, whatever it holds: a phase that
 * keeps one in its data cannot be told from another.
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
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) return `A${[...(data as unknown as Iterable<number>)].join()}`
  if (!isPlain(data)) throw new RangeError(`dataKey: data must be plain values and page sets (got an object of ${classOf(data)})`)
  const fields: string[] = []
  const names = Object.keys(data).sort()
  const address = names.length === 4 && ADDRESS.every((name, i) => name === names[i])
  for (const name of names) {
    const value = (data as Readonly<Record<string, unknown>>)[name]
    if (value === undefined || (address && name === 'n')) continue
    fields.push(`${PLAIN.test(name) ? name : JSON.stringify(name)}=${dataKey(value)}`)
  }
  return `{${fields.join()}}`
}

/** A record: made by nobody, or by `Object` alone, of whatever realm. */
const isPlain = (data: object): boolean => {
  const made: unknown = Object.getPrototypeOf(data)
  return made === null || made === Object.prototype || Object.getPrototypeOf(made) === null
}

const classOf = (data: object): string => (typeof data.constructor === 'function' ? data.constructor.name : 'a class')

/** The fields of an address, in order. */
const ADDRESS = ['lane', 'migration', 'n', 'tag']

/** A name that cannot be taken for anything but a name. */
const PLAIN = /^\w+$/
