import type { Journal } from '../../lib/protocol/journal'
import { dataKey } from './dataKey'

/**
 * The entries of a journal as text, without what only time decides (what clocks show, for how long a guest waited, and until when a timer runs), at the numbers of choices that they come with:
 * `tick` is the time between two choices. The first entry, which says what world it is, is left out.
 */
export const withoutTimes = (journal: Journal, tick: number): readonly string[] =>
  journal.flatMap((entry) => (entry.type === 'began' ? [] : [`${entry.at / tick} ${numberOf(entry)} ${dataKey(timeless(entry))}`]))

const TIMES: ReadonlySet<string> = new Set(['at', 'guestNs', 'clockNs', 'afterNs', 'waited'])

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
