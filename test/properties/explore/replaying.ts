import type { Journal } from '../../../lib/protocol/journal'
import { dataKey } from '../../../properties/explore/dataKey'
import { CHOICE_NS } from '../../../properties/explore/replayOf'

/** The entries of a path's journal, or (`tick`) of its replay, as text without what only time decides, at the choices they come with. */
export const withoutTimes = (journal: Journal, tick = 1): readonly string[] =>
  journal.flatMap((entry) => (entry.type === 'began' ? [] : [`${entry.at / tick} ${dataKey(timeless(entry))} ${numberOf(entry)}`]))

/** The same of a replay. */
export const replayWithoutTimes = (journal: Journal): readonly string[] => withoutTimes(journal, CHOICE_NS)

const TIMES: ReadonlySet<string> = new Set(['at', 'guestNs', 'clockNs'])

const timeless = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(timeless)
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  if ('type' in value && (value.type === 'PageSet' || value.type === 'PageSequence')) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, of]) => (TIMES.has(name) ? [] : [[name, timeless(of)]])))
}

const numberOf = (entry: Journal[number]): number | undefined => {
  if (entry.type === 'commanded') return entry.command.to.n
  return entry.type === 'signalled' && 'to' in entry.signal ? entry.signal.to.n : undefined
}
